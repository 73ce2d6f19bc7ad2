// Random commands about what customers say of themselves, and what must hold after any command.
#pragma once

#include <string>

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

[[nodiscard]] Command customer_command(Dice& dice, const Scenario& s);
// Empty: nothing is broken.
[[nodiscard]] std::string broken_customers(const Workshop& w);

}  // namespace layerline::test
