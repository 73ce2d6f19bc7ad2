#include "tests/domain/flow_watch.hpp"

#include <fmt/format.h>

namespace layerline::test {
namespace {

using flows::Machine;
using flows::Step;

std::string text_of(const Machine& machine, const Step& step) {
  const auto or_none = [](std::string_view state) { return state.empty() ? "none" : state; };
  return fmt::format("{}: {}, {}, {}", machine.name, or_none(step.from), flows::type_of(step.event), or_none(step.to));
}

// Which thing of this machine the event names; empty: none.
std::string named(const events::Event& event, std::string_view id) {
  const auto* field = events::Event::descriptor()->FindFieldByNumber(event.kind_case());
  if (field == nullptr) return "";
  const google::protobuf::Message& fact = event.GetReflection()->GetMessage(event, field);
  const auto* name = fact.GetDescriptor()->FindFieldByName(std::string(id));
  return name == nullptr ? "" : fact.GetReflection()->GetString(fact, name);
}

}  // namespace

void FlowWatch::fold(Workshop& workshop, const NewEvent& event, Time at) {
  std::vector<std::pair<std::string, std::string>> before;   // id and state, by machine
  for (const Machine& machine : flows::machines()) {
    std::string id = named(event.event, machine.id);
    std::string state(id.empty() ? "" : machine.state(workshop, id));
    before.emplace_back(std::move(id), std::move(state));
  }
  evolve(workshop, event.stream, event.event, at);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Machine& machine = flows::machines()[i];
    const auto& [id, from] = before[i];
    if (id.empty()) continue;
    const std::string_view to = machine.state(workshop, id);
    last_[{&machine, id}] = to;
    if (to == from) continue;
    const Step step{from, event.event.kind_case(), to};
    const bool known = std::ranges::any_of(machine.steps, [&](const Step& other) {
      return other.from == step.from && other.event == step.event && other.to == step.to;
    });
    (known ? seen_ : unknown_).insert(text_of(machine, step));
  }
}

void FlowWatch::see(const Scenario& scenario) {
  FlowWatch watch;
  Workshop workshop;
  for (const NewEvent& event : scenario.journal) watch.fold(workshop, event, scenario.now);
  if (const std::string thing = watch.unnoticed(workshop); !thing.empty()) watch.unknown_.insert(thing);
  add(watch);
}

void FlowWatch::add(const FlowWatch& other) {
  seen_.insert(other.seen_.begin(), other.seen_.end());
  unknown_.insert(other.unknown_.begin(), other.unknown_.end());
}

std::set<std::string> FlowWatch::never() const {
  std::set<std::string> out;
  for (const Machine& machine : flows::machines())
    for (const Step& step : machine.steps)
      if (std::string text = text_of(machine, step); !seen_.contains(text)) out.insert(std::move(text));
  return out;
}

std::string FlowWatch::unnoticed(const Workshop& workshop) const {
  for (const auto& [thing, state] : last_) {
    const auto& [machine, id] = thing;
    if (machine->state(workshop, id) != state)
      return fmt::format("{} {} was {} and is {}", machine->name, id, state, machine->state(workshop, id));
  }
  return "";
}

}  // namespace layerline::test
