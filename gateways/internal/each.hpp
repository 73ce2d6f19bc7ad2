// A list, document by document.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>

#include "infra/store/json_tree.hpp"
#include "projections/limits.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

// The first of a list, at most so many, as their JSON. `list` answers a PageRequest.
template <class List>
std::expected<void, projections::QueryError> each(const List& list, std::size_t most,
                                                  const std::function<void(const store::Json&)>& visit) {
  projections::PageRequest request{"", projections::page_max};
  std::size_t seen = 0;
  do {
    const auto page = list(request);
    if (!page) return std::unexpected(page.error());
    for (const projections::Document& document : page->items) {
      const auto json = store::Json::parse(document.json);
      if (!json) return std::unexpected(projections::QueryError::damaged);
      if (seen++ == most) return {};
      visit(*json);
    }
    request.cursor = page->cursor;
  } while (!request.cursor.empty());
  return {};
}

}  // namespace layerline::internal
