// Pieces that were printed for somebody who no longer wants them.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using products::Batches;
namespace {

const ProductId turtle("turtle"), box("box");

// "turtle" is printed; into a "box", which is printed as well, goes a turtle.
Scenario catalogue() {
  Scenario s;
  s.stock(1'000'000);
  const products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"},
                                 10'000, 3'600'000};
  for (const ProductId& id : {turtle, box}) {
    products::DefineProduct define{id, "SKU-" + id.str(), {}};
    define.entry.name = id.str();
    s.given(define).given(products::SetProductFile{id, "default", file});
  }
  const products::BomLine plastic{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000};
  s.given(products::DefineBom{turtle, {plastic}});
  s.given(products::DefineBom{box, {plastic, {.component = turtle, .quantity = 1}}});
  return s;
}

orders::ObserveShopOrder said(std::int64_t quantity, const ProductId& product = turtle, std::int64_t modified = 1) {
  orders::ObserveShopOrder command{.source = "squarespace", .shop = "main", .external_id = "x1", .external_number = "100",
                                   .report = orders::ShopReport::paid, .modified = {modified}, .lines = {}, .shipping = 0, .total = 3'500,
                                   .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = "Ada",
                                   .customer_mail = "ada@example.org", .tracking_number = {}, .carrier = {}};
  command.lines.push_back({"l1", "SKU-" + product.str(), "Turtle", quantity, 1'500});
  return command;
}

const orders::Order& the_order(const Scenario& s) {
  return *s.workshop.order(orders::order_of(s.workshop, "squarespace", "main", "x1"));
}

void end_print(Scenario& s, const PrinterId& printer, printing::Sight sight = printing::Sight::finished) {
  s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = sight, .reason = {}});
}

// So many pieces, one after the other; the next one is on the printer.
PrinterId print(Scenario& s, int pieces) {
  const PrinterId printer = s.printer();
  for (int piece = 0; piece < pieces; ++piece) {
    end_print(s, printer);
    s.given(printing::ClearPlate{printer});
  }
  return printer;
}

const products::Product& turtles(const Scenario& s) { return *s.workshop.product(turtle); }

}  // namespace

TEST_CASE("leftover: what was printed of a cancelled order lies on the shelf, for anybody") {
  Scenario s = catalogue();
  s.given(said(10));
  const ProductionOrderId made = the_order(s).production.front();
  print(s, 8);
  s.given(orders::CancelOrder{the_order(s).id, ""}).with("units.received", 0).with("units.released");
  CHECK(turtles(s).available() == 8);
  CHECK(turtles(s).batches == Batches{{made, "", 8}});
}

TEST_CASE("leftover: of a journal from before, the stock receives what was printed when the order is cancelled") {
  Scenario s = catalogue();
  s.given(said(10));
  const ProductionOrderId made = the_order(s).production.front();
  events::Event printed;   // the stock had nothing of it before the last one
  printed.mutable_production_pieces_made()->set_production_order(made.str());
  printed.mutable_production_pieces_made()->set_quantity(8);
  evolve(s.workshop, "production/" + made.str(), printed, s.now);
  s.given(orders::CancelOrder{the_order(s).id, ""}).with("units.received");
  CHECK(turtles(s).available() == 8);
}

TEST_CASE("leftover: of a line whose quantity changed the new one takes what was printed, and only the rest is made") {
  Scenario s = catalogue();
  s.given(said(10));
  print(s, 8);
  s.given(said(11, turtle, 2)).with("units.released").with("units.allocated").with("production.order_created");
  CHECK(turtles(s).allocated == 8);
  CHECK(s.workshop.production_order(the_order(s).production.back())->quantity == 3);
}

TEST_CASE("leftover: a piece that its printer finishes all the same is received too, and one that it breaks off is not") {
  for (const printing::Sight sight : {printing::Sight::finished, printing::Sight::cancelled}) {
    Scenario s = catalogue();
    s.given(said(10));
    const PrinterId printer = print(s, 2);
    s.given(orders::CancelOrder{the_order(s).id, ""});
    end_print(s, printer, sight);
    CHECK(turtles(s).available() == (sight == printing::Sight::finished ? 3 : 2));
    CHECK(s.black().reserved.milligrams == 0);
  }
}

TEST_CASE("leftover: what the stock has received before is not received twice") {
  Scenario s = catalogue();
  s.given(said(3));
  const OrderId order = the_order(s).id;
  s.given(production::CompleteProduction{the_order(s).production.front()}).given(orders::StartQualityCheck{order});
  s.given(orders::FailQualityCheck{order, "warped", 2, "", {}});
  print(s, 1);
  s.given(orders::CancelOrder{order, ""});
  CHECK(turtles(s).on_hand == 2);   // the good one of the first three, and the one that was printed again
  CHECK(turtles(s).available() == 2);
}

TEST_CASE("leftover: a body without what goes into it is no finished piece, and its parts are free again") {
  Scenario s = catalogue();
  s.given(products::AdjustUnits{turtle, 2, "count"}).given(said(2, box));
  print(s, 1);
  s.given(orders::CancelOrder{the_order(s).id, ""});
  CHECK(s.workshop.product(box)->on_hand == 0);
  CHECK(turtles(s).available() == 2);
}

TEST_CASE("leftover: pieces of a quote's order are nobody else's, and come onto no shelf") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId order = s.paid(black_pieces(2));
  s.sliced(s.production_of(order).id);
  print(s, 1);
  CHECK(s.production_of(order).printed == 1);
  s.when(orders::CancelOrder{order, ""}).with("units.received", 0);
}

}  // namespace layerline::test
