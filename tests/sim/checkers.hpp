// What must hold for every history of the journal, whatever the log and the owners went through.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/journal/log/log.hpp"
#include "infra/journal/moves.hpp"
#include "infra/journal/rule.hpp"
#include "tests/sim/causal_reader.hpp"
#include "tests/sim/toy_app.hpp"

namespace layerline::journal::sim {

enum class Violation { lost, applied_after_no, applied_twice, out_of_order, two_heads, stale_answer, two_homes, stuck };
inline constexpr std::array<const char*, 8> violation_names = {
    "acked and lost", "answered no but applied", "applied twice", "out of order", "two heads", "stale answer", "two homes", "stuck"};

// One command as its client saw it, over all attempts under its key.
struct Operation {
  std::string id;
  std::size_t target = 0;
  std::int64_t first_sent_ms = 0;
  std::int64_t acked_ms = -1;                // first time that it was answered accepted or repeated
  std::uint32_t acked_partition = 0;
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
  std::vector<SealPlace> acked_seals;
  std::map<SealPlace, Hash> heads;           // behind the record before this place, as the owners had it
  bool two_heads = false;                    // two owners had different ones
  bool follower_in_order = true;             // what followers saw of each register
  bool stuck = false;                        // not everything was answered after the faults had ended

  void see_head(SealPlace place, const Hash& head) {
    const auto [known, is_new] = heads.emplace(place, head);
    two_heads = two_heads || (!is_new && known->second != head);
  }
};

// The log as the rule reads it.
struct Truth {
  struct Applied {
    std::uint32_t partition;
    std::uint64_t offset;
    std::uint64_t order;                     // among the commits of the workshop, over all partitions
    std::uint64_t version;
    std::size_t target;
    int times;
  };
  struct Home {
    std::optional<std::uint32_t> partition;  // none: sealed, and not adopted yet
    std::uint32_t bound_for = 0;
    std::uint64_t commits = 0;
  };
  std::unordered_map<std::string, Applied> applied;
  std::map<std::string, Home> homes;
  std::set<SealPlace> seals;
  std::array<std::uint64_t, registers> versions{};
  bool versions_in_order = true;
  bool heads_agree = true;
  bool one_home = true;
  bool damaged = false;

  void read(const Position& position, std::uint64_t offset, const Commit& commit) {
    if (commit.entries().empty() && commit.move_case() == Commit::MOVE_NOT_SET) return;
    Home& home = homes[commit.workshop()];
    const bool here = home.partition == position.partition;
    if (commit.has_adopted()) {
      one_home = one_home && !home.partition && home.bound_for == position.partition;
      home.partition = position.partition;
      return;
    }
    one_home = one_home && here;
    if (commit.has_sealed()) {
      home.partition.reset();
      home.bound_for = commit.sealed().to();
      seals.insert({position.partition, offset});
    }
    for (const Entry& entry : commit.entries()) {
      const std::size_t target = ToyApp::target_of(entry);
      if (entry.version() != ++versions[target]) versions_in_order = false;
      const Applied first{position.partition, offset, ++home.commits, entry.version(), target, 0};
      auto [known, is_new] = applied.try_emplace(commit.command_id(), first);
      ++known->second.times;
    }
  }
};

template <class Rule>
Truth read_truth(const Log& log, const History& history) {
  Truth truth;
  for (std::size_t i = 0; i < workshops; ++i) truth.homes[std::to_string(i)].partition = first_home_of(i);
  CausalReader<Rule> reader(log, true);
  const auto visit = [&](const Position& position, std::uint64_t offset, const Commit* commit) {
    const auto seen = history.heads.find({position.partition, position.offset});
    if (seen != history.heads.end() && seen->second != position.head) truth.heads_agree = false;
    if (commit != nullptr) truth.read(position, offset, *commit);
  };
  for (bool any = true; any;) {
    any = false;
    for (std::uint32_t partition = 0; partition < partitions; ++partition) any = reader.poll(partition, ~std::size_t{0}, visit) || any;
  }
  truth.damaged = reader.stands();
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
      offsets_[applied->second.partition].emplace_back(operation.acked_ms, applied->second.offset);
      orders_[workshop_of(applied->second.target)].emplace_back(operation.acked_ms, applied->second.order);
    }
    for (auto& list : versions_) raise(list);
    for (auto& list : offsets_) raise(list);
    for (auto& list : orders_) raise(list);
  }
  [[nodiscard]] std::uint64_t version_before(std::size_t target, std::int64_t time_ms) const { return before(versions_[target], time_ms); }
  // Whether all that was acknowledged before `time_ms` lies before it, in its partition and in its workshop.
  [[nodiscard]] bool before(const Truth::Applied& applied, std::int64_t time_ms) const {
    return before(offsets_[applied.partition], time_ms) < applied.offset &&
           before(orders_[workshop_of(applied.target)], time_ms) < applied.order;
  }

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
  std::array<List, partitions> offsets_;
  std::array<List, workshops> orders_;
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
    const bool in_place = is_applied && applied->second.partition == operation.acked_partition &&
                          applied->second.offset == operation.acked_offset;
    report(Violation::lost, acked && !in_place);
    report(Violation::applied_after_no, is_applied && operation.attempts > 0 && operation.answered_no == operation.attempts);
    report(Violation::applied_twice, is_applied && applied->second.times > 1);
    report(Violation::out_of_order, is_applied && !known.before(applied->second, operation.first_sent_ms));
  }
  for (const Observation& observation : history.observations) report(Violation::stale_answer, is_stale(observation, truth, known));
  for (const SealPlace& seal : history.acked_seals) report(Violation::lost, !truth.seals.contains(seal));
  for (const auto& [workshop, home] : truth.homes) report(Violation::stuck, !home.partition);
  report(Violation::out_of_order, !truth.versions_in_order || !history.follower_in_order);
  report(Violation::two_homes, !truth.one_home);
  report(Violation::two_heads, history.two_heads || !truth.heads_agree || truth.damaged);
  report(Violation::stuck, history.stuck);
  std::vector<Violation> violations;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) violations.push_back(static_cast<Violation>(i));
  }
  return violations;
}

}  // namespace layerline::journal::sim
