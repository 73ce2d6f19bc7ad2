// planning_model --histories N [--first SEED] [--mutant NAME] | --history SEED [--mutant NAME] | --list
// Exits 0 if in no history a promise of planning or stock is broken and the kept plan followed; with a mutant, 0 only if in some one is.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/planning_world.hpp"

namespace layerline::sim {
namespace {

constexpr int events_per_history = 200;
constexpr std::array<std::string_view, 6> broken_names = {"incremental is not full",      "the kept plan is not full",
                                                          "ledger is not balance",        "more allocated than on hand",
                                                          "not traced to a lot and an order", "reserved and not held from lots"};

struct ComponentsNotTold : RightWorld {
  static constexpr bool components_of_changed_orders = false;
};
struct PegsNotTold : RightWorld {
  static constexpr bool components_of_changed_pegs = false;
};
struct LeftComponentsNotTold : RightWorld {
  static constexpr bool components_that_left_a_bom = false;
};
struct LevelsNotRenewed : RightWorld {
  static constexpr bool levels_of_a_changed_bom = false;
};
struct StockNotTold : RightWorld {
  static constexpr bool stock_is_told_to_planning = false;
};
struct FirmedPlannedAgain : RightWorld {
  static constexpr bool firm_orders_are_supply = false;
};
struct ReservedTwice : RightWorld {
  static constexpr bool reserved_stock_is_not_available = false;
};
struct CountKeepsReservations : RightWorld {
  static constexpr bool counts_take_reservations_back = false;
};
struct MoveKeepsSource : RightWorld {
  static constexpr bool moves_empty_the_source = false;
};
struct IssueWithoutOrder : RightWorld {
  static constexpr bool issues_note_the_order = false;
};
struct UseKeepsHold : RightWorld {
  static constexpr bool uses_let_go_of_lots = false;
};
// Of the plan that is kept from question to question.
struct KeptComponentsNotNetted : RightWorld {
  struct Keeping : planning::RightKeeping {
    static constexpr bool components_of_changed_orders = false;
  };
};
struct KeptOrdersNotCancelled : RightWorld {
  struct Keeping : planning::RightKeeping {
    static constexpr bool what_is_gone_leaves_the_plan = false;
  };
};
struct KeptDayStands : RightWorld {
  struct Keeping : planning::RightKeeping {
    static constexpr bool another_day_nets_everything = false;
  };
};
struct KeptNewItemsAlone : RightWorld {
  struct Keeping : planning::RightKeeping {
    static constexpr bool new_items_bring_what_spoke_of_them = false;
  };
};
struct KeptBomsStand : RightWorld {
  struct Keeping : planning::RightKeeping {
    static constexpr bool changed_boms_are_told = false;
  };
};

struct Result {
  std::set<Broken> broken;
  std::uint64_t events = 0;
  std::uint64_t questions = 0;        // to the kept plan
  std::uint64_t netted_in_part = 0;   // of them
};

// Ends with the event that breaks something.
template <class Rule>
Result run_history(std::uint64_t seed) {
  World<Rule> world(seed);
  Result result;
  for (int i = 0; i < events_per_history && result.broken.empty(); ++i) {
    world.step();
    result.broken = world.broken();
  }
  result.events = world.events;
  result.questions = world.kept().questions();
  result.netted_in_part = world.kept().netted_in_part();
  return result;
}

struct Variant {
  std::string_view name;
  Result (*run)(std::uint64_t seed);
};
constexpr Variant right_world = {"", run_history<RightWorld>};
constexpr std::array<Variant, 16> mutants = {{
    {"components-not-told", run_history<ComponentsNotTold>},
    {"pegs-not-told", run_history<PegsNotTold>},
    {"left-components-not-told", run_history<LeftComponentsNotTold>},
    {"levels-not-renewed", run_history<LevelsNotRenewed>},
    {"stock-not-told", run_history<StockNotTold>},
    {"firmed-planned-again", run_history<FirmedPlannedAgain>},
    {"reserved-twice", run_history<ReservedTwice>},
    {"count-keeps-reservations", run_history<CountKeepsReservations>},
    {"move-keeps-source", run_history<MoveKeepsSource>},
    {"issue-without-order", run_history<IssueWithoutOrder>},
    {"kept-components-not-netted", run_history<KeptComponentsNotNetted>},
    {"kept-orders-not-cancelled", run_history<KeptOrdersNotCancelled>},
    {"kept-day-stands", run_history<KeptDayStands>},
    {"kept-new-items-alone", run_history<KeptNewItemsAlone>},
    {"kept-boms-stand", run_history<KeptBomsStand>},
    {"use-keeps-hold", run_history<UseKeepsHold>},
}};

struct Arguments {
  std::uint64_t histories = 500;
  std::uint64_t first = 1;
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
    if (word == "--histories") {
      arguments.histories = std::strtoull(words[i], nullptr, 10);
    } else if (word == "--first") {
      arguments.first = std::strtoull(words[i], nullptr, 10);
    } else if (word == "--history") {
      arguments.first = std::strtoull(words[i], nullptr, 10);
      arguments.histories = 1;
    } else if (word == "--mutant") {
      arguments.mutant = words[i];
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

int check(const Arguments& arguments, const Variant& variant, const char* program) {
  std::array<std::uint64_t, broken_names.size()> found{};
  std::uint64_t bad = 0;
  std::uint64_t events = 0, questions = 0, netted_in_part = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.histories; ++seed) {
    const Result result = variant.run(seed);
    events += result.events;
    questions += result.questions;
    netted_in_part += result.netted_in_part;
    for (const Broken one : result.broken) ++found[static_cast<std::size_t>(one)];
    if (result.broken.empty() || ++bad > 1) continue;
    fmt::print("history {}, event {}:", seed, result.events);
    for (const Broken one : result.broken) fmt::print(" {};", broken_names[static_cast<std::size_t>(one)]);
    fmt::print(" again with:\n  {} --history {}{}{}\n", program, seed, variant.name.empty() ? "" : " --mutant ", variant.name);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{}: {} histories, {} broken; {} events; {} questions to the kept plan, {} netted in part; {:.1f} s\n",
             variant.name.empty() ? "right world" : variant.name, arguments.histories, bad, events, questions, netted_in_part, seconds);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] > 0) fmt::print("  {}: {} histories\n", broken_names[i], found[i]);
  }
  if (!variant.name.empty()) return bad > 0 ? 0 : 1;
  // A kept plan that nets everything anew is always right, and would show nothing.
  const bool kept = netted_in_part * 4 > questions;
  if (!kept) fmt::print("  the kept plan was nearly always netted in full\n");
  return bad == 0 && kept ? 0 : 1;
}

int run(int count, char** words) {
  const auto arguments = parse(count, words);
  if (!arguments || arguments->histories == 0) {
    fmt::print(stderr, "usage: planning_model --histories N [--first SEED] [--mutant NAME] | --history SEED [--mutant NAME] | --list\n");
    return 2;
  }
  if (arguments->list) {
    for (const Variant& mutant : mutants) fmt::print("{}\n", mutant.name);
    return 0;
  }
  if (arguments->mutant.empty()) return check(*arguments, right_world, words[0]);
  for (const Variant& mutant : mutants) {
    if (mutant.name == arguments->mutant) return check(*arguments, mutant, words[0]);
  }
  fmt::print(stderr, "no such mutant; planning_model --list names them\n");
  return 2;
}

}  // namespace
}  // namespace layerline::sim

int main(int count, char** words) { return layerline::sim::run(count, words); }
