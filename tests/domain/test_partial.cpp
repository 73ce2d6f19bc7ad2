// So many pieces of a production order are there, and the others are not: the stock has them, they can leave, and the rest is printed.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using production::CompleteProduction;
using production::Status;
namespace {

const ProductId turtle("turtle"), box("box");
const ProductionOrderId made("made");

// A turtle of 10 g is printed by itself; a box is two turtles put together by hand. There is filament for so many turtles.
Scenario catalogue(std::int64_t filament_for = 100, const std::vector<std::string>& steps = {}) {
  Scenario s;
  s.stock(filament_for * 10'000);
  const products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"},
                                 10'000, 3'600'000};
  for (const ProductId& id : {turtle, box}) {
    products::DefineProduct define{id, "SKU-" + id.str(), {}};
    define.entry.name = id.str();
    if (!steps.empty()) define.entry.work_steps = steps;
    s.given(define);
  }
  s.given(products::SetProductFile{turtle, "default", file});
  s.given(products::DefineBom{turtle, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000}}});
  s.given(products::DefineBom{box, {{.component = turtle, .quantity = 2}}});
  return s;
}

// A paid order of turtles, a line for each quantity.
OrderId ordered(Scenario& s, const std::vector<std::int64_t>& quantities, const ProductId& product = turtle) {
  orders::ObserveShopOrder command{.source = "manual", .shop = "main", .external_id = "x1", .external_number = "100",
                                   .report = orders::ShopReport::paid, .modified = {1}, .lines = {}, .shipping = 0, .total = 3'500,
                                   .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = "Ada",
                                   .customer_mail = "ada@example.org", .tracking_number = {}, .carrier = {}};
  for (const std::int64_t quantity : quantities)
    command.lines.push_back({"l" + std::to_string(command.lines.size()), "SKU-" + product.str(), "Turtle", quantity, 500});
  s.given(command);
  return orders::order_of(s.workshop, "manual", "main", "x1");
}

const production::ProductionOrder& of(const Scenario& s, const ProductionOrderId& id = made) { return *s.workshop.production_order(id); }
const products::Product& shelf(const Scenario& s, const ProductId& product = turtle) { return *s.workshop.product(product); }
std::int64_t ready(const Scenario& s, const OrderId& order, const std::string& line = "1") {
  return shipments::ready(s.order(order), line, s.workshop);
}

void end_print(Scenario& s, const PrinterId& printer, printing::Sight sight = printing::Sight::finished) {
  s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = sight, .reason = "r"});
}

// So many pieces, one after the other; the next one is on the printer.
void print(Scenario& s, int pieces) {
  const PrinterId printer("p1");
  if (s.workshop.printer(printer) == nullptr) s.printer();
  for (int piece = 0; piece < pieces; ++piece) {
    end_print(s, printer);
    s.given(printing::ClearPlate{printer});
  }
}

// So many turtles for the stock, of which nothing is printed yet.
Scenario making(std::int64_t quantity, std::int64_t filament_for = 100) {
  Scenario s = catalogue(filament_for);
  s.given(production::CreateProduction{made, turtle, quantity});
  return s;
}

}  // namespace

TEST_CASE("partial: so many pieces were made by other means, their material is booked, and the rest is printed") {
  Scenario s = making(5);
  s.when(CompleteProduction{made, 2}).with("stock.consumed").with("production.pieces_made").with("production.completed", 0);
  CHECK(s.last("production.pieces_made").production_pieces_made().quantity() == 2);
  CHECK(s.last("production.pieces_made").production_pieces_made().by() == "operator:1");
  CHECK(s.last("stock.consumed").stock_consumed().milligrams() == 20'000);
  CHECK(s.last("stock.consumed").stock_consumed().origin() == "estimated");
  CHECK(of(s).printed == 2);
  CHECK(of(s).open == 3);
  CHECK(of(s).status == Status::queued);
  CHECK(s.black().reserved.milligrams == 30'000);
  print(s, 3);
  CHECK(of(s).status == Status::completed);
  CHECK(shelf(s).on_hand == 5);
  CHECK(s.black().on_hand.milligrams == 950'000);
  CHECK(s.black().reserved.milligrams == 0);
}

TEST_CASE("partial: all that are left complete the order, as without a number") {
  Scenario s = making(3);
  s.given(CompleteProduction{made, 1});
  s.when(CompleteProduction{made, 2}).with("production.completed").with("production.pieces_made", 0).with("units.received");
  CHECK(shelf(s).on_hand == 3);
  CHECK(of(s).printed == 3);
  s.when(CompleteProduction{made}).nothing_happened();
  s.when(CompleteProduction{made, 1}).rejected("production-over");
}

TEST_CASE("partial: none, fewer than none, or more than are left can't have been made") {
  Scenario s = making(3);
  for (const std::int64_t quantity : {0, -1, 4}) {
    s.when(CompleteProduction{made, quantity}).rejected("quantity-out-of-range");
    CHECK(s.answer.error().detail.starts_with("Between 1 and 3 pieces of PO-"));
  }
  s.printer();   // the first one is on it
  s.when(CompleteProduction{made, 3}).rejected("quantity-out-of-range");
  s.when(CompleteProduction{ProductionOrderId("none"), 1}).rejected("not-found");
  s.given(CompleteProduction{made, 2});
  s.when(CompleteProduction{made, 1}).rejected("quantity-out-of-range");
  CHECK(s.answer.error().detail.starts_with("No piece of PO-"));
}

TEST_CASE("partial: while a piece is printed the others may be made, and the order completes with the print") {
  Scenario s = making(3);
  s.printer();
  s.when(CompleteProduction{made}).rejected("production-printing");
  s.when(CompleteProduction{made, 2}).with("production.pieces_made").with("units.received");
  CHECK(of(s).status == Status::printing);
  CHECK(s.black().reserved.milligrams == 10'000);   // of what is on the printer
  end_print(s, PrinterId("p1"));
  CHECK(of(s).status == Status::completed);
  CHECK(shelf(s).on_hand == 3);
}

TEST_CASE("partial: failed pieces count first, and the others keep their material") {
  Scenario s = making(3);
  s.printer();
  end_print(s, PrinterId("p1"), printing::Sight::failed);
  REQUIRE(of(s).status == Status::failed);
  s.when(CompleteProduction{made, 1}).with("stock.reserved");
  CHECK(of(s).failed == 0);
  CHECK(of(s).open == 2);
  CHECK(of(s).status == Status::queued);
  CHECK(s.black().reserved.milligrams == 20'000);
}

TEST_CASE("partial: what is short of material is short of less, and is printed once that is there") {
  Scenario s = making(3, 0);
  REQUIRE(s.black().shortages.front().mass.milligrams == 30'000);
  s.given(CompleteProduction{made, 2});
  CHECK(s.black().shortages.front().mass.milligrams == 10'000);
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {10'000}, ""});
  CHECK(s.black().reserved.milligrams == 10'000);
}

TEST_CASE("partial: each piece that is printed lies in the stock at once, and once") {
  Scenario s = making(3);
  print(s, 1);
  CHECK(shelf(s).available() == 1);
  CHECK(of(s).delivered == 1);
  print(s, 1);
  CHECK(shelf(s).available() == 2);
  print(s, 1);
  CHECK(of(s).status == Status::completed);
  CHECK(shelf(s).on_hand == 3);
  CHECK(shelf(s).batches == products::Batches{{made, "", 3}});
}

TEST_CASE("partial: finished pieces of two lines leave before the last one is printed") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, {3, 2});
  print(s, 2);
  CHECK(ready(s, order, "1") == 2);
  CHECK(ready(s, order, "2") == 0);
  s.when(shipments::ShipOrder{order, "ups", "1Z-1", {{"1", 3}}}).rejected("pieces-not-ready");
  s.given(shipments::ShipOrder{order, "ups", "1Z-1", {{"1", 2}}}).with("units.issued");
  CHECK(s.order(order).status == orders::Status::printing);
  CHECK(ready(s, order, "1") == 0);
  for (const ProductionOrderId& id : s.order(order).production)
    if (of(s, id).line == "2") s.given(CompleteProduction{id, 1});
  s.given(shipments::ShipOrder{order, "ups", "1Z-2", {{"2", 1}}});
  print(s, 2);
  CHECK(s.order(order).status == orders::Status::printed);
  CHECK(shelf(s).on_hand == 2);
  CHECK(shelf(s).allocated == 2);
  s.given(orders::StartQualityCheck{order}).given(orders::PassQualityCheck{order}).given(shipments::ShipOrder{order, "ups", "1Z-3", {}});
  CHECK(s.order(order).status == orders::Status::shipped);
  CHECK(shelf(s).on_hand == 0);
}

TEST_CASE("partial: pieces on which work is left to do stay with their order until it is done") {
  Scenario s = catalogue(100, {"sanding"});
  const OrderId order = ordered(s, {3});
  const ProductionOrderId its = s.order(order).production.front();
  print(s, 1);
  s.given(CompleteProduction{its, 1}).with("units.received", 0);
  CHECK(shelf(s).on_hand == 0);
  CHECK(ready(s, order) == 0);
  end_print(s, PrinterId("p1"));
  REQUIRE(of(s, its).status == Status::completed);
  CHECK(shelf(s).on_hand == 0);
  s.given(production::FinishWorkStep{its, "sanding"});
  CHECK(shelf(s).on_hand == 3);
}

TEST_CASE("partial: what is put together by hand is received as it is made, and uses up its components") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, {3}, box);
  const ProductionOrderId boxes = s.order(order).production.front();
  s.when(CompleteProduction{boxes, 1}).rejected("component-missing");
  s.given(products::AdjustUnits{turtle, 1, "a spare one"});
  for (const auto& [id, production] : s.workshop.production)
    if (production.holder == boxes.str()) s.given(CompleteProduction{id});
  s.when(CompleteProduction{boxes, 2}).with("units.received").with("units.allocated").with("units.issued");
  CHECK(shelf(s).allocated == 2);   // for the third one
  CHECK(shelf(s).available() == 1);
  CHECK(ready(s, order) == 2);
  s.when(production::InspectProduction{.production = boxes, .scrap_quantity = 1, .rework = true}).with("units.scrapped");
  CHECK(shelf(s).allocated == 3);   // the spare one goes into it, and another one is made
  CHECK(of(s, boxes).open == 2);
  CHECK(of(s, boxes).components.size() == 2);
  for (const ProductionOrderId& id : std::vector(of(s, boxes).components)) s.given(CompleteProduction{id});
  s.given(CompleteProduction{boxes});
  CHECK(shelf(s).on_hand == 0);
  CHECK(shelf(s, box).on_hand == 3);
  CHECK(shelf(s, box).allocated == 3);
}

TEST_CASE("partial: a print into which others go finishes nothing by itself") {
  Scenario s = catalogue();
  s.given(products::SetProductFile{box, "default", {BlobHash("body"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1",
                                                    .filament_type = "PLA"}, 10'000, 3'600'000}});
  s.given(products::DefineBom{box, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000},
                                    {.component = turtle, .quantity = 1}}, true});
  s.given(products::AdjustUnits{turtle, 3, "count"});
  const OrderId order = ordered(s, {3}, box);
  print(s, 2);
  REQUIRE(of(s, s.order(order).production.front()).printed == 2);
  CHECK(shelf(s, box).on_hand == 0);
  CHECK(shelf(s).allocated == 3);
  print(s, 1);
  CHECK(shelf(s, box).on_hand == 3);
  CHECK(shelf(s).on_hand == 0);
}

TEST_CASE("partial: a bad piece leaves the stock again, and the one that is printed for it comes in once") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, {3});
  const ProductionOrderId its = s.order(order).production.front();
  print(s, 2);
  s.given(shipments::ShipOrder{order, "ups", "1Z-1", {{"1", 1}}});
  s.when(production::InspectProduction{.production = its, .scrap_quantity = 2, .rework = true}).rejected("quantity-out-of-range");
  s.given(production::InspectProduction{.production = its, .scrap_quantity = 1, .rework = true}).with("units.scrapped");
  CHECK(shelf(s).on_hand == 0);
  CHECK(of(s, its).delivered == 1);
  print(s, 2);
  CHECK(of(s, its).status == Status::completed);
  CHECK(shelf(s).on_hand == 2);
  CHECK(ready(s, order) == 2);
}

TEST_CASE("partial: a piece that fails its check while the others lie in the stock is none of theirs") {
  Scenario s = catalogue(100, {"sanding"});
  const OrderId order = ordered(s, {3});
  const ProductionOrderId its = s.order(order).production.front();
  s.given(CompleteProduction{its}).given(production::FinishWorkStep{its, "sanding"});
  const production::InspectProduction bad{.production = its, .scrap_quantity = 1, .rework = true};
  s.given(bad).with("units.scrapped").given(CompleteProduction{its});   // printed again, and not sanded yet
  REQUIRE(shelf(s).on_hand == 2);
  s.given(bad).with("units.scrapped", 0);
  s.given(CompleteProduction{its}).given(production::FinishWorkStep{its, "sanding"});
  CHECK(shelf(s).on_hand == 3);
  CHECK(shelf(s).allocated == 3);
}

TEST_CASE("partial: what the stock has of a cancelled order stays there, for anybody") {
  Scenario s = catalogue();
  const OrderId order = ordered(s, {4});
  print(s, 2);
  s.given(orders::CancelOrder{order, ""}).with("units.received", 0).with("units.released");
  CHECK(shelf(s).available() == 2);
  end_print(s, PrinterId("p1"));
  CHECK(shelf(s).available() == 3);
}

TEST_CASE("partial: an order of a journal from before gets what was printed of it with its next piece") {
  Scenario s = making(4);
  for (int piece = 0; piece < 2; ++piece) {   // printed when the stock had nothing before the last one
    events::Event event;
    event.mutable_production_pieces_made()->set_production_order(made.str());
    event.mutable_production_pieces_made()->set_quantity(1);
    evolve(s.workshop, "production/made", event, s.now);
  }
  CHECK(shelf(s).on_hand == 0);
  print(s, 1);
  CHECK(shelf(s).on_hand == 3);
  print(s, 1);
  CHECK(shelf(s).on_hand == 4);
}

}  // namespace layerline::test
