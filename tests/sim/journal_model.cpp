// journal_model --seeds N [--first SEED] [--mutant NAME] | --seed SEED [--mutant NAME] | --list
// Exits 0 if no seed violates the journal's promises; with a mutant of the rule, 0 only if some seed does.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/model.hpp"

namespace layerline::journal::sim {
namespace {

struct TimeoutAnsweredAsFailure : RightRule {
  static constexpr bool unknown_stays_open = false;
};
struct NoPrevCheck : RightRule {
  static constexpr bool commits_need_prev = false;
};
struct AnswerOnSend : RightRule {
  static constexpr bool answers_wait_for_acceptance = false;
};
struct PlainAppend : RightRule {
  static constexpr bool commits_need_prev = false;
  static constexpr bool claims_fence = false;
};
struct RejectionAnsweredBeforeBatchAccepted : RightRule {
  static constexpr bool rejections_wait_for_acceptance = false;
};
struct FastPathOverGaps : RightRule {
  static constexpr bool fast_path_needs_contiguity = false;
};
struct GapAnsweredAsLost : RightRule {
  static constexpr bool gaps_are_read = false;
};
struct SealedGoesOn : RightRule {
  static constexpr bool seals_end_deciding = false;
};
struct AdoptBeforeSeal : RightRule {
  static constexpr bool adoptions_wait_for_the_seal = false;
};
struct DedupLeftBehind : RightRule {
  static constexpr bool keys_move_along = false;
};
struct SealLeftOpen : RightRule {
  static constexpr bool any_target_completes = false;
};
struct ReadersDoNotWait : RightRule {
  static constexpr bool readers_wait_for_the_seal = false;
};

struct Variant {
  std::string_view name;
  SeedResult (*run)(std::uint64_t seed);
};
constexpr Variant right_rule = {"", run_seed<RightRule>};
constexpr std::array<Variant, 12> mutants = {{
    {"timeout-answered-as-failure", run_seed<TimeoutAnsweredAsFailure>},
    {"no-prev-check", run_seed<NoPrevCheck>},
    {"answer-on-send", run_seed<AnswerOnSend>},
    {"plain-append", run_seed<PlainAppend>},
    {"rejection-answered-before-batch-accepted", run_seed<RejectionAnsweredBeforeBatchAccepted>},
    {"fast-path-over-gaps", run_seed<FastPathOverGaps>},
    {"gap-answered-as-lost", run_seed<GapAnsweredAsLost>},
    {"sealed-goes-on", run_seed<SealedGoesOn>},
    {"adopt-before-seal", run_seed<AdoptBeforeSeal>},
    {"dedup-left-behind", run_seed<DedupLeftBehind>},
    {"seal-left-open", run_seed<SealLeftOpen>},
    {"readers-do-not-wait", run_seed<ReadersDoNotWait>},
}};

struct Arguments {
  std::uint64_t seeds = 500;
  std::uint64_t first = 1;
  bool one = false;
  bool list = false;
  std::string mutant;
};

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--list") {
      arguments.list = true;
      continue;
    }
    if (++i == count) return std::nullopt;
    if (word == "--seeds") {
      arguments.seeds = std::strtoull(words[i], nullptr, 10);
    } else if (word == "--first") {
      arguments.first = std::strtoull(words[i], nullptr, 10);
    } else if (word == "--seed") {
      arguments.first = std::strtoull(words[i], nullptr, 10);
      arguments.seeds = 1;
      arguments.one = true;
    } else if (word == "--mutant") {
      arguments.mutant = words[i];
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

int check(const Arguments& arguments, const Variant& variant, const char* program) {
  std::array<std::uint64_t, violation_names.size()> found{};
  std::uint64_t bad_seeds = 0;
  std::uint64_t acked = 0;
  std::uint64_t moves = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.seeds; ++seed) {
    const SeedResult result = variant.run(seed);
    acked += result.acked;
    moves += result.moves;
    if (result.violations.empty()) continue;
    for (const Violation violation : result.violations) ++found[static_cast<std::size_t>(violation)];
    if (++bad_seeds > 1 && !arguments.one) continue;
    fmt::print("seed {}:", seed);
    for (const Violation violation : result.violations) fmt::print(" {};", violation_names[static_cast<std::size_t>(violation)]);
    fmt::print(" again with:\n  {} --seed {}{}{}\n", program, seed, variant.name.empty() ? "" : " --mutant ", variant.name);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{}: {} seeds, {} with a violation; {} commands and {} moves acked; {:.1f} s\n",
             variant.name.empty() ? "right rule" : variant.name, arguments.seeds, bad_seeds, acked, moves, seconds);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] > 0) fmt::print("  {}: {} seeds\n", violation_names[i], found[i]);
  }
  const bool caught = bad_seeds > 0;
  return caught == !variant.name.empty() ? 0 : 1;
}

int run(int count, char** words) {
  const auto arguments = parse(count, words);
  if (!arguments) {
    fmt::print(stderr, "usage: journal_model --seeds N [--first SEED] [--mutant NAME] | --seed SEED [--mutant NAME] | --list\n");
    return 2;
  }
  if (arguments->list) {
    for (const Variant& mutant : mutants) fmt::print("{}\n", mutant.name);
    return 0;
  }
  if (arguments->mutant.empty()) return check(*arguments, right_rule, words[0]);
  for (const Variant& mutant : mutants) {
    if (mutant.name == arguments->mutant) return check(*arguments, mutant, words[0]);
  }
  fmt::print(stderr, "no such mutant; journal_model --list names them\n");
  return 2;
}

}  // namespace
}  // namespace layerline::journal::sim

int main(int count, char** words) { return layerline::journal::sim::run(count, words); }
