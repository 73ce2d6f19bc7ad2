// How lists are sorted: ?sort=price by a field, ascending; ?sort=-price descending. Only what an index has the order of is offered, so that
// a page costs the same in each.
#pragma once

#include <span>
#include <string_view>

#include "gateways/internal/question.hpp"
#include "infra/store/store.hpp"

namespace layerline::internal {

// The fields that this list can be sorted by.
[[nodiscard]] std::span<const std::string_view> sorts_of(List list);
// Empty, the list's own order, always is.
[[nodiscard]] bool can_sort(List list, std::string_view sort);

struct Sorting {
  std::string_view by = {};   // empty: time, of which the lists have the newest first
  store::Direction direction = store::Direction::forwards;
};
[[nodiscard]] Sorting sorting_of(std::string_view sort);

}  // namespace layerline::internal
