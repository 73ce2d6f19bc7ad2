// Production orders are checked and called off, whoever they are made for.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using production::CancelProduction;
using production::InspectProduction;
using production::Status;
namespace {

const ProductId turtle("turtle"), box("box");
const ProductionOrderId made("made");

void define(Scenario& s, const ProductId& product, const ProductId& component = {}) {
  products::DefineProduct command{product, "SKU-" + product.str(), {}};
  command.entry.name = product.str();
  command.entry.price = 1'500;
  s.given(command);
  products::DefineBom bom{product, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 1'000}}};
  if (!component.empty()) bom.lines.push_back({.component = component, .quantity = 2});
  s.given(bom);
}

// So many turtles for the stock.
Scenario making(std::int64_t quantity) {
  Scenario s;
  s.stock(1'000'000);
  define(s, turtle);
  s.given(production::CreateProduction{made, turtle, quantity});
  return s;
}

InspectProduction bad(std::int64_t pieces, bool rework, const ProductionOrderId& production = made) {
  return {.production = production, .scrap_quantity = pieces, .rework = rework, .defects = {"warped"}, .reason = "the bed was cold"};
}

const production::ProductionOrder& of(const Scenario& s, const ProductionOrderId& id = made) { return *s.workshop.production_order(id); }
const products::Product& shelf(const Scenario& s) { return *s.workshop.product(turtle); }

// An order of a shop for so many turtles, which all are made for it.
OrderId sold(Scenario& s, std::int64_t quantity) {
  s.given(orders::ObserveShopOrder{.source = "woocommerce", .shop = "main", .external_id = "x", .external_number = {},
                                   .report = orders::ShopReport::paid, .modified = {1},
                                   .lines = {{"a", "SKU-turtle", "Turtle", quantity, 1'500}},
                                   .total = 9'000, .currency = "USD", .ship_to = address(), .customer_name = {}, .customer_mail = {},
                                   .tracking_number = {}, .carrier = {}});
  return orders::order_of(s.workshop, "woocommerce", "main", "x");
}

// Of a quote of two files: two parts, each in a production order of its own.
OrderId in_two_parts(Scenario& s) {
  s.stock(1'000'000);
  quotes::DraftQuote draft = draft_of("q", black_pieces(2));
  draft.files.push_back(draft.files.front());
  draft.files.back().id = FileId("f-second");
  draft.files.back().model = ModelId("m-second");
  s.given(draft);
  s.analyse(QuoteId("q"));
  if (s.workshop.quote(QuoteId("q"))->status == quotes::Status::pending) s.given(quotes::ApproveQuote{QuoteId("q")});
  s.given(quotes::AcceptQuote{QuoteId("q"), address()});
  const OrderId id = s.workshop.quote(QuoteId("q"))->order;
  s.given(payments::RecordPayment{id, 0, "cash", ""});
  REQUIRE(s.order(id).production.size() == 2);
  for (const ProductionOrderId& part : s.order(id).production) s.given(production::CompleteProduction{part});
  s.given(orders::StartQualityCheck{id});
  return id;
}

}  // namespace

TEST_CASE("inspection: what is made for the stock is called off once, with its reason, and its material is free") {
  Scenario s = making(3);
  CHECK(s.black().reserved.milligrams == 3'000);
  s.when(CancelProduction{made, "nobody buys them"}).with("production.cancelled").with("stock.released");
  const events::Sealed& reason = s.last("production.cancelled").production_cancelled().reason();
  CHECK(reason.clear() == "nobody buys them");
  CHECK(reason.subject() == "workshop/w");
  CHECK(of(s).status == Status::cancelled);
  CHECK(s.black().reserved.milligrams == 0);
  s.when(CancelProduction{made, "again"}).nothing_happened();
  s.when(CancelProduction{ProductionOrderId("none"), ""}).rejected("not-found");
}

TEST_CASE("inspection: a running print of what is called off is stopped") {
  Scenario s = making(2);
  s.printer();
  s.sliced(made, 1'000);
  REQUIRE(of(s).in_progress == 1);
  s.when(CancelProduction{made, ""}).with("print.stop_requested");
  s.given(printing::ObservePrint{.job = s.workshop.printer(PrinterId("p1"))->job, .sight = printing::Sight::cancelled, .reason = {}});
  CHECK(s.black().reserved.milligrams == 0);
}

TEST_CASE("inspection: what somebody waits for is not called off, and what is made goes with what it was made for") {
  Scenario s;
  s.stock(1'000'000);
  define(s, turtle);
  define(s, box, turtle);
  const OrderId order = sold(s, 1);
  s.when(CancelProduction{s.production_of(order).id, ""}).rejected("needed-by-order");
  s.given(production::CreateProduction{made, box, 2});
  REQUIRE(of(s).components.size() == 1);
  const ProductionOrderId part = of(s).components.front();
  s.when(CancelProduction{part, ""}).rejected("needed-by-production-order");
  s.when(CancelProduction{made, ""}).with("production.cancelled", 2);
  CHECK(of(s, part).status == Status::cancelled);
}

TEST_CASE("inspection: a finished component of what is called off stays on the shelf, for everybody") {
  Scenario s;
  s.stock(1'000'000);
  define(s, turtle);
  define(s, box, turtle);
  s.given(production::CreateProduction{made, box, 2});
  s.given(production::CompleteProduction{of(s).components.front()});
  CHECK(shelf(s).available() == 0);
  s.when(CancelProduction{made, ""}).with("production.cancelled").with("units.released");
  CHECK(shelf(s).available() == 4);
  s.when(CancelProduction{of(s).components.front(), ""}).rejected("production-over");
}

TEST_CASE("inspection: pieces for the stock pass once") {
  Scenario s = making(3);
  s.when(InspectProduction{.production = made, .passed = true}).rejected("nothing-made");
  s.given(production::CompleteProduction{made});
  s.when(InspectProduction{.production = made, .passed = true, .defects = {"warped"}}).rejected("passed-with-defects");
  s.when(InspectProduction{.production = made, .passed = true}).then({"production.checked"});
  s.when(InspectProduction{.production = made, .passed = true}).nothing_happened();
  s.given(bad(1, true)).given(production::CompleteProduction{made});
  s.when(InspectProduction{.production = made, .passed = true}).then({"production.checked"});
}

TEST_CASE("inspection: bad pieces leave the shelf by the batch that they are of, and are made again if that is asked for") {
  Scenario s = making(3);
  s.given(production::CreateProduction{ProductionOrderId("other"), turtle, 5});
  s.given(production::CompleteProduction{ProductionOrderId("other")}).given(production::CompleteProduction{made});
  s.when(bad(4, true)).rejected("quantity-out-of-range");
  s.when(bad(0, true)).rejected("quantity-out-of-range");
  s.when(bad(2, true)).with("production.checked").with("units.scrapped").with("production.reprint_needed").with("stock.reserved");
  const events::UnitsScrapped& scrapped = s.last("units.scrapped").units_scrapped();
  REQUIRE(scrapped.batches_size() == 1);
  CHECK(scrapped.batches(0).production_order() == made.str());
  CHECK(scrapped.batches(0).units() == 2);
  CHECK(of(s).status == Status::queued);
  CHECK(shelf(s).on_hand == 6);
  s.given(production::CompleteProduction{made});
  CHECK(shelf(s).on_hand == 8);
}

TEST_CASE("inspection: bad pieces that are not made again are missing, on the shelf or before they come there") {
  Scenario s = making(3);
  s.given(production::CompleteProduction{made});
  s.when(bad(2, false)).then({"production.checked", "units.scrapped"});
  CHECK(s.last("production.checked").production_checked().defects(0) == "warped");
  CHECK(of(s).status == Status::completed);
  CHECK(of(s).quantity == 1);
  CHECK(shelf(s).on_hand == 1);
  s.when(bad(2, false)).rejected("quantity-out-of-range");
  s.given(bad(1, false));
  CHECK(shelf(s).on_hand == 0);
  CHECK(of(s).status == Status::completed);
}

TEST_CASE("inspection: a production order of which a print failed ends with fewer pieces, but never with none") {
  Scenario s = making(2);
  s.printer();
  s.sliced(made, 1'000);
  const auto end = [&](printing::Sight sight) {
    s.given(printing::ObservePrint{.job = s.workshop.printer(PrinterId("p1"))->job, .sight = sight, .reason = "r"});
  };
  end(printing::Sight::failed);
  s.when(bad(2, false)).rejected("quantity-out-of-range");
  s.given(printing::ClearPlate{PrinterId("p1")});
  end(printing::Sight::finished);
  s.when(bad(2, false)).rejected("nothing-left");
  s.when(bad(1, false)).with("production.checked").with("production.completed").with("units.received", 0);
  CHECK(of(s).status == Status::completed);
  CHECK(shelf(s).on_hand == 1);
}

TEST_CASE("inspection: pieces on the shelf that others hold are not scrapped behind their back") {
  Scenario s = making(3);
  s.given(production::CompleteProduction{made});
  (void)sold(s, 2);
  s.when(bad(2, false)).rejected("quantity-out-of-range");
  s.given(bad(1, false));
  CHECK(shelf(s).allocated == 2);
}

TEST_CASE("inspection: bad pieces of an order's line are scrapped and opened again, whatever was said of a rework") {
  Scenario s;
  s.stock(1'000'000);
  define(s, turtle);
  const OrderId order = sold(s, 2);
  const ProductionOrderId its = s.production_of(order).id;
  s.given(production::CompleteProduction{its});
  CHECK(s.order(order).status == orders::Status::printed);
  s.when(bad(1, false, its)).rejected("pieces-needed");
  s.when(bad(1, true, its)).with("production.checked").with("order.queued").with("units.scrapped").with("production.reprint_needed");
  CHECK(s.last("production.checked").production_checked().reason().subject() == s.order(order).customer.str());
  CHECK(s.order(order).status == orders::Status::queued);
  s.given(production::CompleteProduction{its}).given(orders::StartQualityCheck{order});
  s.when(bad(1, true, its)).with("order.quality_failed").with("units.scrapped");
  CHECK(s.last("order.quality_failed").order_quality_failed().defects(0) == "warped");
  s.given(production::CompleteProduction{its}).given(orders::StartQualityCheck{order}).given(orders::PassQualityCheck{order});
  CHECK(shelf(s).allocated == 2);
  s.given(shipments::ShipOrder{order, "ups", "1Z", {}});
  s.when(bad(1, true, its)).rejected("quantity-out-of-range");
}

TEST_CASE("inspection: what is cancelled, or has other words than codes for its defects, is not checked") {
  Scenario s = making(2);
  s.given(production::CompleteProduction{made});
  InspectProduction words = bad(1, true);
  words.defects = {"not a code"};
  s.when(words).rejected("bad-defect-code");
  Scenario over = making(2);
  over.given(CancelProduction{made, ""});
  over.when(bad(1, true)).rejected("production-over");
  over.when(bad(1, true, ProductionOrderId("none"))).rejected("not-found");
}

TEST_CASE("inspection: of an order in several parts, only the part that is named is printed again") {
  Scenario s;
  const OrderId id = in_two_parts(s);
  const ProductionOrderId bad_part = s.order(id).production.back();
  orders::FailQualityCheck fail{id, "crack", 1, "", {}, {bad_part}};
  s.when(fail).with("order.quality_failed").with("production.reprint_needed");
  CHECK(of(s, bad_part).open == 1);
  CHECK(of(s, s.order(id).production.front()).status == Status::completed);
  s.given(production::CompleteProduction{bad_part}).given(orders::StartQualityCheck{id});
  fail.production = {ProductionOrderId("none")};
  s.when(fail).rejected("not-found");
  fail.production = {bad_part, bad_part};
  s.when(fail).rejected("not-found");
  fail.production.clear();
  s.when(fail).with("production.reprint_needed", 2);
}

TEST_CASE("inspection: a named production order of a line is printed again, and its units are scrapped") {
  Scenario s;
  s.stock(1'000'000);
  define(s, turtle);
  const OrderId order = sold(s, 2);
  const ProductionOrderId its = s.production_of(order).id;
  s.given(production::CompleteProduction{its}).given(orders::StartQualityCheck{order});
  s.when(orders::FailQualityCheck{order, "", 2, "", {}, {its}}).with("units.scrapped").with("production.reprint_needed");
  CHECK(of(s, its).open == 2);
}

}  // namespace layerline::test
