// What must hold for every history of the journal, whatever the log and the owners went through.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/journal/log/log.hpp"
#include "infra/journal/rule.hpp"
#include "tests/sim/toy_app.hpp"

namespace layerline::journal::sim {

enum class Violation { lost, applied_after_no, applied_twice, out_of_order, two_heads, stale_answer, stuck };
inline constexpr std::array<const char*, 7> violation_names = {
    "acked and lost", "answered no but applied", "applied twice", "out of order", "two heads", "stale answer", "stuck"};

// One command as its client saw it, over all attempts under its key.
struct Operation {
  std::string id;
  std::size_t target = 0;
  std::int64_t first_sent_ms = 0;
  std::int64_t acked_ms = -1;                // first time that it was answered accepted or repeated
  std::uint64_t acked_offset = 0;
  int attempts = 0;
  int answered_no = 0;
  bool changed_nothing = false;              // accepted as "already so": no commit of its own
};

// A decision that changed nothing, and what it stood on.
struct Observation {
  std::size_t target = 0;
  Seen seen;
  std::int64_t sent_ms = 0;                  // of the attempt
};

struct History {
  std::vector<Operation> operations;
  std::vector<Observation> observations;
  std::map<std::uint64_t, Hash> heads;       // offset -> head, as the owners had it
  bool two_heads = false;                    // two owners had different ones
  bool stuck = false;                        // not everything was answered after the faults had ended

  void see_head(std::uint64_t offset, const Hash& head) {
    const auto [known, is_new] = heads.emplace(offset, head);
    two_heads = two_heads || (!is_new && known->second != head);
  }
};

// The log as the rule reads it.
struct Truth {
  struct Applied {
    std::uint64_t offset;
    std::uint64_t version;
    std::size_t target;
    int times;
  };
  std::unordered_map<std::string, Applied> applied;
  bool versions_in_order = true;
  bool heads_agree = true;
  bool damaged = false;
};

template <class Rule>
Truth read_truth(const Log& log, const History& history) {
  Truth truth;
  Position position = start_of(0);
  Decoded decoded;
  std::array<std::uint64_t, registers> versions{};
  const auto records = log.read(0, 0, ~std::size_t{0});
  for (const StoredRecord& record : *records) {
    const Verdict verdict = fold<Rule>(position, record.offset, record.bytes, decoded);
    truth.damaged = truth.damaged || verdict.kind == Verdict::Kind::damaged;
    if (truth.damaged) break;
    const auto seen = history.heads.find(position.offset);
    if (seen != history.heads.end() && seen->second != position.head) truth.heads_agree = false;
    if (verdict.kind != Verdict::Kind::accepted || verdict.record != Kind::commit) continue;
    for (const Entry& entry : decoded.commit.entries()) {
      const std::size_t target = ToyApp::target_of(entry);
      if (entry.version() != ++versions[target]) truth.versions_in_order = false;
      const Truth::Applied first{record.offset, entry.version(), target, 0};
      auto [applied, is_new] = truth.applied.try_emplace(decoded.commit.command_id(), first);
      ++applied->second.times;
    }
  }
  return truth;
}

// Every acknowledged change of a register that was answered before a time, by its version: the least that a later decision must see.
class Known {
 public:
  Known(const History& history, const Truth& truth) {
    for (const Operation& operation : history.operations) {
      const auto applied = truth.applied.find(operation.id);
      if (operation.acked_ms < 0 || applied == truth.applied.end()) continue;
      versions_[applied->second.target].emplace_back(operation.acked_ms, applied->second.version);
      offsets_.emplace_back(operation.acked_ms, applied->second.offset);
    }
    for (auto& list : versions_) raise(list);
    raise(offsets_);
  }
  [[nodiscard]] std::uint64_t version_before(std::size_t target, std::int64_t time_ms) const { return before(versions_[target], time_ms); }
  [[nodiscard]] std::uint64_t offset_before(std::int64_t time_ms) const { return before(offsets_, time_ms); }

 private:
  using List = std::vector<std::pair<std::int64_t, std::uint64_t>>;
  // Sorted by time, each with the largest value so far.
  static void raise(List& list) {
    std::ranges::sort(list);
    std::uint64_t most = 0;
    for (auto& [time_ms, value] : list) value = most = std::max(most, value);
  }
  static std::uint64_t before(const List& list, std::int64_t time_ms) {
    const auto first = std::ranges::lower_bound(list, time_ms, {}, &std::pair<std::int64_t, std::uint64_t>::first);
    return first == list.begin() ? 0 : std::prev(first)->second;
  }
  std::array<List, registers> versions_;
  List offsets_;
};

inline bool is_stale(const Observation& observation, const Truth& truth, const Known& known) {
  if (observation.seen.version < known.version_before(observation.target, observation.sent_ms)) return true;
  if (observation.seen.version == 0) return false;
  const auto last = truth.applied.find(observation.seen.last);    // it must have come true, and as the version that was seen
  return last == truth.applied.end() || last->second.version != observation.seen.version;
}

template <class Rule>
std::vector<Violation> check(const Log& log, const History& history) {
  const Truth truth = read_truth<Rule>(log, history);
  const Known known(history, truth);
  std::array<bool, violation_names.size()> found{};
  const auto report = [&](Violation violation, bool holds) { found[static_cast<std::size_t>(violation)] |= holds; };
  for (const Operation& operation : history.operations) {
    const auto applied = truth.applied.find(operation.id);
    const bool is_applied = applied != truth.applied.end();
    const bool acked = operation.acked_ms >= 0 && !operation.changed_nothing;
    report(Violation::lost, acked && (!is_applied || applied->second.offset != operation.acked_offset));
    report(Violation::applied_after_no, is_applied && operation.attempts > 0 && operation.answered_no == operation.attempts);
    report(Violation::applied_twice, is_applied && applied->second.times > 1);
    report(Violation::out_of_order, is_applied && known.offset_before(operation.first_sent_ms) >= applied->second.offset);
  }
  for (const Observation& observation : history.observations) report(Violation::stale_answer, is_stale(observation, truth, known));
  report(Violation::out_of_order, !truth.versions_in_order);
  report(Violation::two_heads, history.two_heads || !truth.heads_agree || truth.damaged);
  report(Violation::stuck, history.stuck);
  std::vector<Violation> violations;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) violations.push_back(static_cast<Violation>(i));
  }
  return violations;
}

}  // namespace layerline::journal::sim
