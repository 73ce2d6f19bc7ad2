// What a plan shows: requirements per item and week, and planned and firm orders.
#pragma once

#include <expected>

#include "domain/planning/kept_plan.hpp"
#include "gateways/internal/question.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

// {"start", "items": […]}, {"start", "orders": […]}, or one order. The plan is netted.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> plan_document(const planning::KeptPlan& kept,
                                                                                          const ReadPlan& read);

}  // namespace layerline::internal
