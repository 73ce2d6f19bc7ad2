#include "tests/domain/flows_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "domain/flows.hpp"

namespace layerline::test {
namespace {

using flows::Machine;
using flows::Step;
using flows::View;

// One arrow for each pair of states, with the events that lead along it.
std::string diagram(const Machine& machine) {
  std::vector<std::pair<std::string, std::string>> arrows;
  const auto node = [](std::string_view state) { return state.empty() ? std::string("[*]") : std::string(state); };
  for (const Step& step : machine.steps) {
    const std::string arrow = fmt::format("{} --> {}", node(step.from), node(step.to));
    const auto known = std::ranges::find(arrows, arrow, &std::pair<std::string, std::string>::first);
    if (known == arrows.end())
      arrows.emplace_back(arrow, flows::type_of(step.event));
    else
      known->second += ", " + flows::type_of(step.event);
  }
  std::string out = "```mermaid\nstateDiagram-v2\n";
  for (const auto& [arrow, types] : arrows) out += fmt::format("  {}: {}\n", arrow, types);
  return out + "```\n";
}

// From each state: where each event leads.
std::string table(const Machine& machine) {
  std::vector<std::string_view> states{""};
  states.insert(states.end(), machine.states.begin(), machine.states.end());
  std::string out = "| from | to, by which event |\n| --- | --- |\n";
  for (const std::string_view from : states) {
    std::string ways;
    for (const std::string_view to : states) {
      std::string types;
      for (const Step& step : machine.steps)
        if (step.from == from && step.to == to) types += fmt::format("{}`{}`", types.empty() ? "" : ", ", flows::type_of(step.event));
      if (!types.empty()) ways += fmt::format("{}**{}** {}", ways.empty() ? "" : " · ", to.empty() ? "gone" : to, types);
    }
    out += fmt::format("| {} | {} |\n", from.empty() ? "(none)" : from, ways.empty() ? "an end" : ways);
  }
  return out;
}

std::string view(const View& view) {
  const std::string_view ours = view.machine.empty() ? "event" : view.machine;
  std::string out = fmt::format("\n**{}, {}**\n\n| {} | {} |\n| --- | --- |\n", view.document, view.thing, ours, view.document);
  for (const words::Word& word : view.words) out += fmt::format("| {} | {} |\n", word.ours, word.theirs.empty() ? "—" : word.theirs);
  return out;
}

}  // namespace

std::string flows_page() {
  std::string out =
      "# Status flows\n\n"
      "Drawn from the tables in [flows.cpp](flows.cpp) and [kernel/words.hpp](kernel/words.hpp); a test fails when they differ.\n"
      "After a change: `build/release/tests/domain/draw_flows > domain/STATUS.md`. Another test plays random workshops: every change of\n"
      "a state is a step of these tables, and every step of them happens. An event that leaves a state as it is has no step here.\n";
  for (const Machine& machine : flows::machines()) {
    std::string title(machine.name);
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
    out += fmt::format("\n## {}\n\n{}\n\n{}\n{}", title, machine.about, diagram(machine), table(machine));
  }
  out += "\n## The words of other documents\n\n"
         "Each state of ours is one word of theirs, or none (—). The ERP's order on hold is `on_hold` whatever its state; its quote has\n"
         "our words. The farm's order has ours too, and `OPPORTUNITY` before them; the ERP's `draft` of a production order is a planned\n"
         "one.\n";
  for (const View& one : flows::views()) out += view(one);
  return out;
}

}  // namespace layerline::test
