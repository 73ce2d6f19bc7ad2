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

// In hours from now; -1: nobody can say.
std::vector<std::int64_t> hours_of(const std::vector<Expected>& expected) {
  std::vector<std::int64_t> hours;
  for (const Expected& end : expected) hours.push_back(end.at ? (*end.at - now).ms / hour_ms : -1);
  return hours;
}

using Hours = std::vector<std::int64_t>;

Hours ends(std::vector<Machine> machines, const std::vector<Work>& queue) { return hours_of(schedule(std::move(machines), queue, now)); }

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

TEST_CASE("schedule: it is what handing out piece by piece comes to") {
  const std::vector<std::int64_t> busy_hours{0, 5, 2, 2, 9};
  std::vector<Machine> machines;
  for (const std::int64_t hours : busy_hours) machines.emplace_back(printer()).free_at.ms += hours * hour_ms;
  std::vector<Work> queue;
  for (std::int64_t i = 1; i < 40; ++i) queue.push_back(pieces(i * 7 % 11 + 1, i * 5 % 6 + 1));
  CHECK(ends(machines, queue) == by_hand(machines, queue));
}

}  // namespace layerline::production
