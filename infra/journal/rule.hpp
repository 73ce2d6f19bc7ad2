// The rule that every reader of a partition folds alike. Pure: no clock, no I/O.
//
//   Genesis  accepted iff nothing was accepted before                                 -> head = H(bytes)
//   Claim    accepted iff journal and partition match and epoch > position.epoch      -> head = H(head, bytes)
//   Commit   accepted iff prev == position.head                                       -> head = H(head, bytes)
//   otherwise dead; and never taken for dead: a damaged frame, a missing offset, an altered chain.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "infra/journal/hash.hpp"
#include "infra/journal/record.hpp"

namespace layerline::journal {

// Where a reader stands in one partition. All fields together make it checkable against the log: see Reader.
struct Position {
  std::string journal_id = {};        // empty before the genesis
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;      // of the next record to read
  std::uint64_t epoch = 0;       // of the last accepted claim
  std::uint64_t number = 0;      // of the last accepted commit; they count from 1
  Hash head{};                   // of the chain
  std::int64_t time_ms = 0;      // of the last accepted commit, UTC
  std::uint64_t last_offset = 0; // of the last accepted record; only meaningful after the genesis
  Hash last_prev{};              // the head before that record
  friend bool operator==(const Position&, const Position&) = default;
};

[[nodiscard]] Position start_of(std::uint32_t partition);
[[nodiscard]] std::string encode(const Position& position);
[[nodiscard]] std::optional<Position> decode_position(std::string_view bytes);

// The log can't be read on from here. `offset` is the bad record, or the last good one where `reason` says so.
struct Damage {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::string reason = {};
};

// The payload of the record judged last; reused between records because that halves the cost of decoding.
struct Decoded {
  Genesis genesis;
  Claim claim;
  Commit commit;
};

enum class Death { not_ours, second_genesis, other_journal, old_epoch, other_head };
[[nodiscard]] std::string_view describe(Death death);

struct Verdict {
  enum class Kind { accepted, dead, damaged };
  Kind kind = Kind::dead;
  journal::Kind record = journal::Kind::commit;   // when accepted, or dead with our magic; a move is the commit that it is
  Death death = Death::not_ours;
  Damage damage = {};
};

// Which parts of the rule hold. Production code uses this one; the model check breaks one constant at a time and must notice.
struct RightRule {
  static constexpr bool commits_need_prev = true;                // a commit is accepted only on the head it was decided on
  static constexpr bool claims_fence = true;                     // an epoch ends what owners before it append
  static constexpr bool answers_wait_for_acceptance = true;      // nobody hears "accepted" for a record that was only sent
  static constexpr bool rejections_wait_for_acceptance = true;   // nor "no" for a decision on state that may never come true
  static constexpr bool unknown_stays_open = true;               // nor "no" because an answer of the log did not come
  static constexpr bool fast_path_needs_contiguity = true;       // unread, an own record counts only right behind the last accepted one
  static constexpr bool gaps_are_read = true;                    // what lies between decides, not that something lies between
  static constexpr bool seals_end_deciding = true;               // behind a seal nothing is decided for the workshop there
  static constexpr bool adoptions_wait_for_the_seal = true;      // a workshop goes on elsewhere only once its seal is accepted
  static constexpr bool keys_move_along = true;                  // a key that was used before a move is known behind it
  static constexpr bool any_target_completes = true;             // whoever owns the target adopts, not only who saw the seal written
  static constexpr bool readers_wait_for_the_seal = true;        // what happened before a move is folded before what happened behind it
};

namespace rule {

// How the parts of the rule look at one record; fold() puts them together.
enum class Judgement { accept, other_head, altered, inconsistent };
[[nodiscard]] Judgement judge(const Position& position, const Commit& commit);
[[nodiscard]] Verdict fold_genesis(Position& position, std::uint64_t offset, std::string_view bytes, const Genesis& genesis);
[[nodiscard]] Verdict fold_claim(Position& position, std::uint64_t offset, std::string_view bytes, const Claim& claim);
[[nodiscard]] Verdict accept_commit(Position& position, std::uint64_t offset, std::string_view bytes, const Commit& commit);
[[nodiscard]] Verdict refuse_commit(Position& position, std::uint64_t offset, Judgement judgement);
[[nodiscard]] Verdict damaged(const Position& position, std::uint64_t offset, std::string reason);
[[nodiscard]] Verdict dead(Position& position, std::uint64_t offset, journal::Kind record, Death death);

template <class Rule>
Verdict fold_commit(Position& position, std::uint64_t offset, std::string_view bytes, const Commit& commit) {
  if constexpr (Rule::commits_need_prev) {
    const Judgement judgement = judge(position, commit);
    if (judgement != Judgement::accept) return refuse_commit(position, offset, judgement);
  } else if constexpr (Rule::claims_fence) {
    if (commit.epoch() != position.epoch) return refuse_commit(position, offset, Judgement::other_head);
  }
  return accept_commit(position, offset, bytes, commit);
}

}  // namespace rule

// Judges the record at `offset` and moves the position behind it; on damage the position stays. Decodes the payload into `decoded`.
template <class Rule = RightRule>
Verdict fold(Position& position, std::uint64_t offset, std::string_view bytes, Decoded& decoded) {
  if (offset != position.offset) return rule::damaged(position, position.offset, "the record is missing");
  const Frame frame = decode_frame(bytes);
  if (frame.fault == FrameFault::no_magic) return rule::dead(position, offset, Kind::commit, Death::not_ours);
  if (frame.fault != FrameFault::none) return rule::damaged(position, offset, std::string(describe(frame.fault)));
  const auto size = static_cast<int>(frame.payload.size());
  switch (frame.kind) {
    case Kind::genesis:
      if (!decoded.genesis.ParseFromArray(frame.payload.data(), size)) break;
      return rule::fold_genesis(position, offset, bytes, decoded.genesis);
    case Kind::claim:
      if (!decoded.claim.ParseFromArray(frame.payload.data(), size)) break;
      return rule::fold_claim(position, offset, bytes, decoded.claim);
    case Kind::commit:
    case Kind::move:
      if (!decoded.commit.ParseFromArray(frame.payload.data(), size)) break;
      if ((frame.kind == Kind::move) != (decoded.commit.move_case() != Commit::MOVE_NOT_SET)) break;
      return rule::fold_commit<Rule>(position, offset, bytes, decoded.commit);
  }
  return rule::damaged(position, offset, "the payload can't be decoded");
}

}  // namespace layerline::journal
