// Which orders were shipped in time, whatever their source.
#include <doctest/doctest.h>

#include "infra/store/json_tree.hpp"
#include "projections/analytics.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::chrono::sys_days begin = std::chrono::year(2026) / 11 / 18;   // of every journal, at 11:06:40
const std::string order = "order-1";

// The start of a day of that November, as an event has it.
std::int64_t november(int day) {
  return std::chrono::milliseconds((begin + std::chrono::days(day - 18)).time_since_epoch()).count();
}

testing::Journal placed(std::int64_t due_ms) {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* event = journal.commit().on("order/" + order).mutable_order_placed();
  event->set_order(order);
  event->set_number("SO-2026-001");
  event->set_source("manual");
  event->set_quantity(1);
  event->set_currency("USD");
  event->set_due_ms(due_ms);
  return journal;
}

void make(testing::Journal& journal, const std::string& id, std::int64_t due_ms) {
  auto* made = journal.commit().on("production/" + id).mutable_production_order_created();
  made->set_production_order(id);
  made->set_number("PO-" + id);
  made->set_order(order);
  made->set_quantity(1);
  made->set_due_ms(due_ms);
}

void reschedule(testing::Journal& journal, const std::string& id, std::int64_t due_ms) {
  auto* event = journal.commit().on("production/" + id).mutable_production_rescheduled();
  event->set_production_order(id);
  event->set_priority(3);
  event->set_due_ms(due_ms);
}

// So many days after it was placed; what is then said of promises.
std::string shipped(testing::Journal journal, int days) {
  journal.pass(days * day_ms);
  journal.commit().on("order/" + order).mutable_order_shipped()->set_order(order);
  const Folded folded(journal);
  const auto found = analytics::days(folded.queries, here, begin, begin + std::chrono::days(20));
  REQUIRE(found);
  return Json::parse(found->json)->find("totals")->find("promises")->str();
}

const std::string kept = R"({"kept":1,"broken":0,"counted":1,"kept_share":1})";
const std::string broken = R"({"kept":0,"broken":1,"counted":1,"kept_share":0})";
const std::string not_counted = R"({"kept":0,"broken":0,"counted":0,"kept_share":null})";

}  // namespace

TEST_CASE("projections: analytics: an order is in time on the day that was asked for, and late from the next one on") {
  CHECK(shipped(placed(november(20)), 0) == kept);
  CHECK(shipped(placed(november(20)), 2) == kept);   // towards noon
  CHECK(shipped(placed(november(20)), 3) == broken);
}

TEST_CASE("projections: analytics: an order that nobody gave a day is not counted") {
  testing::Journal journal = placed(0);
  make(journal, "a", 0);
  CHECK(shipped(journal, 15) == not_counted);
}

TEST_CASE("projections: analytics: without a day of its own an order is due with what is made for it last, as it was said first") {
  testing::Journal journal = placed(0);
  make(journal, "a", november(20));
  make(journal, "b", november(22));
  reschedule(journal, "b", november(30));
  CHECK(shipped(journal, 4) == kept);
  CHECK(shipped(journal, 5) == broken);
}

TEST_CASE("projections: analytics: a day that its production order is given later is one where there was none") {
  testing::Journal journal = placed(0);
  make(journal, "a", 0);
  reschedule(journal, "a", november(20));
  CHECK(shipped(journal, 2) == kept);
  CHECK(shipped(journal, 3) == broken);
}

TEST_CASE("projections: analytics: the day that was asked for counts before those of what is made") {
  testing::Journal journal = placed(november(20));
  make(journal, "a", november(25));
  CHECK(shipped(journal, 4) == broken);
}
