#include "projections/projection.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "projections/document.hpp"
#include "projections/keyspaces.hpp"
#include "projections/limits.hpp"

namespace layerline::projections {

std::string parked_prefix(std::string_view keyspace) { return fmt::format("!parked/{}", keyspace); }

std::string encode(const Mark& mark) { return std::to_string(mark.next_offset) + ':' + mark.whole; }

Mark decode_mark(std::string_view bytes) {
  Mark mark;
  const std::size_t colon = bytes.find(':');
  if (colon == std::string_view::npos) return mark;
  std::from_chars(bytes.data(), bytes.data() + colon, mark.next_offset);
  mark.whole = bytes.substr(colon + 1);
  return mark;
}

std::expected<std::vector<StoredMark>, store::Error> stored_marks(const store::Store& store, std::uint32_t partitions) {
  const auto keyspaces = Keyspaces::load(store);
  if (!keyspaces) return std::unexpected(keyspaces.error());
  std::vector<StoredMark> marks;
  for (const View& view : all_views()) {
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
      const auto bytes = store.get(position_key(keyspaces->of(view.name), partition));
      if (!bytes) return std::unexpected(bytes.error());
      if (*bytes) marks.push_back({std::string(view.name), partition, decode_mark(**bytes)});
    }
  }
  return marks;
}

Projection::Projection(const store::Store& store, const View& view, std::string keyspace)
    : store_(store), view_(view), keyspace_(std::move(keyspace)), documents_(store, keyspace_) {}

std::expected<void, store::Error> Projection::load(std::uint32_t partitions) {
  positions_.assign(partitions, Mark{});
  parked_.clear();
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    const auto bytes = store_.get(position_key(keyspace_, partition));
    if (!bytes) return std::unexpected(bytes.error());
    if (*bytes) positions_[partition] = decode_mark(**bytes);
  }
  const std::string prefix = parked_prefix(keyspace_);
  return store_.scan(prefix, "", [&](std::string_view key, std::string_view) {
    parked_.emplace(key.substr(prefix.size()));
    return true;
  });
}

namespace {
std::string sequence(const Commit& commit, const EventView& event) { return key_part(commit.workshop) + "/" + key_part(event.stream); }
}  // namespace

bool Projection::touches_parked(const Commit& commit) const {
  if (parked_.empty()) return false;
  return std::ranges::any_of(commit.events, [&](const EventView& event) { return parked_.contains(sequence(commit, event)); });
}

// False: too many are parked.
bool Projection::park(const Commit& commit, std::string_view reason, store::Batch& batch) {
  for (const EventView& event : commit.events) {
    std::string name = sequence(commit, event);
    const Json note{{"stream", event.stream}, {"offset", static_cast<std::int64_t>(commit.offset)}, {"reason", reason}};
    batch.put(parked_prefix(keyspace_) + name, note.str());
    parked_.insert(std::move(name));
  }
  return parked_.size() <= parked_streams_max;
}

void Projection::apply(const Commit& commit) {
  documents_.enter(commit.workshop);
  view_.apply(commit, documents_);
}

std::expected<void, Stopped> Projection::fold(std::span<const OwnedCommit> commits, std::uint32_t partition, const Mark& after,
                                              store::Batch& batch) {
  Mark& position = positions_.at(partition);
  if (after.next_offset <= position.next_offset) return {};
  const auto stop = [&](const Commit& commit, std::string reason) {
    documents_.discard();
    return std::unexpected(Stopped{std::string(view_.name), partition, commit.offset, std::move(reason)});
  };
  // A commit that fails is parked and the ones before it are folded again without it: what they had changed in memory is mixed with
  // the half of it that was folded.
  std::map<std::uint64_t, std::string> poison;
  const auto parked_before = parked_;
  for (std::size_t i = 0; i < commits.size(); ++i) {
    const Commit& commit = commits[i].commit;
    if (commit.offset < position.next_offset) continue;
    if (const auto known = poison.find(commit.offset); known != poison.end()) {
      if (!park(commit, known->second, batch)) return stop(commit, "too many streams are parked; the last: " + known->second);
      continue;
    }
    if (touches_parked(commit)) continue;
    apply(commit);
    if (documents_.failure().empty()) continue;
    const std::string reason = documents_.failure();
    if (view_.poison == Poison::stop || documents_.store_failed()) return stop(commit, reason);
    documents_.discard();
    parked_ = parked_before;
    poison.emplace(commit.offset, reason);
    i = static_cast<std::size_t>(-1);
  }
  documents_.flush(batch);
  position = after;
  batch.put(position_key(keyspace_, partition), encode(position));
  return {};
}

}  // namespace layerline::projections
