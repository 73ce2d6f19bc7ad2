// Folding views again from the first record: to replace them, or to prove that they are what the journal says. On a stopped data folder.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "infra/store/store.hpp"
#include "projections/commit.hpp"
#include "projections/source.hpp"

namespace layerline::projections {

struct Rebuilt {
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
};
// Fills the other keyspace of each view, then switches all of them and drops the old ones in one write.
[[nodiscard]] std::expected<Rebuilt, std::string> rebuild(store::Store& store, const Source& source, std::span<const View* const> views);

struct Difference {
  std::string view;
  std::string key;        // of the first that differs: partition/workshop/…
  std::string detail;     // "only live", "only rebuilt", "different bytes"
};
struct Comparison {
  std::uint64_t documents = 0;              // keys compared
  std::vector<Difference> differences;      // the first one of each view; empty: byte-identical
};
// Folds into the empty store `scratch` up to the positions of the live views, and compares every key. `live` is only read.
[[nodiscard]] std::expected<Comparison, std::string> compare(const store::Store& live, store::Store& scratch, const Source& source,
                                                             std::span<const View* const> views);

// The named view, or all for "all" and "--all"; empty: there is no such view.
[[nodiscard]] std::vector<const View*> views_named(std::string_view name);

}  // namespace layerline::projections
