#include "infra/journal/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "infra/journal/limits.hpp"
#include "infra/journal/record.hpp"
#include "infra/journal/tools.hpp"

namespace layerline::journal {
namespace {

std::string words(const LogError& error) {
  return fmt::format("partition {}, offset {}: {}", error.partition, error.offset, error.reason);
}

using Records = std::expected<std::vector<StoredRecord>, std::string>;

Records read_some(const Log& log, std::uint32_t partition, std::uint64_t from, std::uint64_t until) {
  auto records = log.read(partition, from, std::min<std::uint64_t>(until - from, read_batch_records));
  if (!records) return std::unexpected(words(records.error()));
  if (records->empty()) return std::unexpected(fmt::format("partition {}, offset {}: the record is missing", partition, from));
  return std::move(*records);
}

// How far a log reaches in each partition.
std::expected<std::vector<std::uint64_t>, std::string> ends_of(const Log& log) {
  std::vector<std::uint64_t> ends(log.describe().partitions);
  for (std::uint32_t partition = 0; partition < ends.size(); ++partition) {
    const auto end = log.end(partition);
    if (!end) return std::unexpected(words(end.error()));
    ends[partition] = *end;
  }
  return ends;
}

// The ends of both.
struct Ends {
  std::vector<std::uint64_t> source;
  std::vector<std::uint64_t> target;
};

std::expected<Ends, std::string> compare_ends(const Log& source, const Log& target) {
  auto source_ends = ends_of(source);
  if (!source_ends) return std::unexpected(source_ends.error());
  auto target_ends = ends_of(target);
  if (!target_ends) return std::unexpected(target_ends.error());
  if (source_ends->size() != target_ends->size()) {
    return std::unexpected(fmt::format("the source has {} partitions, the target {}", source_ends->size(), target_ends->size()));
  }
  for (std::size_t partition = 0; partition < source_ends->size(); ++partition) {
    if ((*target_ends)[partition] <= (*source_ends)[partition]) continue;
    return std::unexpected(fmt::format("the target is not a prefix of the source: partition {} has {} records there, {} here", partition,
                                       (*target_ends)[partition], (*source_ends)[partition]));
  }
  return Ends{std::move(*source_ends), std::move(*target_ends)};
}

// Appends these records of the source at their offsets.
std::expected<void, std::string> append_all(Log& target, std::uint32_t partition, std::span<const StoredRecord> records) {
  std::vector<Append> appends;
  for (const StoredRecord& record : records) appends.push_back({partition, record.bytes});
  const std::vector<AppendResult> results = target.append(appends);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].kind != AppendResult::Kind::stored) {
      return std::unexpected(fmt::format("partition {}, offset {}: the target did not take the record; copy again to go on", partition,
                                         records[i].offset));
    }
    if (results[i].offset != records[i].offset) {
      return std::unexpected(fmt::format("somebody else writes to the target: partition {} is at {}, not at {}", partition,
                                         results[i].offset, records[i].offset));
    }
  }
  return {};
}

// The record at the front of what was read of a partition; reads on where that is empty.
class Stream {
 public:
  Stream(const Log& log, std::uint32_t partition, std::uint64_t until) : log_(log), partition_(partition), until_(until) {}

  std::expected<const StoredRecord*, std::string> at(std::uint64_t offset) {
    if (next_ == records_.size()) {
      Records more = read_some(log_, partition_, offset, until_);
      if (!more) return std::unexpected(more.error());
      records_ = std::move(*more);
      next_ = 0;
    }
    return &records_[next_++];
  }

 private:
  const Log& log_;
  const std::uint32_t partition_;
  const std::uint64_t until_;
  std::vector<StoredRecord> records_;
  std::size_t next_ = 0;
};

// Appends the genesis of a partition that has none, and says which one counts.
std::expected<std::string, std::string> begin_partition(Log& log, std::uint32_t partition, const std::string& id) {
  auto found = journal_id_of(log, partition);
  if (!found) return std::unexpected(words(found.error()));
  if (!found->empty()) return std::move(*found);
  Genesis genesis;
  genesis.set_journal_id(id);
  genesis.set_partition(partition);
  const std::string bytes = encode(genesis);
  if (log.append(std::vector<Append>{{partition, bytes}})[0].kind != AppendResult::Kind::stored) {
    return std::unexpected(fmt::format("partition {} did not take its genesis; run it again", partition));
  }
  found = journal_id_of(log, partition);
  if (!found) return std::unexpected(words(found.error()));
  return std::move(*found);
}

}  // namespace

std::expected<std::uint64_t, std::string> compare(const Log& source, const Log& target, const CopyProgress& progress) {
  const auto ends = compare_ends(source, target);
  if (!ends) return std::unexpected(ends.error());
  const std::uint64_t total = std::accumulate(ends->target.begin(), ends->target.end(), std::uint64_t{0});
  std::uint64_t done = 0;
  for (std::uint32_t partition = 0; partition < ends->target.size(); ++partition) {
    const std::uint64_t until = ends->target[partition];
    Stream ours(source, partition, until);
    Stream theirs(target, partition, until);
    for (std::uint64_t offset = 0; offset < until; ++offset) {
      const auto our = ours.at(offset);
      if (!our) return std::unexpected(our.error());
      const auto their = theirs.at(offset);
      if (!their) return std::unexpected(their.error());
      if ((*our)->offset != offset || (*their)->offset != offset || (*our)->bytes != (*their)->bytes) {
        return std::unexpected(
            fmt::format("the target is not a prefix of the source: partition {} differs at offset {}", partition, offset));
      }
      if (++done % read_batch_records == 0) progress(done, total);
    }
  }
  return done;
}

std::expected<std::uint64_t, std::string> copy(const Log& source, Log& target, const CopyProgress& progress) {
  const auto ends = compare_ends(source, target);
  if (!ends) return std::unexpected(ends.error());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < ends->source.size(); ++i) total += ends->source[i] - ends->target[i];
  std::uint64_t done = 0;
  for (auto partition = static_cast<std::uint32_t>(ends->source.size()); partition-- > 0;) {
    const std::uint64_t until = ends->source[partition];
    for (std::uint64_t offset = ends->target[partition]; offset < until;) {
      const Records records = read_some(source, partition, offset, until);
      if (!records) return std::unexpected(records.error());
      if (auto appended = append_all(target, partition, *records); !appended) return std::unexpected(appended.error());
      offset += records->size();
      done += records->size();
      progress(done, total);
    }
  }
  return done;
}

std::expected<std::string, std::string> begin_journal(Log& log, const std::string& new_id) {
  const std::uint32_t partitions = log.describe().partitions;
  const auto first = journal_id_of(log, 0);
  if (!first) return std::unexpected(words(first.error()));
  for (std::uint32_t partition = 1; first->empty() && partition < partitions; ++partition) {
    const auto other = journal_id_of(log, partition);
    if (!other) return std::unexpected(words(other.error()));
    if (other->empty()) continue;
    return std::unexpected(fmt::format("partition {} belongs to journal {}, but partition 0 has no genesis: this is an unfinished copy; "
                                       "run layerline journal copy again", partition, *other));
  }
  auto id = begin_partition(log, 0, new_id);
  for (std::uint32_t partition = 1; id && partition < partitions; ++partition) {
    const auto other = begin_partition(log, partition, *id);
    if (!other) return std::unexpected(other.error());
    if (*other != *id) {
      return std::unexpected(fmt::format("partition {} belongs to journal {}, partition 0 to {}: two journals lie in this log", partition,
                                         *other, *id));
    }
  }
  return id;
}

}  // namespace layerline::journal
