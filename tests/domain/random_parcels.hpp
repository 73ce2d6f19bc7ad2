// Random parcels and photos, and what must hold of them after any command.
#pragma once

#include <string>

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

// Sends or delivers a part of the order; now and then more than there is.
[[nodiscard]] Command parcel_command(Dice& dice, const Workshop& w, const OrderId& id);
[[nodiscard]] orders::TakePhoto photo_command(Dice& dice, const Workshop& w);
// Empty: nothing is broken.
[[nodiscard]] std::string broken_parcels(const Workshop& w);

}  // namespace layerline::test
