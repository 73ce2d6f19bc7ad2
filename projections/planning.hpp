// What planning has to know of a workshop, as small facts: items with their stock, rules and bills of materials, open demand, and supply
// that is on its way. The plan itself is nowhere: it follows from these, whenever it is asked for.
#pragma once

#include <functional>

#include "infra/store/json_tree.hpp"
#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::planning {

extern const View view;

// Every fact, all of one moment: {"type": "item" | "demand" | "supply", …}.
[[nodiscard]] std::expected<void, QueryError> each(const Queries& queries, const Scope& scope,
                                                   const std::function<void(const store::Json&)>& visit);

}  // namespace layerline::projections::planning
