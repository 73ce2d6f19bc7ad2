// The heads of the chain that others stored: the owner's, after every write, and the projections', with their documents.
// The journal must still hold every one of them; verify and serve compare.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "infra/journal/rule.hpp"
#include "infra/store/store.hpp"

namespace layerline::app {

// The journal that this folder was built upon; empty and 0: none yet.
struct JournalSeen {
  std::string journal_id = {};
  std::uint32_t partitions = 0;
};
[[nodiscard]] JournalSeen journal_seen(const store::Store& state);
void note_journal(store::Store& state, const JournalSeen& seen);

void store_head(store::Store& state, const journal::Position& after);
[[nodiscard]] std::expected<std::vector<journal::Position>, std::string> stored_heads(const store::Store& state,
                                                                                      const store::Store& documents,
                                                                                      std::uint32_t partitions);

}  // namespace layerline::app
