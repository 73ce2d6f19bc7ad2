// One view in one keyspace: folds commits and stores what they changed together with the position behind them.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "infra/store/store.hpp"
#include "projections/commit.hpp"
#include "projections/documents.hpp"
#include "projections/source.hpp"

namespace layerline::projections {

// A view that stands still, and the commit that it can't get over.
struct Stopped {
  std::string view;
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::string reason;
};

class Projection {
 public:
  Projection(const store::Store& store, const View& view, std::string keyspace);

  // Reads the stored positions and parked streams.
  [[nodiscard]] std::expected<void, store::Error> load(std::uint32_t partitions);

  [[nodiscard]] const View& view() const { return view_; }
  [[nodiscard]] const std::string& keyspace() const { return keyspace_; }
  [[nodiscard]] const Mark& position(std::uint32_t partition) const { return positions_.at(partition); }

  // Folds those of the commits that it has not seen, and adds documents and position to the batch. The same commits again change nothing.
  // Nothing is added when it stops.
  [[nodiscard]] std::expected<void, Stopped> fold(std::span<const OwnedCommit> commits, std::uint32_t partition, const Mark& after,
                                                  store::Batch& batch);

 private:
  [[nodiscard]] bool touches_parked(const Commit& commit) const;
  [[nodiscard]] bool park(const Commit& commit, std::string_view reason, store::Batch& batch);
  void apply(const Commit& commit);

  const store::Store& store_;
  const View& view_;
  const std::string keyspace_;
  Documents documents_;
  std::vector<Mark> positions_;                               // by partition
  std::set<std::string> parked_;                              // "<workshop>/<stream>"
};

// Keys outside the keyspaces.
[[nodiscard]] std::string parked_prefix(std::string_view keyspace);
[[nodiscard]] std::string encode(const Mark& mark);
[[nodiscard]] Mark decode_mark(std::string_view bytes);

// The stored position of every live view, for checks against the journal.
struct StoredMark {
  std::string view;
  std::uint32_t partition = 0;
  Mark mark;
};
[[nodiscard]] std::expected<std::vector<StoredMark>, store::Error> stored_marks(const store::Store& store, std::uint32_t partitions);

}  // namespace layerline::projections
