// Where views get accepted commits from; infra/journal behind it, or a list in a test.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "projections/commit.hpp"

namespace layerline::projections {

// Where a reader stands in a partition. `whole` is the source's own form of it, stored with every write; empty: before the first record.
struct Mark {
  std::uint64_t next_offset = 0;
  std::string whole;
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct OwnedCommit {
  Commit commit;                    // its events are those below
  std::vector<EventView> events;
};

// A place in the journal that has to be passed before.
struct Place {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
};

struct Reading {
  std::vector<OwnedCommit> commits; // accepted, in order
  std::optional<Place> behind = {}; // the commits go on with a workshop whose past is there: they are folded once it is
  Mark after;                       // behind the last record that was passed, accepted or dead
};

struct SourceStop {
  bool may_pass = false;            // trying again may help
  std::string reason;               // names the record
};

struct Source {
  std::uint32_t partitions = 0;
  // The commits among the next `limit` records behind `from`, in the reader's order; `after` equals `from` at the end.
  std::function<std::expected<Reading, SourceStop>(std::uint32_t partition, const Mark& from, std::size_t limit)> read;
  // Waits until there may be more, or so many milliseconds; wake() ends it. May be empty.
  std::function<void(std::int64_t timeout_ms)> wait = {};
  std::function<void()> wake = {};
};

}  // namespace layerline::projections
