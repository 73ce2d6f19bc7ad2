#include "projections/rebuild.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "projections/keyspaces.hpp"
#include "projections/limits.hpp"
#include "projections/projection.hpp"

namespace layerline::projections {
namespace {

constexpr std::size_t compared_at_once = 4'096;   // keys in memory of each side

std::string store_trouble(const store::Error& error) { return "the store: " + error.message; }

// Folds all commits of the source into the projections, each up to its own limit (empty: all), which are exclusive offsets by partition.
using Limit = std::function<std::uint64_t(const Projection&, std::uint32_t partition)>;

std::expected<void, std::string> fold_batch(store::Store& store, std::vector<Projection>& projections, const Reading& reading,
                                            std::uint32_t partition, const Limit& limit) {
  store::Batch batch;
  for (Projection& projection : projections) {
    const std::uint64_t end = limit ? limit(projection, partition) : reading.after.next_offset;
    if (projection.position(partition).next_offset >= end) continue;
    std::span<const OwnedCommit> commits = reading.commits;
    while (!commits.empty() && commits.back().commit.offset >= end) commits = commits.first(commits.size() - 1);
    const Mark after = end < reading.after.next_offset ? Mark{end, ""} : reading.after;
    if (const auto folded = projection.fold(commits, partition, after, batch); !folded)
      return std::unexpected(fmt::format("{} stops at record {} of partition {}: {}", folded.error().view, folded.error().offset, partition,
                                         folded.error().reason));
  }
  if (const auto written = store.write(batch, store::Writing::bulk); !written) return std::unexpected(store_trouble(written.error()));
  return {};
}

std::expected<Rebuilt, std::string> replay(store::Store& store, const Source& source, std::vector<Projection>& projections,
                                           const Limit& limit) {
  Rebuilt rebuilt;
  std::vector<Mark> from(source.partitions);
  // True: the partition went on.
  const auto pass = [&](std::uint32_t partition) -> std::expected<bool, std::string> {
    const auto reading = source.read(partition, from[partition], rebuild_batch_commits);
    if (!reading) return std::unexpected(reading.error().reason);
    if (reading->after.next_offset == from[partition].next_offset) return false;
    if (reading->behind && from.at(reading->behind->partition).next_offset <= reading->behind->offset) return false;
    if (auto folded = fold_batch(store, projections, *reading, partition, limit); !folded) return std::unexpected(folded.error());
    rebuilt.commits += reading->commits.size();
    for (const OwnedCommit& commit : reading->commits) rebuilt.events += commit.events.size();
    from[partition] = reading->after;
    return true;
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (std::uint32_t partition = 0; partition < source.partitions;) {
      const auto passed = pass(partition);
      if (!passed) return std::unexpected(passed.error());
      moved = moved || *passed;
      if (!*passed) ++partition;
    }
  }
  if (const auto flushed = store.flush(); !flushed) return std::unexpected(store_trouble(flushed.error()));
  return rebuilt;
}

void erase_keyspace(store::Batch& batch, const std::string& keyspace, std::uint32_t partitions) {
  batch.erase_prefix(keyspace);
  batch.erase_prefix(parked_prefix(keyspace));
  for (std::uint32_t partition = 0; partition < partitions; ++partition) batch.erase(position_key(keyspace, partition));
}

struct Pair {
  std::string key;
  std::string value;
};

// The next keys behind `after`, without the prefix.
std::expected<std::vector<Pair>, std::string> next_pairs(const store::Store& store, const std::string& prefix, const std::string& after) {
  std::vector<Pair> pairs;
  const auto read = store.scan(prefix, after.empty() ? "" : prefix + after, [&](std::string_view key, std::string_view value) {
    pairs.push_back({std::string(key.substr(prefix.size())), std::string(value)});
    return pairs.size() < compared_at_once;
  });
  if (!read) return std::unexpected(store_trouble(read.error()));
  return pairs;
}

// The first difference below the two prefixes is added to the comparison; true: there is none.
std::expected<bool, std::string> compare_keys(const store::Store& live, const std::string& live_prefix, const store::Store& rebuilt,
                                              const std::string& rebuilt_prefix, const View& view, Comparison& comparison) {
  std::string after;
  while (true) {
    const auto left = next_pairs(live, live_prefix, after);
    if (!left) return std::unexpected(left.error());
    const auto right = next_pairs(rebuilt, rebuilt_prefix, after);
    if (!right) return std::unexpected(right.error());
    for (std::size_t i = 0; i < std::max(left->size(), right->size()); ++i) {
      const Pair* one = i < left->size() ? &(*left)[i] : nullptr;
      const Pair* other = i < right->size() ? &(*right)[i] : nullptr;
      comparison.documents += 1;
      if (one != nullptr && other != nullptr && one->key == other->key && one->value == other->value) continue;
      const bool same_key = one != nullptr && other != nullptr && one->key == other->key;
      const bool only_live = other == nullptr || (one != nullptr && one->key < other->key);
      comparison.differences.push_back({std::string(view.name), only_live || same_key ? one->key : other->key,
                                        same_key ? "different bytes" : only_live ? "only live" : "only rebuilt"});
      return false;
    }
    if (left->size() < compared_at_once) return true;
    after = left->back().key;
  }
}

}  // namespace

std::expected<Rebuilt, std::string> rebuild(store::Store& store, const Source& source, std::span<const View* const> views) {
  const auto keyspaces = Keyspaces::load(store);
  if (!keyspaces) return std::unexpected(store_trouble(keyspaces.error()));
  store::Batch clean;
  for (const View* view : views) erase_keyspace(clean, keyspaces->other(*view), source.partitions);
  if (const auto written = store.write(clean); !written) return std::unexpected(store_trouble(written.error()));

  std::vector<Projection> green;
  green.reserve(views.size());
  for (const View* view : views)
    if (const auto loaded = green.emplace_back(store, *view, keyspaces->other(*view)).load(source.partitions); !loaded)
      return std::unexpected(store_trouble(loaded.error()));
  auto rebuilt = replay(store, source, green, nullptr);
  if (!rebuilt) return rebuilt;

  store::Batch change;
  for (const Projection& projection : green) {
    Keyspaces::point(projection.view(), projection.keyspace(), change);
    erase_keyspace(change, keyspaces->of(projection.view().name), source.partitions);
  }
  if (const auto written = store.write(change); !written) return std::unexpected(store_trouble(written.error()));
  return rebuilt;
}

std::expected<Comparison, std::string> compare(const store::Store& live, store::Store& scratch, const Source& source,
                                               std::span<const View* const> views) {
  const auto live_spaces = Keyspaces::load(live);
  const auto scratch_spaces = Keyspaces::load(scratch);
  if (!live_spaces) return std::unexpected(store_trouble(live_spaces.error()));
  if (!scratch_spaces) return std::unexpected(store_trouble(scratch_spaces.error()));
  std::vector<Projection> blue;
  std::vector<Projection> green;
  for (const View* view : views) {
    for (auto* side : {&blue, &green}) {
      const bool is_blue = side == &blue;
      Projection& added = side->emplace_back(is_blue ? live : scratch, *view, (is_blue ? *live_spaces : *scratch_spaces).of(view->name));
      if (const auto loaded = added.load(source.partitions); !loaded) return std::unexpected(store_trouble(loaded.error()));
    }
  }
  const Limit limit = [&](const Projection& projection, std::uint32_t partition) {
    return blue[static_cast<std::size_t>(&projection - green.data())].position(partition).next_offset;
  };
  if (const auto done = replay(scratch, source, green, limit); !done) return std::unexpected(done.error());

  Comparison comparison;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto same = compare_keys(live, blue[i].keyspace(), scratch, green[i].keyspace(), *views[i], comparison);
    if (!same) return std::unexpected(same.error());
    if (!*same) continue;
    const auto parked =
        compare_keys(live, parked_prefix(blue[i].keyspace()), scratch, parked_prefix(green[i].keyspace()), *views[i], comparison);
    if (!parked) return std::unexpected(parked.error());
  }
  return comparison;
}

std::vector<const View*> views_named(std::string_view name) {
  std::vector<const View*> views;
  for (const View& view : all_views())
    if (name == "all" || name == "--all" || name == view.name) views.push_back(&view);
  return views;
}

}  // namespace layerline::projections
