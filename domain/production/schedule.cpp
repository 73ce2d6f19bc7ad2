#include "domain/production/schedule.hpp"

#include <algorithm>
#include <utility>

#include "domain/workshop/limits.hpp"

namespace layerline::production {
namespace {

using Machines = std::vector<Machine*>;

bool fits(const printing::Printer& printer, const Work& work) {
  return printing::fits(printer, work.facts) && (work.printer_model.empty() || work.printer_model == printer.model) &&
         (work.nozzle_um == 0 || work.nozzle_um == printer.nozzle_um);
}

bool has_loaded(const printing::Printer& printer, const MaterialId& material) {
  return std::ranges::any_of(printer.slots, [&](const auto& slot) { return slot.second.material == material; });
}

// Those that take part in the work.
Machines takers(std::vector<Machine>& machines, const Work& work) {
  Machines able;
  for (Machine& machine : machines)
    if (printing::reachable(machine.printer) && fits(machine.printer, work)) able.push_back(&machine);
  Machines loaded;
  for (Machine* machine : able)
    if (has_loaded(machine->printer, work.material)) loaded.push_back(machine);
  return loaded.empty() ? able : loaded;   // somebody has to load it
}

std::int64_t pieces_until(const Machine& machine, Time at, std::int64_t print_ms) {
  return at < machine.free_at ? 0 : (at - machine.free_at).ms / print_ms;
}

std::int64_t pieces_until(const Machines& machines, Time at, std::int64_t print_ms) {
  std::int64_t pieces = 0;
  for (const Machine* machine : machines) pieces += pieces_until(*machine, at, print_ms);
  return pieces;
}

// What handing out piece by piece comes to, in so many steps as the time has bits: the first moment by which all of them are done.
Time end_of(const Machines& machines, const Work& work, Time last) {
  Time first{(*std::ranges::min_element(machines, {}, &Machine::free_at))->free_at};
  while (first < last) {
    const Time middle{first.ms + (last - first).ms / 2};
    if (pieces_until(machines, middle, work.print_ms) >= work.pieces)
      last = middle;
    else
      first = {middle.ms + 1};
  }
  return last;
}

// Of several that would end at that moment, the last ones are not needed.
void occupy(const Machines& machines, const Work& work, Time end) {
  std::int64_t spare = pieces_until(machines, end, work.print_ms) - work.pieces;
  for (auto machine = machines.rbegin(); machine != machines.rend(); ++machine) {
    std::int64_t pieces = pieces_until(**machine, end, work.print_ms);
    const bool ends_then = pieces > 0 && (*machine)->free_at.ms + pieces * work.print_ms == end.ms;
    if (ends_then && spare > 0) {
      pieces -= 1;
      spare -= 1;
    }
    (*machine)->free_at.ms += pieces * work.print_ms;
  }
}

// The pieces that are begun before `until`; the end of the last one, if all are.
std::optional<Time> hand_out(const Machines& machines, Work& rest, Time until) {
  const Time last = until + Duration{rest.print_ms - 1};
  const std::int64_t begun = pieces_until(machines, last, rest.print_ms);
  if (begun < rest.pieces) {
    for (Machine* machine : machines) machine->free_at.ms += pieces_until(*machine, last, rest.print_ms) * rest.print_ms;
    rest.pieces -= begun;
    return std::nullopt;
  }
  const Time end = end_of(machines, rest, last);
  occupy(machines, rest, end);
  rest.pieces = 0;
  return end;
}

// The same before the horizon, by which all has to be done.
std::optional<Time> hand_out(std::vector<Machine>& machines, Work& rest, Time until, Time horizon) {
  const Machines free = takers(machines, rest);
  if (free.empty()) return std::nullopt;
  const bool in_time = pieces_until(free, horizon, rest.print_ms) >= rest.pieces;
  if (in_time || until < horizon) {
    const auto end = hand_out(free, rest, until);
    return end && *end <= horizon ? end : std::nullopt;
  }
  for (Machine* machine : free) machine->free_at = horizon;
  return std::nullopt;
}

// From now to the horizon, the moments at which something becomes ready. Of too many the last ones become one, the latest.
std::vector<Time> moments_of(const std::vector<Work>& known, Time now, Time horizon) {
  std::vector<Time> moments{now};
  for (const Work& work : known)
    if (work.pieces > 0 && *work.ready_at > now) moments.push_back(*work.ready_at);
  std::ranges::sort(moments);
  moments.erase(std::ranges::unique(moments).begin(), moments.end());
  if (moments.size() > limits::schedule_moments_max)
    moments.erase(moments.begin() + limits::schedule_moments_max - 1, moments.end() - 1);
  moments.push_back(horizon);
  return moments;
}

bool is_known(const Work& work, Time horizon) {
  return work.print_ms > 0 && work.print_ms <= limits::schedule_horizon_ms && work.ready_at && *work.ready_at < horizon;
}

}  // namespace

std::vector<Expected> schedule(std::vector<Machine> machines, std::span<const Work> queue, Time now) {
  const Time horizon = now + Duration{limits::schedule_horizon_ms};
  std::vector<Expected> out(queue.size());
  std::vector<Work> rest(queue.begin(), queue.end());
  for (std::size_t i = 0; i < queue.size(); ++i) {
    out[i].no_printer_fits =
        rest[i].pieces > 0 && std::ranges::none_of(machines, [&](const Machine& machine) { return fits(machine.printer, rest[i]); });
    if (!is_known(rest[i], horizon)) rest[i].pieces = 0;
  }
  const std::vector<Time> moments = moments_of(rest, now, horizon);
  for (std::size_t next = 1; next < moments.size(); ++next) {
    const Time from = moments[next - 1];
    for (Machine& machine : machines) machine.free_at = std::max(machine.free_at, from);
    for (std::size_t i = 0; i < queue.size(); ++i)
      if (rest[i].pieces > 0 && *rest[i].ready_at <= from) out[i].at = hand_out(machines, rest[i], moments[next], horizon);
  }
  return out;
}

}  // namespace layerline::production
