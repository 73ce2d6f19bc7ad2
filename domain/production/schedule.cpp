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

Expected expect(std::vector<Machine>& machines, const Work& work, Time horizon) {
  Expected expected;
  if (work.pieces <= 0) return expected;
  expected.no_printer_fits = std::ranges::none_of(machines, [&](const Machine& machine) { return fits(machine.printer, work); });
  const Machines free = takers(machines, work);
  if (work.print_ms <= 0 || free.empty()) return expected;
  if (pieces_until(free, horizon, work.print_ms) < work.pieces) {
    for (Machine* machine : free) machine->free_at = horizon;
    return expected;
  }
  expected.at = end_of(free, work, horizon);
  occupy(free, work, *expected.at);
  return expected;
}

}  // namespace

std::vector<Expected> schedule(std::vector<Machine> machines, std::span<const Work> queue, Time now) {
  for (Machine& machine : machines) machine.free_at = std::max(machine.free_at, now);
  const Time horizon = now + Duration{limits::schedule_horizon_ms};
  std::vector<Expected> out;
  out.reserve(queue.size());
  for (const Work& work : queue) out.push_back(expect(machines, work, horizon));
  return out;
}

}  // namespace layerline::production
