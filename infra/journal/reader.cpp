#include "infra/journal/reader.hpp"

#include <utility>

namespace layerline::journal {
namespace {

ReadStop stop_of(const LogError& error) {
  const auto kind = error.damaged ? ReadStop::Kind::damaged : ReadStop::Kind::log_error;
  return {kind, {error.partition, error.offset, error.reason}};
}

// The chain's head after the record at the position's last offset, as the log has it now.
std::expected<Hash, std::string> head_after(const Position& position, std::string_view bytes) {
  const Frame frame = decode_frame(bytes);
  if (frame.fault != FrameFault::none) return std::unexpected(std::string(describe(frame.fault)));
  return frame.kind == Kind::genesis ? sha256(bytes) : sha256(position.last_prev, bytes);
}

}  // namespace

std::string describe(const ReadStop& stop) {
  const auto* kind = "";
  switch (stop.kind) {
    case ReadStop::Kind::damaged: kind = "damaged"; break;
    case ReadStop::Kind::ahead_of_log: kind = "ahead of the log"; break;
    case ReadStop::Kind::other_head: kind = "another head"; break;
    case ReadStop::Kind::log_error: kind = "can't be read"; break;
  }
  return "partition " + std::to_string(stop.where.partition) + ", offset " + std::to_string(stop.where.offset) + ": " + kind + ": " +
         stop.where.reason;
}

bool must_wait(const Commit& commit, const Passed& passed) {
  return commit.has_adopted() && passed(commit.adopted().from()) <= commit.adopted().sealed_offset();
}

Reader::Reader(const Log& log, Position from) : log_(log), exclusive_(log.describe().exclusive), position_(std::move(from)) {}

std::expected<void, ReadStop> Reader::check() {
  const std::uint32_t partition = position_.partition;
  const auto end = log_.end(partition);
  if (!end) return std::unexpected(stop_of(end.error()));
  if (position_.offset > *end) {
    const std::uint64_t last = *end == 0 ? 0 : *end - 1;
    const std::string reason = "the position stands at " + std::to_string(position_.offset) + ", the log ends at " + std::to_string(*end) +
                               (*end == 0 ? "" : "; this is its last record");
    return std::unexpected(ReadStop{ReadStop::Kind::ahead_of_log, {partition, last, reason}});
  }
  if (position_.journal_id.empty()) return {};
  const auto records = log_.read(partition, position_.last_offset, 1);
  if (!records) return std::unexpected(stop_of(records.error()));
  if (records->empty() || records->front().offset != position_.last_offset) {
    return std::unexpected(ReadStop{ReadStop::Kind::damaged, {partition, position_.last_offset, "the record is missing"}});
  }
  const auto head = head_after(position_, records->front().bytes);
  if (!head) return std::unexpected(ReadStop{ReadStop::Kind::damaged, {partition, position_.last_offset, head.error()}});
  if (*head == position_.head) return {};
  const std::string reason = "the record is not the one that was read before";
  return std::unexpected(ReadStop{ReadStop::Kind::other_head, {partition, position_.last_offset, reason}});
}

std::expected<std::size_t, ReadStop> Reader::poll(const Consumer& consumer, std::size_t limit) {
  const auto records = log_.read(position_.partition, position_.offset, limit);
  if (!records) return std::unexpected(stop_of(records.error()));
  std::size_t passed = 0;
  for (const StoredRecord& record : *records) {
    Position next = position_;
    const Verdict verdict = fold(next, record.offset, record.bytes, decoded_);
    if (verdict.kind == Verdict::Kind::damaged) return std::unexpected(ReadStop{ReadStop::Kind::damaged, verdict.damage});
    if (exclusive_ && verdict.kind == Verdict::Kind::dead && verdict.death == Death::not_ours) {
      return std::unexpected(ReadStop{ReadStop::Kind::damaged, {position_.partition, record.offset, std::string(describe(verdict.death))}});
    }
    const bool commit = verdict.kind == Verdict::Kind::accepted && verdict.record == Kind::commit;
    if (commit && !consumer(decoded_.commit, record.offset)) break;
    position_ = std::move(next);
    ++passed;
  }
  return passed;
}

}  // namespace layerline::journal
