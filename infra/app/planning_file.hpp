// What planners hand in and get back as a file: the facts of planning as JSON, and planned orders.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "domain/planning/facts.hpp"
#include "domain/planning/plan.hpp"

namespace layerline::app {

// Checks the form: names, types and days. What the values mean is judged by planning. The error names the field.
[[nodiscard]] std::expected<planning::Facts, std::string> read_planning(std::string_view json);
// {"planned": [...]} and a line end.
[[nodiscard]] std::string planned_json(const std::vector<planning::PlannedOrder>&);

}  // namespace layerline::app
