#include "domain/commands.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "domain/policies/policies.hpp"
#include "domain/workshop/limits.hpp"

namespace layerline {
namespace {

// A text that is no UTF-8 goes into a record, but not out of it again. What a policy says is made of what was folded before.
bool readable(const Events& decided) {
  thread_local std::string bytes;
  thread_local events::Event read;
  return std::ranges::all_of(decided.list(), [](const NewEvent& event) {
    return event.event.SerializeToString(&bytes) && read.ParseFromString(bytes);
  });
}

}  // namespace

Decided decide_all(const Command& command, Workshop& workshop, Time now, IdSource& ids, const std::string& actor) {
  const Context context{now, workshop, ids, actor};
  if (!workshop.opened && !std::holds_alternative<settings::OpenWorkshop>(command)) return not_found("workshop");
  Decided first = std::visit([&](const auto& typed) { return decide(typed, context); }, command);
  if (!first) return first;
  if (!readable(*first)) return refuse("text-not-utf-8", "A text of it is no UTF-8.");

  // Every batch is decided on a state in which all earlier batches are folded; only then what follows from its events is asked.
  Events done;
  const auto fold = [&](Events batch) {
    for (NewEvent& event : batch.list()) {
      evolve(workshop, event.stream, event.event, now);
      done.list().push_back(std::move(event));
    }
  };
  fold(std::move(*first));
  for (std::size_t next = 0; next < done.size(); ++next) {
    assert(done.size() < limits::events_per_commit_max && "a policy answers itself without end");
    fold(policies::react(done.list()[next].event, context));
  }
  return done;
}

}  // namespace layerline
