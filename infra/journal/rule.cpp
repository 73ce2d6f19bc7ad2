#include "infra/journal/rule.hpp"

#include <algorithm>
#include <utility>

namespace layerline::journal {
namespace {

bool to_hash(const std::string& bytes, Hash& hash) {
  if (bytes.size() != hash.size()) return false;
  std::ranges::copy(bytes, reinterpret_cast<char*>(hash.data()));
  return true;
}

Verdict accepted(Position& position, std::uint64_t offset, Kind record, const Hash& head) {
  position.last_prev = position.head;
  position.last_offset = offset;
  position.head = head;
  position.offset = offset + 1;
  return {.kind = Verdict::Kind::accepted, .record = record};
}

}  // namespace

Position start_of(std::uint32_t partition) {
  Position position;
  position.partition = partition;
  return position;
}

std::string encode(const Position& position) {
  StoredPosition stored;
  stored.set_journal_id(position.journal_id);
  stored.set_partition(position.partition);
  stored.set_offset(position.offset);
  stored.set_epoch(position.epoch);
  stored.set_number(position.number);
  stored.set_head(position.head.data(), position.head.size());
  stored.set_time_ms(position.time_ms);
  stored.set_last_offset(position.last_offset);
  stored.set_last_prev(position.last_prev.data(), position.last_prev.size());
  return stored.SerializeAsString();
}

std::optional<Position> decode_position(std::string_view bytes) {
  StoredPosition stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  Position position{.journal_id = stored.journal_id(), .partition = stored.partition(), .offset = stored.offset(),
                    .epoch = stored.epoch(), .number = stored.number(), .time_ms = stored.time_ms(), .last_offset = stored.last_offset()};
  if (!to_hash(stored.head(), position.head) || !to_hash(stored.last_prev(), position.last_prev)) return std::nullopt;
  return position;
}

std::string_view describe(Death death) {
  switch (death) {
    case Death::not_ours: return "not a record of this journal";
    case Death::second_genesis: return "a second genesis";
    case Death::other_journal: return "a claim of another journal or partition";
    case Death::old_epoch: return "a claim of an old epoch";
    case Death::other_head: return "decided on another head";
  }
  return "";
}

namespace rule {

Verdict damaged(const Position& position, std::uint64_t offset, std::string reason) {
  return {.kind = Verdict::Kind::damaged, .damage = {position.partition, offset, std::move(reason)}};
}

Verdict dead(Position& position, std::uint64_t offset, Kind record, Death death) {
  position.offset = offset + 1;
  return {.kind = Verdict::Kind::dead, .record = record, .death = death};
}

Judgement judge(const Position& position, const Commit& commit) {
  const bool on_head = commit.prev() == view(position.head) && !position.journal_id.empty();
  const bool is_next = commit.epoch() == position.epoch && commit.number() == position.number + 1;
  if (on_head) return is_next ? Judgement::accept : Judgement::inconsistent;
  // In one epoch there is one chain, and its owner numbers each commit once: the next number on another head means that a record
  // before this one is not what the owner wrote.
  return is_next && position.epoch > 0 ? Judgement::altered : Judgement::other_head;
}

Verdict fold_genesis(Position& position, std::uint64_t offset, std::string_view bytes, const Genesis& genesis) {
  if (!position.journal_id.empty()) return dead(position, offset, Kind::genesis, Death::second_genesis);
  if (genesis.partition() != position.partition || genesis.journal_id().empty()) {
    return damaged(position, offset, "the genesis of another partition");
  }
  position.journal_id = genesis.journal_id();
  return accepted(position, offset, Kind::genesis, sha256(bytes));
}

Verdict fold_claim(Position& position, std::uint64_t offset, std::string_view bytes, const Claim& claim) {
  const bool here = claim.journal_id() == position.journal_id && claim.partition() == position.partition && !position.journal_id.empty();
  if (!here) return dead(position, offset, Kind::claim, Death::other_journal);
  if (claim.epoch() <= position.epoch) return dead(position, offset, Kind::claim, Death::old_epoch);
  position.epoch = claim.epoch();
  return accepted(position, offset, Kind::claim, sha256(position.head, bytes));
}

Verdict accept_commit(Position& position, std::uint64_t offset, std::string_view bytes, const Commit& commit) {
  position.number = commit.number();
  position.time_ms = commit.time_ms();
  return accepted(position, offset, Kind::commit, sha256(position.head, bytes));
}

Verdict refuse_commit(Position& position, std::uint64_t offset, Judgement judgement) {
  switch (judgement) {
    case Judgement::accept:
    case Judgement::other_head: return dead(position, offset, Kind::commit, Death::other_head);
    case Judgement::altered:
      return damaged(position, position.last_offset, "the record is not the one that the commit after it was decided on");
    case Judgement::inconsistent: return damaged(position, offset, "the commit has the right head and a wrong epoch or number");
  }
  std::unreachable();
}

}  // namespace rule
}  // namespace layerline::journal
