// Random commands of buying and planning, and what must hold after any command.
#pragma once

#include <string>

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

[[nodiscard]] Command purchase_command(Dice& dice, const Scenario& s);
// Empty: nothing is broken.
[[nodiscard]] std::string broken_purchases(const Workshop& w);

}  // namespace layerline::test
