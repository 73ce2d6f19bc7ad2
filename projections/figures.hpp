// Sums, ratios and comparisons of figures, for the view "analytics".
#pragma once

#include <cstdint>
#include <string_view>

#include "infra/store/json_tree.hpp"

namespace layerline::projections::figures {

using store::Json;

// Half up; both are positive.
[[nodiscard]] std::int64_t divide(std::int64_t number, std::int64_t by);
// What was actual for each unit that was estimated, as the member "variance".
void compare(Json& costs);
// The ratios of a day, or of so many days' totals.
void add_shares(Json& figures, std::int64_t days);

void add(Json& to, std::string_view name, std::int64_t number);
// The item of a list with this id, made if it is missing.
[[nodiscard]] Json& item_of(Json& list, std::string_view id_name, std::string_view id);
// Numbers add up, lists by the first member of their items.
void add_all(Json& to, const Json& from);

// Of a day on which nothing happened.
[[nodiscard]] Json empty_day(std::string_view currency);

}  // namespace layerline::projections::figures
