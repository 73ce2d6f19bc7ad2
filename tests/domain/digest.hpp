// All of a workshop's state that a decision can read, as text: two workshops with the same digest decide alike.
#pragma once

#include <string>

#include "domain/workshop/workshop.hpp"

namespace layerline::test {

[[nodiscard]] std::string digest(const Workshop& workshop);

}  // namespace layerline::test
