#include <doctest/doctest.h>

#include <vector>

#include "domain/production/arrivals.hpp"

namespace layerline::production {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr Time midnight{20'000 * day_ms};
constexpr Time now{midnight.ms + day_ms / 2};

// At noon, so many days from now.
Delivery due(std::int64_t days, std::int64_t quantity) { return {now + Duration{days * day_ms}, quantity}; }

// At the end of which day from today; -1: nobody can say; -2: at once.
std::vector<int> days_of(const std::vector<std::int64_t>& short_by, Coming coming) {
  std::vector<int> out;
  for (const auto at : arrivals(short_by, std::move(coming), now)) {
    if (at && *at != now) CHECK((at->ms + 1) % day_ms == 0);
    out.push_back(!at ? -1 : *at == now ? -2 : static_cast<int>((*at - midnight).ms / day_ms));
  }
  return out;
}

using Days = std::vector<int>;

}  // namespace

TEST_CASE("arrivals: what is short comes with the order that covers it, at the end of its day") {
  CHECK(days_of({100}, {0, {due(3, 100), due(1, 99)}, {}}) == Days{3});
  CHECK(days_of({100}, {1, {due(3, 100), due(1, 99)}, {}}) == Days{1});
  CHECK(days_of({100}, {0, {{midnight + Duration{2 * day_ms}, 100}}, {}}) == Days{2});
}

TEST_CASE("arrivals: those that wait share a delivery in their order, and nobody overtakes") {
  CHECK(days_of({60, 40, 1}, {0, {due(2, 100)}, {}}) == Days{2, 2, -1});
  CHECK(days_of({60, 50, 1}, {0, {due(2, 100), due(5, 100)}, {}}) == Days{2, 5, 5});
  CHECK(days_of({101, 1}, {0, {due(2, 100)}, {}}) == Days{-1, -1});
}

TEST_CASE("arrivals: what is not ordered comes after its lead time from today, but not before what is waited for first") {
  CHECK(days_of({100, 50}, {0, {due(2, 100)}, 4}) == Days{2, 4});
  CHECK(days_of({100, 50}, {0, {due(9, 100)}, 4}) == Days{9, 9});
  CHECK(days_of({100}, {0, {}, 0}) == Days{0});
}

TEST_CASE("arrivals: an overdue delivery is expected today, and tomorrow if it has not come by then") {
  CHECK(days_of({100}, {0, {due(-3, 100)}, {}}) == Days{0});
  CHECK(days_of({100}, {0, {{midnight, 100}}, {}}) == Days{0});   // it is due today
  const std::vector<std::int64_t> short_by{100};
  const Coming coming{0, {due(-3, 100)}, {}};
  CHECK((*arrivals(short_by, coming, now + Duration{day_ms})[0] - *arrivals(short_by, coming, now)[0]).ms == day_ms);
}

TEST_CASE("arrivals: where nothing is ordered and nobody said how long it takes there is no date") {
  CHECK(days_of({100}, {99, {}, {}}) == Days{-1});
  CHECK(days_of({100, 20}, {110, {}, {}}) == Days{-2, -1});
}

}  // namespace layerline::production
