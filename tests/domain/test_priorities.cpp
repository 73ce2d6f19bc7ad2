// Which production order is printed first.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const ProductId turtle("turtle"), box("box");
const Time tomorrow = start_of_day(start + Duration{day_ms});
const Time next_week = start_of_day(start + Duration{7 * day_ms});

// "turtle" is printed, "box" is two turtles put together.
Scenario catalogue() {
  Scenario s;
  s.stock(1'000'000);
  for (const ProductId& id : {turtle, box}) {
    products::DefineProduct define{id, "SKU-" + id.str(), {}};
    define.entry.name = id.str();
    s.given(define);
  }
  s.given(products::DefineBom{turtle, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 1'000}}});
  s.given(products::DefineBom{box, {{.component = turtle, .quantity = 2}}});
  return s;
}

ProductionOrderId made(Scenario& s, const std::string& name, AskedUrgency urgency = {}, const ProductId& product = turtle) {
  s.given(production::CreateProduction{ProductionOrderId(name), product, 1, false, urgency});
  return ProductionOrderId(name);
}

// A paid order of an operator for turtles, or for boxes.
OrderId ordered(Scenario& s, AskedUrgency urgency, const std::string& sku = "SKU-turtle") {
  s.given(orders::ObserveShopOrder{.source = "manual", .shop = "main", .external_id = "1", .external_number = {},
                                   .report = orders::ShopReport::paid, .modified = {1}, .lines = {{"", sku, "", 1, 500}}, .shipping = 0,
                                   .total = -1, .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = {},
                                   .customer_mail = {}, .tracking_number = {}, .carrier = {}, .urgency = urgency});
  return orders::order_of(s.workshop, "manual", "main", "1");
}

std::vector<std::string> queue(const Workshop& workshop) {
  std::vector<std::string> ids;
  for (const production::QueueKey& key : workshop.waiting) ids.push_back(key.id);
  return ids;
}
using Ids = std::vector<std::string>;

const Urgency& urgency(const Scenario& s, const ProductionOrderId& id) { return s.workshop.production_order(id)->urgency; }

}  // namespace

TEST_CASE("priorities: by priority, then what is due earlier, what is due before what is not, then the oldest") {
  Scenario s = catalogue();
  made(s, "a");
  made(s, "b");
  made(s, "c", {.due = next_week});
  made(s, "d", {.due = tomorrow});
  made(s, "e", {.priority = 1});
  made(s, "f", {.priority = 5, .due = tomorrow});
  CHECK(queue(s.workshop) == Ids{"e", "d", "c", "a", "b", "f"});
}

TEST_CASE("priorities: an urgent order that came later is printed first") {
  Scenario s = catalogue();
  const ProductionOrderId first = made(s, "a");
  const ProductionOrderId urgent = made(s, "b", {.priority = 1});
  s.sliced(first);
  s.sliced(urgent);
  s.printer();
  CHECK(s.workshop.production_order(urgent)->in_progress == 1);
  CHECK(s.workshop.production_order(first)->in_progress == 0);
}

TEST_CASE("priorities: reschedule: it has its new place at once, and what is not said stays") {
  Scenario s = catalogue();
  made(s, "a");
  const ProductionOrderId b = made(s, "b");
  s.given(production::RescheduleProduction{b, {.priority = 2}}).with("production.rescheduled");
  CHECK(queue(s.workshop) == Ids{"b", "a"});
  s.given(production::RescheduleProduction{b, {.due = tomorrow + Duration{5'000}}});
  CHECK(urgency(s, b) == Urgency{2, tomorrow});   // a day, not a time
  s.when(production::RescheduleProduction{b, {.priority = 2, .due = tomorrow}}).nothing_happened();
  s.given(production::RescheduleProduction{b, {.priority = 3, .due = Time{}}});
  CHECK(queue(s.workshop) == Ids{"a", "b"});
}

TEST_CASE("priorities: reschedule: of what there is not, to what there is not, or when it is over") {
  Scenario s = catalogue();
  const ProductionOrderId a = made(s, "a");
  s.when(production::RescheduleProduction{ProductionOrderId("none"), {.priority = 1}}).rejected("not-found");
  for (const std::int64_t priority : {0, 6}) {
    s.when(production::RescheduleProduction{a, {.priority = priority}}).rejected("priority-out-of-range");
    s.when(production::CreateProduction{ProductionOrderId("b"), turtle, 1, false, {.priority = priority}});
    s.rejected("priority-out-of-range");
  }
  s.when(production::RescheduleProduction{a, {.due = Time{-1}}}).rejected("due-date-out-of-range");
  s.given(production::CompleteProduction{a});
  s.when(production::RescheduleProduction{a, {.priority = 1}}).rejected("production-over");
}

TEST_CASE("priorities: a piece that fails takes the place again that its order has by then") {
  Scenario s = catalogue();
  const ProductionOrderId a = made(s, "a");
  made(s, "b", {.priority = 2});
  s.sliced(a);
  s.given(production::RescheduleProduction{a, {.priority = 1}});
  s.printer();
  const PrintJobId job = s.workshop.jobs.begin()->first;
  CHECK(queue(s.workshop) == Ids{"b"});
  s.given(production::RescheduleProduction{a, {.priority = 4}});
  CHECK(queue(s.workshop) == Ids{"b"});
  s.given(printing::ObservePrint{job, printing::Sight::failed, 0, 0, "jam"}).given(production::StartProduction{a});
  CHECK(queue(s.workshop) == Ids{"b", "a"});
}

TEST_CASE("priorities: a component has its parent's, and follows it") {
  Scenario s = catalogue();
  const ProductionOrderId parent = made(s, "parent", {.priority = 2, .due = tomorrow}, box);
  const ProductionOrderId component = s.workshop.production_order(parent)->components.at(0);
  CHECK(urgency(s, component) == Urgency{2, tomorrow});
  s.given(production::RescheduleProduction{parent, {.priority = 1, .due = next_week}}).with("production.rescheduled", 2);
  CHECK(urgency(s, component) == Urgency{1, next_week});
  s.given(production::RescheduleProduction{component, {.priority = 5}}).with("production.rescheduled", 1);
  CHECK(urgency(s, parent).priority == 1);
}

TEST_CASE("priorities: what is made for an order with lines has what was asked for with it, its components too") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, {.priority = 1, .due = tomorrow}, "SKU-box");
  REQUIRE(s.order(order).production.size() == 2);
  for (const ProductionOrderId& id : s.order(order).production) CHECK(urgency(s, id) == Urgency{1, tomorrow});
  CHECK_FALSE(s.last("production.order_created").production_order_created().rush());   // nobody paid for it
}

TEST_CASE("priorities: an order with lines that asks for nothing has the usual priority and no day") {
  Scenario s = catalogue();
  CHECK(urgency(s, s.order(ordered(s, {})).production.front()) == Urgency{3, {}});
}

TEST_CASE("priorities: a quote that was sold as a rush order is the most urgent, and due as promised from its payment on") {
  Scenario s;
  s.stock(1'000'000);
  quotes::Options options = black_pieces();
  options.rush = true;
  const OrderId rush = s.paid(options);
  const quotes::Quote& quote = *s.workshop.quote(s.order(rush).quote);
  REQUIRE(quote.delivery_days > 0);
  CHECK(s.production_of(rush).urgency == Urgency{1, start_of_day(s.now + Duration{quote.delivery_days * day_ms})});
  CHECK(s.production_of(s.paid(black_pieces(), {}, "q2")).urgency.priority == 3);
}

TEST_CASE("priorities: what planning fixes is due when the plan says") {
  Scenario s = catalogue();
  const FirmOrderId firm("firm"), now("now");
  s.given(mrp::FirmPlanned{firm, "SKU-turtle", 5, start, next_week, {}, 0, false});
  s.given(mrp::ReleaseFirm{firm, ProductionOrderId("fixed")});
  CHECK(urgency(s, ProductionOrderId("fixed")) == Urgency{3, next_week});
  const std::int64_t seen = s.workshop.orders_for_item.at("turtle");
  s.given(mrp::FirmPlanned{now, "SKU-turtle", 5, start, tomorrow, {}, seen, true});
  CHECK(urgency(s, ProductionOrderId("now")) == Urgency{3, tomorrow});
}

TEST_CASE("priorities: events from before there were any: rush first, then the oldest") {
  Workshop workshop;
  for (const char* id : {"b", "c", "a", "d"}) {
    events::Event event;
    auto* created = event.mutable_production_order_created();
    created->set_production_order(id);
    created->set_quantity(1);
    created->set_rush(*id > 'b');
    evolve(workshop, "production/" + std::string(id), event, start);
  }
  CHECK(queue(workshop) == Ids{"c", "d", "a", "b"});
}

}  // namespace layerline::test
