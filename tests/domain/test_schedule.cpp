#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "domain/production/schedule.hpp"
#include "domain/workshop/limits.hpp"

namespace layerline::production {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr Time now{1'000'000'000'000};

Machine printer(std::int64_t bed_mm = 256, std::string status = "idle") {
  Machine machine;
  machine.printer.model = "A1";
  machine.printer.nozzle_um = 400;
  machine.printer.bed_x_um = machine.printer.bed_y_um = machine.printer.bed_z_um = bed_mm * 1000;
  machine.printer.status = std::move(status);
  machine.free_at = now;
  return machine;
}

Machine loaded(Machine machine, std::string material) {
  machine.printer.slots[0].material = MaterialId(std::move(material));
  return machine;
}

Work pieces(std::int64_t count, std::int64_t hours, std::int64_t size_mm = 50) {
  Work work;
  work.pieces = count;
  work.print_ms = hours * hour_ms;
  work.material = MaterialId("PLA-black");
  work.facts.size_x_um = work.facts.size_y_um = work.facts.size_z_um = size_mm * 1000;
  return work;
}

Work after(std::int64_t hours, Work work) {
  work.ready_at = now + Duration{hours * hour_ms};
  return work;
}

Work never(Work work) {
  work.ready_at = std::nullopt;
  return work;
}

// In hours from now; -1: nobody can say.
std::vector<std::int64_t> hours_of(const std::vector<Expected>& expected) {
  std::vector<std::int64_t> hours;
  for (const Expected& end : expected) hours.push_back(end.at ? (*end.at - now).ms / hour_ms : -1);
  return hours;
}

using Hours = std::vector<std::int64_t>;

Hours ends(std::vector<Machine> machines, const std::vector<Work>& queue) { return hours_of(schedule(std::move(machines), queue, now)); }

// The same in words: whenever a printer is free, it takes a piece of the first work in the queue that has its material.
Hours as_dispatched(std::vector<Machine> machines, std::vector<Work> queue) {
  std::vector<Time> last(queue.size(), now);
  const auto next = [&](Time at) {
    return std::ranges::find_if(queue, [&](const Work& work) { return work.pieces > 0 && *work.ready_at <= at; });
  };
  const Time end = now + Duration{10'000 * hour_ms};
  for (Time at = now; at < end; at.ms += hour_ms)
    for (Machine& machine : machines) {
      const auto work = machine.free_at <= at ? next(at) : queue.end();
      if (work == queue.end()) continue;
      work->pieces -= 1;
      machine.free_at = at + Duration{work->print_ms};
      Time& of_work = last[static_cast<std::size_t>(work - queue.begin())];
      of_work = std::max(of_work, machine.free_at);
    }
  Hours out;
  for (const Time at : last) out.push_back((at - now).ms / hour_ms);
  return out;
}

// The same by handing out piece after piece.
Hours by_hand(std::vector<Machine> machines, const std::vector<Work>& queue) {
  Hours out;
  for (const Work& work : queue) {
    Time last = now;
    for (std::int64_t piece = 0; piece < work.pieces; ++piece) {
      Machine& first = *std::ranges::min_element(machines, {}, &Machine::free_at);
      first.free_at.ms += work.print_ms;
      last = std::max(last, first.free_at);
    }
    out.push_back((last - now).ms / hour_ms);
  }
  return out;
}

}  // namespace

TEST_CASE("schedule: each order is printed behind those that wait before it") {
  CHECK(ends({printer()}, {pieces(3, 2), pieces(1, 5)}) == Hours{6, 11});
}

TEST_CASE("schedule: a rush order that comes before moves all behind it") {
  CHECK(ends({printer()}, {pieces(1, 4), pieces(3, 2), pieces(1, 5)}) == Hours{4, 10, 15});
}

TEST_CASE("schedule: two printers halve the time, and moving one away doubles it again") {
  CHECK(ends({printer(), printer()}, {pieces(10, 2)}) == Hours{10});
  CHECK(ends({printer(), printer(256, "offline")}, {pieces(10, 2)}) == Hours{20});
  CHECK(ends({printer(), printer(256, "busy")}, {pieces(3, 2), pieces(1, 1)}) == Hours{4, 3});
}

TEST_CASE("schedule: what a printer prints now comes first") {
  Machine busy = printer();
  busy.free_at.ms += 7 * hour_ms;
  CHECK(ends({busy}, {pieces(1, 2)}) == Hours{9});
  CHECK(ends({busy, printer()}, {pieces(4, 2)}) == Hours{8});   // the other one has made them all by then
}

TEST_CASE("schedule: a part that is too large for one printer waits for the larger one") {
  CHECK(ends({printer(100), printer(256)}, {pieces(2, 3, 200), pieces(2, 3)}) == Hours{6, 6});
}

TEST_CASE("schedule: what fits on no printer has no date, and is told from what fits on one that can't be reached") {
  const std::vector<Work> large{pieces(1, 3, 300)};
  const std::vector<Expected> none = schedule({printer()}, large, now);
  CHECK(hours_of(none) == Hours{-1});
  CHECK(none[0].no_printer_fits);
  const std::vector<Expected> away = schedule({printer(), printer(350, "offline")}, large, now);
  CHECK(hours_of(away) == Hours{-1});
  CHECK_FALSE(away[0].no_printer_fits);
}

TEST_CASE("schedule: a file goes to the printers that it was sliced for") {
  Work sliced = pieces(2, 3);
  sliced.printer_model = "P1S";
  CHECK(schedule({printer()}, std::vector{sliced}, now)[0].no_printer_fits);
  sliced.printer_model = "A1";
  sliced.nozzle_um = 600;
  CHECK(schedule({printer()}, std::vector{sliced}, now)[0].no_printer_fits);
  sliced.nozzle_um = 400;
  CHECK(ends({printer()}, {sliced}) == Hours{6});
}

TEST_CASE("schedule: printers that have the material loaded make it, and any if none has") {
  CHECK(ends({loaded(printer(), "PLA-black"), loaded(printer(), "PLA-white")}, {pieces(4, 1)}) == Hours{4});
  CHECK(ends({printer(), loaded(printer(), "PLA-white")}, {pieces(4, 1)}) == Hours{2});
}

TEST_CASE("schedule: a print whose time nobody knows holds up nobody") {
  CHECK(ends({printer()}, {pieces(2, 0), pieces(1, 2)}) == Hours{-1, 2});
}

TEST_CASE("schedule: a million pieces take no longer to schedule than one, and what is years ahead has no date") {
  Work many = pieces(limits::production_quantity_max, 1);
  many.print_ms = 60'000;
  CHECK(ends({printer()}, {many}) == Hours{limits::production_quantity_max / 60});
  CHECK(ends({printer()}, {pieces(limits::production_quantity_max, 23 * 24), pieces(1, 1)}) == Hours{-1, -1});
}

TEST_CASE("schedule: what waits for material starts when it is there, and does not hold up what is behind it") {
  CHECK(ends({printer()}, {after(10, pieces(2, 3)), pieces(1, 2)}) == Hours{16, 2});
}

TEST_CASE("schedule: once its material is there it comes before those behind it, but ends no print that has begun") {
  CHECK(ends({printer()}, {after(5, pieces(1, 4)), pieces(3, 3)}) == Hours{10, 13});
  CHECK(ends({printer(), printer()}, {after(5, pieces(2, 4)), pieces(4, 3)}) == Hours{10, 6});
  CHECK(ends({printer()}, {after(6, pieces(1, 4)), pieces(3, 3)}) == Hours{10, 13});   // free in the very moment
}

TEST_CASE("schedule: material that comes while the printers are busy holds up nobody") {
  CHECK(ends({printer()}, {pieces(3, 2), after(5, pieces(1, 4)), pieces(1, 1)}) == Hours{6, 10, 11});
  CHECK(ends({printer()}, {after(0, pieces(1, 4)), pieces(1, 1)}) == Hours{4, 5});
}

TEST_CASE("schedule: two that wait for one delivery are printed in the order of the queue") {
  CHECK(ends({printer()}, {after(10, pieces(1, 3)), after(10, pieces(1, 2)), pieces(1, 1)}) == Hours{13, 15, 1});
}

TEST_CASE("schedule: where nobody can say when the material comes there is no date, and nobody behind waits") {
  CHECK(ends({printer()}, {never(pieces(1, 4)), pieces(1, 1)}) == Hours{-1, 1});
  CHECK(schedule({printer()}, std::vector{never(pieces(1, 4, 300))}, now)[0].no_printer_fits);
  const std::int64_t ten_years = limits::schedule_horizon_ms / hour_ms;
  CHECK(ends({printer()}, {after(ten_years, pieces(1, 4)), after(ten_years - 2, pieces(1, 4)), pieces(1, 1)}) == Hours{-1, -1, 1});
}

TEST_CASE("schedule: of too many deliveries the last ones count as the latest of them") {
  std::vector<Work> queue;
  const auto most = static_cast<std::int64_t>(limits::schedule_moments_max);   // now is one of them
  for (std::int64_t day = 1; day <= most + 1; ++day) queue.push_back(after(24 * day, pieces(1, 1)));
  const Hours hours = ends({printer()}, queue);
  CHECK(hours[0] == 25);
  CHECK(hours[queue.size() - 4] == 24 * (most - 2) + 1);
  CHECK(hours[queue.size() - 3] == 24 * (most + 1) + 1);
  CHECK(hours[queue.size() - 2] == 24 * (most + 1) + 2);
  CHECK(hours[queue.size() - 1] == 24 * (most + 1) + 3);
}

TEST_CASE("schedule: with material that comes later it is what the printers would take, hour by hour") {
  std::vector<Machine> machines;
  for (const std::int64_t hours : {0, 5, 2}) machines.emplace_back(printer()).free_at.ms += hours * hour_ms;
  std::vector<Work> queue;
  for (std::int64_t i = 1; i < 40; ++i) queue.push_back(after(i * 13 % 7 * 9, pieces(i * 7 % 11 + 1, i * 5 % 6 + 1)));
  CHECK(ends(machines, queue) == as_dispatched(machines, queue));
}

TEST_CASE("schedule: it is what handing out piece by piece comes to") {
  const std::vector<std::int64_t> busy_hours{0, 5, 2, 2, 9};
  std::vector<Machine> machines;
  for (const std::int64_t hours : busy_hours) machines.emplace_back(printer()).free_at.ms += hours * hour_ms;
  std::vector<Work> queue;
  for (std::int64_t i = 1; i < 40; ++i) queue.push_back(pieces(i * 7 % 11 + 1, i * 5 % 6 + 1));
  CHECK(ends(machines, queue) == by_hand(machines, queue));
}

}  // namespace layerline::production
