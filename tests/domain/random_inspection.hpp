// Random checks, completions and cancellations of production orders.
#pragma once

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

// Now and then of more pieces than there are.
[[nodiscard]] Command inspection_command(Dice& dice, const Workshop& w);
// Of all its pieces, or of some; now and then of more than there are, or of none.
[[nodiscard]] production::CompleteProduction completion(Dice& dice, const ProductionOrderId& production);
// Of any production order, made for the stock or not.
[[nodiscard]] production::FinishWorkStep any_step(Dice& dice, const Workshop& w);

}  // namespace layerline::test
