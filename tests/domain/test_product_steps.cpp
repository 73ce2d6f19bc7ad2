// Work steps of what is sold from the catalogue.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

using Names = std::vector<std::string>;

const ProductId turtle("turtle"), blue("blue"), box("box");
const ProductionOrderId made("made");
const Names painting = {"support_removal", "sanding", "painting"};

products::DefineProduct definition(const ProductId& id, const std::string& finish = "") {
  products::DefineProduct out{id, "SKU-" + id.str(), {}};
  out.entry.name = id.str();
  if (!finish.empty()) out.entry.options.emplace_back("finish", finish);
  return out;
}

products::DefineProduct worked_on(const ProductId& id, const Names& steps, const std::string& finish = "") {
  products::DefineProduct out = definition(id, finish);
  out.entry.work_steps = steps;
  return out;
}

products::DefineProduct variant_of(const ProductId& parent, products::DefineProduct variant) {
  variant.entry.parent = parent;
  return variant;
}

Names names(const production::ProductionOrder& production) {
  Names out;
  for (const production::WorkStep& step : production.steps) out.push_back(step.name);
  return out;
}

// Of what is made of the product now.
Names steps_of(Scenario& s, const ProductId& product) {
  s.given(production::CreateProduction{made, product, 2, false});
  return names(*s.workshop.production_order(made));
}

// A paid order of two of the product.
OrderId ordered(Scenario& s, const ProductId& product) {
  s.given(orders::ObserveShopOrder{.source = "manual", .shop = "main", .external_id = "1", .external_number = "1",
                                   .report = orders::ShopReport::paid, .modified = {1},
                                   .lines = {{"l", "SKU-" + product.str(), "Title", 2, 500}}, .shipping = 0, .total = 1'000, .refunded = 0,
                                   .currency = "USD", .ship_to = address(), .customer_name = "Ada", .customer_mail = "ada@example.org",
                                   .tracking_number = {}, .carrier = {}});
  return orders::order_of(s.workshop, "manual", "main", "1");
}

void work(Scenario& s, const ProductionOrderId& production, const Names& steps) {
  for (const std::string& step : steps) s.given(production::FinishWorkStep{production, step});
}

std::int64_t on_hand(const Scenario& s, const ProductId& product) { return s.workshop.product(product)->on_hand; }

}  // namespace

TEST_CASE("work steps: products: what is sold painted is painted, however its finish is written") {
  Scenario s;
  s.given(definition(turtle, "Painted"));
  CHECK(steps_of(s, turtle) == painting);
}

TEST_CASE("work steps: products: those that a product names are done, whatever its finish is") {
  Scenario s;
  s.given(worked_on(turtle, {"oiling", "sanding"}, "painted"));
  CHECK(steps_of(s, turtle) == Names{"oiling", "sanding"});
}

TEST_CASE("work steps: products: a product may name none") {
  Scenario s;
  s.given(worked_on(turtle, {}, "painted"));
  CHECK(steps_of(s, turtle).empty());
}

TEST_CASE("work steps: products: what is no finish of the workshop's is nobody's work") {
  Scenario s;
  s.given(definition(turtle, "glitter"));
  CHECK(steps_of(s, turtle).empty());
}

TEST_CASE("work steps: products: a variant that says nothing has those of its product") {
  Scenario s;
  s.given(worked_on(turtle, {"oiling"})).given(variant_of(turtle, definition(blue)));
  CHECK(steps_of(s, blue) == Names{"oiling"});
}

TEST_CASE("work steps: products: a variant with a finish, or with steps of its own, has them instead of its product's") {
  for (products::DefineProduct variant : {definition(blue, "painted"), worked_on(blue, painting)}) {
    Scenario s;
    s.given(worked_on(turtle, {"oiling"})).given(variant_of(turtle, std::move(variant)));
    CHECK(steps_of(s, blue) == painting);
  }
}

TEST_CASE("work steps: products: they are words for an address, each once, and not many") {
  for (const Names& wrong : {Names{"sanding", "sanding"}, Names{""}, Names{"sand/paint"}, Names{"two words"}, Names(21, "sanding")}) {
    Scenario s;
    s.when(worked_on(turtle, wrong)).rejected("bad-product");
  }
  Scenario s;
  s.given(definition(turtle));
  products::ChangeProduct change{turtle, definition(turtle).entry};
  change.entry.work_steps = Names{};
  s.when(change).then({"product.changed"});
  s.when(change).nothing_happened();
}

TEST_CASE("work steps: products: a change holds for what is made from then on") {
  Scenario s;
  s.given(definition(turtle)).given(production::CreateProduction{ProductionOrderId("before"), turtle, 1, false});
  products::ChangeProduct change{turtle, definition(turtle).entry};
  change.entry.work_steps = Names{"oiling"};
  s.given(change);
  CHECK(steps_of(s, turtle) == Names{"oiling"});
  CHECK(s.workshop.production_order(ProductionOrderId("before"))->steps.empty());
}

TEST_CASE("work steps: products: an order waits for them, and none of its pieces leaves before") {
  Scenario s;
  s.given(definition(turtle, "sanded"));
  const OrderId order = ordered(s, turtle);
  const ProductionOrderId production = s.order(order).production.front();
  s.when(production::CompleteProduction{production}).with("production.completed").with("units.received", 0);
  s.when(orders::StartQualityCheck{order}).rejected("work-steps-open");
  s.when(shipments::ShipOrder{order, "ups", "1Z", {{s.order(order).lines.front().id, 1}}}).rejected("pieces-not-ready");
  s.when(production::FinishWorkStep{production, "support_removal"}).then({"production.step_done"});
  s.when(production::FinishWorkStep{production, "sanding"}).then({"production.step_done", "units.received", "units.allocated"});
  s.given(orders::StartQualityCheck{order}).given(orders::PassQualityCheck{order});
  s.when(shipments::ShipOrder{order, "ups", "1Z", {}}).with("units.issued");
  CHECK(on_hand(s, turtle) == 0);
}

TEST_CASE("work steps: products: what is made for the stock is on the shelf once they are done") {
  Scenario s;
  s.given(definition(turtle, "sanded")).given(production::CreateProduction{made, turtle, 2, false});
  s.given(production::CompleteProduction{made});
  CHECK(on_hand(s, turtle) == 0);
  work(s, made, {"support_removal", "sanding"});
  CHECK(on_hand(s, turtle) == 2);
}

TEST_CASE("work steps: products: pieces of a cancelled order come to the shelf when they are worked on") {
  Scenario s;
  s.given(definition(turtle, "sanded"));
  const OrderId order = ordered(s, turtle);
  const ProductionOrderId production = s.order(order).production.front();
  s.given(production::CompleteProduction{production}).given(orders::CancelOrder{order, ""});
  work(s, production, {"support_removal", "sanding"});
  CHECK(on_hand(s, turtle) == 2);
  CHECK(s.workshop.product(turtle)->available() == 2);
}

TEST_CASE("work steps: products: pieces that are made again are worked on again, and only they are received again") {
  Scenario s;
  s.given(definition(turtle, "sanded"));
  const OrderId order = ordered(s, turtle);
  const ProductionOrderId production = s.order(order).production.front();
  s.given(production::CompleteProduction{production});
  work(s, production, {"support_removal", "sanding"});
  s.given(orders::StartQualityCheck{order}).given(orders::FailQualityCheck{order, "scratched", 1});
  s.given(production::CompleteProduction{production});
  CHECK(on_hand(s, turtle) == 1);
  work(s, production, {"support_removal"});
  s.when(production::FinishWorkStep{production, "sanding"}).with("units.received");
  CHECK(s.last("units.received").units_received().quantity() == 1);
  s.given(orders::StartQualityCheck{order});
}

TEST_CASE("work steps: products: a part goes into its box as it is printed, and the order waits for the work on it") {
  Scenario s;
  s.given(definition(turtle, "sanded")).given(definition(box));
  s.given(products::DefineBom{box, {{.component = turtle, .quantity = 1}}});
  const OrderId order = ordered(s, box);
  for (const ProductionOrderId& production : s.order(order).production) {
    const bool part = s.workshop.production_order(production)->product == turtle;
    if (part) s.when(production::CompleteProduction{production}).with("units.received").with("units.allocated");
  }
  for (const ProductionOrderId& production : s.order(order).production) s.given(production::CompleteProduction{production});
  s.when(orders::StartQualityCheck{order}).rejected("work-steps-open");
  CHECK(on_hand(s, turtle) == 0);
}

}  // namespace layerline::test
