// The plan of a workshop out of the facts that its view keeps: netted when somebody asks, stored nowhere.
#pragma once

#include <expected>

#include "gateways/internal/question.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

// {"start", "weeks", "items": […]}, {"start", "orders": […]}, or one order.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> read_plan(const projections::Queries& queries,
                                                                                      const projections::Scope& scope,
                                                                                      const ReadPlan& read);

}  // namespace layerline::internal
