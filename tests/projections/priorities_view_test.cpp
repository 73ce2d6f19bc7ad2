// The queue as the production view lists it: the same order as a workshop's.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "infra/store/json_tree.hpp"
#include "projections/orders.hpp"
#include "projections/production.hpp"
#include "tests/projections/folded.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;
using store::Json;
using testing::Folded;

namespace {

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t new_year_ms = 1'767'225'600'000;   // 2026-01-01

events::ProductionOrderCreated& made(testing::Journal& journal, const std::string& id) {
  auto* event = journal.commit().on("production/" + id).mutable_production_order_created();
  event->set_production_order(id);
  event->set_number("PO-" + id);
  event->set_quantity(1);
  return *event;
}

void reschedule(testing::Journal& journal, const std::string& id, std::int64_t priority, std::int64_t due_ms) {
  auto* event = journal.commit().on("production/" + id).mutable_production_rescheduled();
  event->set_production_order(id);
  event->set_priority(priority);
  event->set_due_ms(due_ms);
}

std::string queue(const testing::Journal& journal) {
  const Folded folded(journal);
  const auto page = production::queue(folded.queries, here, {});
  std::string ids;
  for (const Document& document : page->items) ids.append(Json::parse(document.json)->text("id")).append(" ");
  return ids;
}

Json shown(const testing::Journal& journal, const std::string& id) {
  const Folded folded(journal);
  return *Json::parse(production::find(folded.queries, here, id)->json);
}

}  // namespace

TEST_CASE("projections: production: the queue goes by priority, then by the day, what has none last, then by age") {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (const char* id : {"a", "b"}) made(journal, id);
  made(journal, "c").set_due_ms(new_year_ms + 30 * day_ms);
  made(journal, "d").set_due_ms(new_year_ms);
  made(journal, "e").set_rush(true);   // from before there were priorities
  auto& later = made(journal, "f");
  later.set_priority(5);
  later.set_due_ms(new_year_ms);
  made(journal, "g").set_priority(1);
  CHECK(queue(journal) == "e g d c a b f ");
  CHECK(shown(journal, "e").integer("priority") == 1);
  CHECK(shown(journal, "a").integer("priority") == 3);
  CHECK(shown(journal, "a").find("due_date")->is_null());
  CHECK(shown(journal, "d").text("due_date") == "2026-01-01");
}

TEST_CASE("projections: production: what is rescheduled stands in the queue once, at its new place, and only while it waits") {
  testing::Journal journal;
  testing::open_workshop(journal);
  for (const char* id : {"a", "b", "c"}) made(journal, id);
  reschedule(journal, "c", 1, 0);
  CHECK(queue(journal) == "c a b ");
  reschedule(journal, "c", 3, new_year_ms);
  reschedule(journal, "a", 4, 0);
  CHECK(queue(journal) == "c b a ");
  CHECK(shown(journal, "c").text("due_date") == "2026-01-01");
  auto* dispatched = journal.commit().on("job/1").mutable_print_dispatched();
  dispatched->set_job("1");
  dispatched->set_production_order("c");
  dispatched->set_printer("p1");
  reschedule(journal, "c", 2, 0);
  CHECK(queue(journal) == "b a ");
  auto* failed = journal.commit().on("production/c").mutable_production_unit_failed();
  failed->set_production_order("c");
  failed->set_job("1");
  auto* again = journal.commit().on("production/c").mutable_production_reprint_needed();
  again->set_production_order("c");
  again->set_quantity(1);
  CHECK(queue(journal) == "c b a ");
}

TEST_CASE("projections: orders: an order is as urgent as what is made for it, and before that as was asked") {
  testing::Journal journal;
  testing::open_workshop(journal);
  auto* placed = journal.commit().on("order/o").mutable_order_placed();
  placed->set_order("o");
  placed->set_number("SO-1");
  placed->set_source("manual");
  placed->set_customer("customer-1");
  placed->set_currency("USD");
  placed->set_priority(4);
  placed->set_due_ms(new_year_ms + 9 * day_ms);
  const auto urgency = [&] {
    const Folded folded(journal);
    const Json order = *Json::parse(orders::find(folded.queries, here, "o")->json);
    return std::to_string(order.integer("priority")) + " " + order.find("due_date")->str();
  };
  const auto make = [&](const std::string& id, std::int64_t priority, std::int64_t due_ms) {
    auto& created = made(journal, id);
    created.set_order("o");
    created.set_priority(priority);
    created.set_due_ms(due_ms);
  };
  CHECK(urgency() == "4 \"2026-01-10\"");
  make("a", 4, 0);
  CHECK(urgency() == "4 null");
  make("b", 3, new_year_ms + day_ms);
  make("c", 5, new_year_ms);
  made(journal, "of-nobody").set_priority(1);
  CHECK(urgency() == "3 \"2026-01-01\"");
  reschedule(journal, "a", 2, 0);
  CHECK(urgency() == "2 \"2026-01-01\"");
  reschedule(journal, "of-nobody", 1, new_year_ms - day_ms);
  journal.commit().on("production/c").mutable_production_cancelled()->set_production_order("c");
  reschedule(journal, "a", 3, 0);
  CHECK(urgency() == "3 \"2026-01-02\"");
  for (const std::string id : {"a", "b"})
    journal.commit().on("production/" + id).mutable_production_cancelled()->set_production_order(id);
  CHECK(urgency() == "3 \"2026-01-02\"");
}

TEST_CASE("projections: production: pieces that were made by other means are printed, failed ones first, and the rest waits") {
  testing::Journal journal;
  testing::open_workshop(journal);
  made(journal, "a").set_quantity(4);
  auto* dispatched = journal.commit().on("job/1").mutable_print_dispatched();
  dispatched->set_job("1");
  dispatched->set_production_order("a");
  dispatched->set_printer("p1");
  auto* failed = journal.commit().on("production/a").mutable_production_unit_failed();
  failed->set_production_order("a");
  failed->set_job("1");
  const auto make = [&](std::int64_t quantity) {
    auto* event = journal.commit().on("production/a").mutable_production_pieces_made();
    event->set_production_order("a");
    event->set_quantity(quantity);
    const Json json = shown(journal, "a");
    return fmt::format("{} {} open {} failed {} printed", json.text("status"), json.integer("open"), json.integer("failed"),
                       json.integer("printed"));
  };
  CHECK(make(2) == "queued 2 open 0 failed 2 printed");
  CHECK(queue(journal) == "a ");
  CHECK(make(2) == "queued 0 open 0 failed 4 printed");
  CHECK(queue(journal).empty());
}
