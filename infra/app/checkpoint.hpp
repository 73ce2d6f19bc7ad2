// The heads of the chain that others stored: the owner's, after every write, and the projections', with their documents.
// The journal must still hold every one of them; verify and serve compare.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "infra/journal/rule.hpp"
#include "infra/store/store.hpp"

namespace layerline::app {

void store_head(store::Store& state, const journal::Position& after);
[[nodiscard]] std::expected<std::vector<journal::Position>, std::string> stored_heads(const store::Store& state,
                                                                                      const store::Store& documents,
                                                                                      std::uint32_t partitions);

}  // namespace layerline::app
