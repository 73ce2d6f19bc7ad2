// A fact of the view, in the words of planning.
#pragma once

#include <string_view>

#include "domain/planning/kept_plan.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::internal {

[[nodiscard]] planning::Fact fact_of(std::string_view name, const store::Json& fact);

}  // namespace layerline::internal
