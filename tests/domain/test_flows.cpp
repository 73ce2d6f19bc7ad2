// The tables of status flows by themselves; test_random.cpp holds them against what happens.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/domain/flow_watch.hpp"
#include "tests/domain/flows_page.hpp"

namespace layerline::test {
namespace {

std::set<std::string_view> reached(const flows::Machine& machine) {
  std::set<std::string_view> out{""};
  for (std::size_t before = 0; before != out.size();) {
    before = out.size();
    for (const flows::Step& step : machine.steps)
      if (out.contains(step.from)) out.insert(step.to);
  }
  return out;
}

}  // namespace

TEST_CASE("flows: every state of a machine is reached, and its steps are between its states, each once") {
  for (const flows::Machine& machine : flows::machines()) {
    INFO(machine.name);
    const std::set<std::string_view> states(machine.states.begin(), machine.states.end());
    const std::set<std::string_view> found = reached(machine);
    CHECK(states.size() == machine.states.size());
    for (const std::string_view state : states) CHECK_MESSAGE(found.contains(state), state);
    for (const flows::Step& step : machine.steps) {
      CHECK((step.from.empty() || states.contains(step.from)));
      CHECK((step.to.empty() || states.contains(step.to)));
      CHECK(step.from != step.to);
      CHECK(std::ranges::count_if(machine.steps, [&](const flows::Step& other) {
              return other.from == step.from && other.event == step.event && other.to == step.to;
            }) == 1);
    }
  }
}

TEST_CASE("flows: a view says of every state of its machine, once, what the document calls it") {
  for (const flows::View& view : flows::views()) {
    INFO(view.document << ", " << view.thing);
    std::vector<std::string_view> named;
    for (const words::Word& word : view.words) named.push_back(word.ours);
    std::ranges::sort(named);
    if (view.machine.empty()) continue;
    const auto machine = std::ranges::find(flows::machines(), view.machine, &flows::Machine::name);
    REQUIRE(machine != flows::machines().end());
    std::vector<std::string_view> states = machine->states;
    std::ranges::sort(states);
    CHECK(named == states);
  }
}

TEST_CASE("flows: the farm's words for material are said of it in their order") {
  Scenario s;
  s.stock(0);
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {1'000'000}, "delivery"});
  std::vector<std::string> said;
  (void)s.paid(black_pieces(20));
  for (const NewEvent& event : s.journal)
    if (const std::string_view word = words::theirs(words::farm_material, event_type(event.event));
        !word.empty() && (said.empty() || said.back() != word))
      said.emplace_back(word);
  CHECK(said == std::vector<std::string>{"STOCK_AVAILABLE", "RESERVED"});
}

TEST_CASE("flows: domain/STATUS.md is what the tables draw") {
  std::ifstream file(LAYERLINE_SOURCE_DIR "/domain/STATUS.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const bool drawn = page == flows_page();   // the page itself is too long to be shown
  CHECK_MESSAGE(drawn, "draw it again: build/release/tests/domain/draw_flows > domain/STATUS.md");
}

}  // namespace layerline::test
