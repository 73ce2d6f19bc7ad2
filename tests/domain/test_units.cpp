// Which batch a finished unit comes from that leaves the shelf.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "domain/workshop/limits.hpp"
#include "tests/domain/random_units.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using products::Batches;
namespace {

const ProductId turtle("turtle"), box("box");
const ProductionOrderId for_stock("for-stock");
const ProductionOrderId nobody;   // counted in

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

// A paid order, one line for each quantity of turtles.
OrderId ordered(Scenario& s, const std::string& name, const std::vector<std::int64_t>& quantities) {
  orders::ObserveShopOrder command{.source = "manual", .shop = "main", .external_id = name, .external_number = "100",
                                   .report = orders::ShopReport::paid, .modified = {1}, .lines = {}, .shipping = 0, .total = 3'500,
                                   .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = "Ada",
                                   .customer_mail = "ada@example.org", .tracking_number = {}, .carrier = {}};
  for (const std::int64_t quantity : quantities)
    command.lines.push_back({fmt::format("l{}", command.lines.size()), "SKU-turtle", "Turtle", quantity, 500});
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", name);
}

ProductionOrderId made_for(const Scenario& s, const OrderId& order) { return s.order(order).production.front(); }

// So many turtles on the shelf for whoever wants them.
void make_for_stock(Scenario& s, std::int64_t quantity) {
  s.given(production::CreateProduction{for_stock, turtle, quantity, false}).given(production::CompleteProduction{for_stock});
}

void ship(Scenario& s, const OrderId& order) {
  s.given(orders::StartQualityCheck{order}).given(orders::PassQualityCheck{order}).given(shipments::ShipOrder{order, "ups", "1Z", {}});
}

Batches named(const products::StoredBatches& stored) {
  Batches out;
  for (const events::UnitBatch& one : stored) out.push_back({ProductionOrderId(one.production_order()), one.reference(), one.units()});
  return out;
}
// By the last command, event by event.
Batches issued(const Scenario& s) {
  Batches out;
  for (const NewEvent& one : s.answer->list())
    for (const products::Batch& batch : named(one.event.units_issued().batches())) out.push_back(batch);
  return out;
}
Batches scrapped(const Scenario& s) { return named(s.last("units.scrapped").units_scrapped().batches()); }

const Batches& lying(const Workshop& workshop) { return workshop.product(turtle)->batches; }
const Batches& lying(const Scenario& s) { return lying(s.workshop); }

// The same journal as it would have been written when events named no batches.
Workshop folded_without_batches(const Scenario& s) {
  Workshop again;
  for (const NewEvent& event : s.journal) evolve(again, event.stream, without_batches(event.event), s.now);
  return again;
}

}  // namespace

TEST_CASE("units: an order gets the pieces that were made for it, though older ones lie on the shelf") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, "a", {2});
  const ProductionOrderId own = made_for(s, order);
  make_for_stock(s, 3);
  s.given(production::CompleteProduction{own});
  CHECK(lying(s) == Batches{{for_stock, "", 3}, {own, "", 2}});
  ship(s, order);
  CHECK(issued(s) == Batches{{own, "", 2}});
  CHECK(lying(s) == Batches{{for_stock, "", 3}});
  CHECK(lying(folded_without_batches(s)) == lying(s));
}

TEST_CASE("units: an order from the shelf gets the oldest pieces of those that nobody else waits for") {
  Scenario s = catalogue();
  const OrderId waiting = ordered(s, "a", {2});
  const ProductionOrderId theirs = made_for(s, waiting);
  s.given(production::CompleteProduction{theirs}).given(products::AdjustUnits{turtle, 1, "found"});
  make_for_stock(s, 3);
  ship(s, ordered(s, "b", {3}));
  CHECK(issued(s) == Batches{{nobody, "", 1}, {for_stock, "", 2}});
  CHECK(lying(s) == Batches{{theirs, "", 2}, {for_stock, "", 1}});

  s.given(orders::CancelOrder{waiting, ""});   // nobody waits for them any more
  ship(s, ordered(s, "c", {3}));
  CHECK(issued(s) == Batches{{theirs, "", 2}, {for_stock, "", 1}});
  CHECK(lying(s).empty());
}

TEST_CASE("units: two lines of one parcel never get the same piece") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{turtle, 1, "found"});
  make_for_stock(s, 3);
  ship(s, ordered(s, "a", {2, 1}));
  s.with("units.issued", 2);
  CHECK(issued(s) == Batches{{nobody, "", 1}, {for_stock, "", 1}, {for_stock, "", 1}});
  CHECK(lying(s) == Batches{{for_stock, "", 1}});
}

TEST_CASE("units: bad pieces are of the production order that failed") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, "a", {2});
  const ProductionOrderId own = made_for(s, order);
  make_for_stock(s, 3);
  s.given(production::CompleteProduction{own}).given(orders::StartQualityCheck{order});
  s.given(orders::FailQualityCheck{order, "warped", 1, "", {}});
  CHECK(scrapped(s) == Batches{{own, "", 1}});
  CHECK(lying(s) == Batches{{for_stock, "", 3}, {own, "", 1}});
}

TEST_CASE("units: bad pieces from the shelf are none that somebody else waits for") {
  Scenario s = catalogue();
  const ProductionOrderId theirs = made_for(s, ordered(s, "a", {2}));
  s.given(production::CompleteProduction{theirs});
  make_for_stock(s, 1);
  const OrderId order = ordered(s, "b", {1});
  s.given(orders::StartQualityCheck{order}).given(orders::FailQualityCheck{order, "dusty", 1, "", {}});
  CHECK(scrapped(s) == Batches{{for_stock, "", 1}});
  CHECK(lying(s) == Batches{{theirs, "", 2}});
}

TEST_CASE("units: a count that finds fewer takes the oldest") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{turtle, 2, "found"});
  make_for_stock(s, 2);
  s.given(products::AdjustUnits{turtle, -3, "count"});
  CHECK(named(s.last("units.adjusted").units_adjusted().batches()) == Batches{{nobody, "", 2}, {for_stock, "", 1}});
  CHECK(lying(s) == Batches{{for_stock, "", 1}});
}

TEST_CASE("units: what is put together takes the parts that were made for it") {
  Scenario s = catalogue();
  const ProductionOrderId boxes("boxes");
  s.given(production::CreateProduction{boxes, box, 1, false});
  ProductionOrderId parts;
  for (const auto& [id, production] : s.workshop.production)
    if (production.holder == boxes.str()) parts = id;
  make_for_stock(s, 2);
  s.given(production::CompleteProduction{parts}).given(production::CompleteProduction{boxes});
  CHECK(issued(s) == Batches{{parts, "", 2}});
  CHECK(lying(s) == Batches{{for_stock, "", 2}});
}

TEST_CASE("units: what was bought is told apart by its purchase, and joins what arrived just before of the same one") {
  Scenario s = catalogue();
  const auto bought = [&](const std::string& purchase, std::int64_t quantity) {
    events::Event event;
    event.mutable_units_received()->set_product(turtle.str());
    event.mutable_units_received()->set_quantity(quantity);
    event.mutable_units_received()->set_reference(purchase);
    evolve(s.workshop, "product/turtle", event, s.now);
  };
  bought("PUR-2026-001", 2);
  bought("PUR-2026-001", 1);
  bought("PUR-2026-002", 1);
  CHECK(lying(s) == Batches{{nobody, "PUR-2026-001", 3}, {nobody, "PUR-2026-002", 1}});

  // A thousand of them fit into an event; the others leave as if they were named.
  for (int i = 3; i < 1'503; ++i) bought(fmt::format("PUR-2026-{:03}", i), 1);
  s.given(products::AdjustUnits{turtle, -1'204, "count"});
  CHECK(s.last("units.adjusted").units_adjusted().batches_size() == limits::batches_named_max);
  CHECK(lying(s).size() == 300);
  CHECK(lying(s).front() == products::Batch{nobody, "PUR-2026-1203", 1});
}

TEST_CASE("units: a journal of before there were batches is folded as its orders were traced then") {
  Scenario s = catalogue();
  s.given(production::CompleteProduction{made_for(s, ordered(s, "a", {2}))}).given(products::AdjustUnits{turtle, 1, "found"});
  make_for_stock(s, 3);
  ship(s, ordered(s, "b", {3}));
  CHECK(lying(folded_without_batches(s)) == Batches{{for_stock, "", 3}});   // the oldest, whoever waited for them
}

}  // namespace layerline::test
