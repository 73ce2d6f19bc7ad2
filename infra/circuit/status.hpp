// Circuits as operators see them.
#pragma once

#include <string_view>
#include <vector>

#include "infra/circuit/circuits.hpp"
#include "infra/json/writer.hpp"

namespace layerline::circuit {

[[nodiscard]] std::string_view name_of(State state);

// An object; names the shop, if it is one's.
void write(json::Writer& writer, const Standing& standing);
// One for each service, for everybody: the worst, and without the name of a shop.
[[nodiscard]] std::vector<Standing> worst_of_each(std::vector<Standing> standings);

}  // namespace layerline::circuit
