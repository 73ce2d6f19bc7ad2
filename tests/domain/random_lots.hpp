// Random commands about lots, and what must hold after any command.
#pragma once

#include <string>

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

[[nodiscard]] Command lot_command(Dice& dice, const Scenario& s);
// Empty: the material is its lots, to the milligram, and every milligram that a print took was of one of them.
[[nodiscard]] std::string broken_lots(const Workshop& w, const inventory::Material& m);
// Empty: all that is reserved is held from lots, and of no lot more than there is.
[[nodiscard]] std::string broken_holds(const Workshop& w, const inventory::Material& m);

}  // namespace layerline::test
