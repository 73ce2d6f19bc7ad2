#include <doctest/doctest.h>

#include <algorithm>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using orders::ShopReport;
using orders::Status;
namespace {

// "turtle" (FG-00001) is printed from 40 g of PLA-black with a file at hand; "box" (FG-00002) is two turtles put together.
void catalogue(Scenario& s, std::int64_t stock_mg = 1'000'000) {
  s.stock(stock_mg);
  for (const std::string id : {"turtle", "box"}) {
    products::DefineProduct command{ProductId(id), "", {}};
    command.entry.name = id;
    command.entry.price = 1'500;
    s.given(command);
  }
  products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"}, 40'000,
                           3'600'000};
  s.given(products::SetProductFile{ProductId("turtle"), "default", file});
  s.given(products::DefineBom{ProductId("turtle"), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 40'000}}});
  s.given(products::DefineBom{ProductId("box"), {{.component = ProductId("turtle"), .quantity = 2}}});
}

const std::vector<orders::ShopLine> two_turtles = {{"l1", "FG-00001", "Turtle", 2, 1'500}};

orders::ObserveShopOrder said(ShopReport report, std::int64_t modified = 1, std::vector<orders::ShopLine> lines = two_turtles) {
  orders::ObserveShopOrder command{.source = "squarespace", .shop = "main", .external_id = "x1", .external_number = "100",
                                   .report = report, .modified = {modified}, .lines = std::move(lines), .shipping = 500, .total = 3'500,
                                   .refunded = 0, .currency = "USD", .ship_to = address(), .customer_name = "Ada",
                                   .customer_mail = "ada@example.org", .tracking_number = {}, .carrier = {}};
  return command;
}

const orders::Order& the_order(const Scenario& s, const std::string& external = "x1") {
  return *s.workshop.order(orders::order_of(s.workshop, "squarespace", "main", external));
}

const production::ProductionOrder& first_production(const Scenario& s) {
  return *s.workshop.production_order(the_order(s).production.at(0));
}

std::int64_t count(const Scenario& s, const std::string& type) {
  return std::ranges::count_if(s.journal, [&](const NewEvent& event) { return event_type(event.event) == type; });
}

const products::Product& turtle(const Scenario& s) { return *s.workshop.product(ProductId("turtle")); }

}  // namespace

TEST_CASE("shop orders: a paid one is confirmed at once: payment, production order, material and print file in one commit") {
  Scenario s;
  catalogue(s);
  s.when(said(ShopReport::paid));
  s.with("order.placed").with("payment.recorded").with("order.paid").with("production.order_created").with("stock.reserved")
      .with("production.file_attached").with("order.queued");
  const orders::Order& order = the_order(s);
  CHECK(order.number == "SO-2026-001");
  CHECK(order.status == Status::queued);
  CHECK(s.last("payment.recorded").payment_recorded().received() == 3'500);
  CHECK(first_production(s).quantity == 2);
  CHECK(first_production(s).product == ProductId("turtle"));
  CHECK(s.black().reserved.milligrams == 80'000);
  CHECK(s.effects_of("create_payment_intent").empty());
}

TEST_CASE("shop orders: an open one waits for its money, which the shop reports") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::open));
  CHECK(the_order(s).status == Status::quoted);
  CHECK(the_order(s).production.empty());
  s.when(said(ShopReport::paid, 2)).with("payment.recorded").with("production.order_created");
  CHECK(the_order(s).status == Status::queued);
}

TEST_CASE("shop orders: the same report a hundred times is one order, and an older one changes nothing") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid, 5));
  for (int i = 0; i < 100; ++i) s.when(said(ShopReport::paid, 5)).nothing_happened();
  s.when(said(ShopReport::cancelled, 4)).nothing_happened();
  s.when(said(ShopReport::open, 5)).nothing_happened();   // of the same second, and behind what is known
  CHECK(s.workshop.orders.size() == 1);
}

TEST_CASE("shop orders: reports that come in any order end as the latest says") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::cancelled, 3));
  s.when(said(ShopReport::paid, 2)).nothing_happened();
  CHECK(the_order(s).status == Status::cancelled);
  CHECK(the_order(s).production.empty());
}

TEST_CASE("shop orders: the same number from two shops is two orders") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  orders::ObserveShopOrder other = said(ShopReport::paid);
  other.shop = "second";
  s.given(other);
  CHECK(s.workshop.orders.size() == 2);
  CHECK(count(s, "order.placed") == 2);
}

TEST_CASE("shop orders: an unknown SKU holds only its line, and a mapping lets it go on") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00001", "Turtle", 1, 1'500}, {"l2", "SQ-77", "Turtle, gift", 3, 1'000}}));
  CHECK(the_order(s).production.size() == 1);
  s.given(production::CompleteProduction{first_production(s).id});
  CHECK(the_order(s).status == Status::queued);   // it waits for the other line
  s.when(products::MapSku{"squarespace", "main", "SQ-77", ProductId("turtle")}).with("order.line_mapped").with("production.order_created");
  CHECK(the_order(s).production.size() == 2);
  s.given(production::CompleteProduction{the_order(s).production.at(1)});
  CHECK(the_order(s).status == Status::printed);
  CHECK(s.workshop.held_lines.empty());
}

TEST_CASE("shop orders: a product that is defined later is known by its own SKU; one line can be mapped alone") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid, 1, {{"l1", "LATER", "", 1, 100}, {"l2", "ODD", "", 1, 100}}));
  products::DefineProduct later{ProductId("later"), "LATER", {}};
  later.entry.name = "later";
  s.when(later).with("order.line_mapped").with("production.order_created");
  s.when(orders::MapOrderLine{the_order(s).id, "2", ProductId("FG-00001")}).with("production.order_created");
  s.when(orders::MapOrderLine{the_order(s).id, "2", ProductId("later")}).rejected("line-known");
}

TEST_CASE("shop orders: finished units on hand go first, only the rest is made") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 3, "count"});
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00001", "", 5, 1'500}}));
  CHECK(first_production(s).quantity == 2);
  CHECK(turtle(s).allocated == 3);
  s.given(production::CompleteProduction{first_production(s).id});
  CHECK(turtle(s).on_hand == 5);
  CHECK(turtle(s).allocated == 5);
  const OrderId id = the_order(s).id;
  s.given(orders::StartQualityCheck{id}).given(orders::PassQualityCheck{id});
  s.when(shipments::ShipOrder{id, "ups", "1Z"}).with("units.issued").with("effect.requested");
  CHECK(turtle(s).on_hand == 0);
  CHECK(turtle(s).allocated == 0);
}

TEST_CASE("shop orders: what lies on the shelf is not made, and the order is ready for its check at once") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 2, "count"});
  s.when(said(ShopReport::paid)).with("production.order_created", 0).with("order.printed");
  CHECK(the_order(s).status == Status::printed);
}

TEST_CASE("shop orders: the last unit goes to one of two orders") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 1, "count"});
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00001", "", 1, 1'500}, {"l2", "FG-00001", "", 1, 1'500}}));
  CHECK(turtle(s).allocated == 1);
  CHECK(the_order(s).production.size() == 1);
}

TEST_CASE("shop orders: components on hand are used, the rest is made for their assembly") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 3, "count"});
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00002", "Box", 2, 4'000}}));
  REQUIRE(the_order(s).production.size() == 2);   // two boxes, and one turtle of the four
  const production::ProductionOrder& box = first_production(s);
  const ProductionOrderId part = the_order(s).production.at(1);
  CHECK(box.quantity == 2);
  CHECK(s.workshop.production_order(part)->quantity == 1);
  CHECK(s.workshop.production_order(part)->holder == box.id.str());
  s.given(production::CompleteProduction{part});
  CHECK(turtle(s).allocated == 4);
  s.given(production::CompleteProduction{box.id});
  CHECK(turtle(s).on_hand == 0);                  // in the boxes now
  CHECK(s.workshop.product(ProductId("box"))->allocated == 2);
  CHECK(the_order(s).status == Status::printed);
}

TEST_CASE("shop orders: 100 sub-assemblies on hand are not bought again") {
  Scenario s;
  catalogue(s, 0);
  s.given(products::AdjustUnits{ProductId("turtle"), 100, "count"});
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00002", "Box", 5, 4'000}}));
  CHECK(the_order(s).production.size() == 1);
  CHECK(turtle(s).allocated == 10);
  CHECK(s.black().shortages.empty());
}

TEST_CASE("shop orders: a line that the shop changes is made anew, the others go on") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid, 1, {{"l1", "FG-00001", "", 1, 1'500}, {"l2", "FG-00001", "", 2, 1'500}}));
  const ProductionOrderId kept = the_order(s).production.at(0);
  orders::ObserveShopOrder now = said(ShopReport::paid, 2, {{"l1", "FG-00001", "", 1, 1'500}, {"l2", "FG-00001", "", 4, 1'500}});
  now.total = 8'000;
  s.when(now).with("production.cancelled").with("production.order_created").with("payment.amount_changed").with("payment.recorded");
  CHECK(s.workshop.production_order(kept)->status == production::Status::queued);
  CHECK(the_order(s).quantity == 5);
  CHECK(s.black().reserved.milligrams == 200'000);
  s.when(now).nothing_happened();
  s.given(production::CompleteProduction{kept}).given(production::CompleteProduction{the_order(s).production.at(2)});
  CHECK(the_order(s).status == Status::printed);
}

TEST_CASE("shop orders: a cancellation frees material and units; what was sent already stays sent") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 1, "count"});
  s.given(said(ShopReport::paid));
  s.when(said(ShopReport::cancelled, 2)).with("order.cancelled").with("units.released").with("stock.released");
  CHECK(turtle(s).available() == 1);
  CHECK(s.black().reserved.milligrams == 0);
  s.when(said(ShopReport::cancelled, 2)).nothing_happened();
}

TEST_CASE("shop orders: one that the shop called off unpaid is made when its money comes late, or shows what is missing") {
  Scenario s;
  catalogue(s, 0);
  s.given(said(ShopReport::open)).given(said(ShopReport::cancelled, 2));
  CHECK(the_order(s).status == Status::cancelled);
  s.when(said(ShopReport::paid, 3)).with("order.reopened").with("payment.recorded").with("order.paid");
  s.with("production.order_created").with("stock.shortage_noted");
  CHECK(the_order(s).status == Status::queued);
  s.when(said(ShopReport::paid, 3)).nothing_happened();
}

TEST_CASE("shop orders: one that was paid, called off and restored is made anew, holds its goods again and is paid once") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 1, "count"});
  s.given(said(ShopReport::paid)).given(said(ShopReport::cancelled, 2));
  const ProductionOrderId before = first_production(s).id;
  s.when(said(ShopReport::paid, 3)).with("order.reopened").with("order.paid", 0).with("payment.recorded", 0);
  s.with("production.order_created").with("stock.reserved");
  CHECK(the_order(s).status == Status::queued);
  CHECK(turtle(s).allocated == 1);
  CHECK(first_production(s).id != before);
  CHECK(first_production(s).quantity == 1);
  CHECK(s.black().reserved.milligrams == 40'000);
}

TEST_CASE("shop orders: a restored one has the lines that it has now") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid)).given(said(ShopReport::cancelled, 2));
  orders::ObserveShopOrder now = said(ShopReport::paid, 3, {{"l1", "FG-00001", "Turtle", 3, 1'500}});
  now.total = 5'000;
  s.when(now).with("order.reopened").with("order.lines_changed").with("production.order_created").with("payment.recorded");
  CHECK(first_production(s).quantity == 3);
  CHECK(s.payment(the_order(s).id).received == 5'000);
}

TEST_CASE("shop orders: one that is restored unpaid waits for its money again") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::open)).given(said(ShopReport::cancelled, 2));
  s.when(said(ShopReport::open, 3)).then({"order.reopened", "order.observed"});
  CHECK(the_order(s).status == Status::quoted);
  s.when(said(ShopReport::paid, 4)).with("order.paid").with("production.order_created");
}

TEST_CASE("shop orders: one that was heard of as called off is placed so, and made once the shop wants it") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::cancelled));
  s.when(said(ShopReport::paid, 2)).with("order.reopened").with("order.paid").with("production.order_created");
}

TEST_CASE("shop orders: one that was called off and then sent by the shop is shipped, and nothing is made") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::open)).given(said(ShopReport::cancelled, 2));
  s.when(said(ShopReport::fulfilled, 3)).with("order.reopened").with("order.paid").with("order.shipped");
  s.with("production.order_created", 0);
  CHECK(the_order(s).status == Status::shipped);
}

TEST_CASE("shop orders: what an operator called off stays so while the shop repeats itself, but for money that comes after it") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid)).given(orders::CancelOrder{the_order(s).id, "asked for by phone"});
  s.when(said(ShopReport::paid, 2)).with("order.reopened", 0);
  CHECK(the_order(s).status == Status::cancelled);
  Scenario late;
  catalogue(late);
  late.given(said(ShopReport::open)).given(orders::CancelOrder{the_order(late).id, ""});
  late.when(said(ShopReport::open, 2)).with("order.reopened", 0);
  late.when(said(ShopReport::paid, 3)).with("order.reopened").with("order.paid").with("production.order_created");
}

TEST_CASE("shop orders: the operator is told of one that comes back") {
  Scenario s;
  catalogue(s);
  const auto told = [&] {
    return std::ranges::count_if(
        s.journal, [](const NewEvent& event) { return event.event.effect_requested().send_mail().mail() == "new_order"; });
  };
  s.given(said(ShopReport::paid)).given(said(ShopReport::cancelled, 2));
  CHECK(told() == 1);
  s.given(said(ShopReport::paid, 3));
  CHECK(told() == 2);
}

TEST_CASE("shop orders: a refund is the shop's cumulative figure: a part of it leaves the order, all of it ends the order") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  orders::ObserveShopOrder part = said(ShopReport::paid, 2);
  part.refunded = 1'000;
  s.when(part).with("payment.refunded").with("order.refunded", 0);
  s.when(said(ShopReport::refunded, 3)).with("payment.refunded").with("order.refunded").with("production.cancelled");
  CHECK(s.payment(the_order(s).id).refunded == 3'500);
  CHECK(the_order(s).status == Status::refunded);
}

TEST_CASE("shop orders: one that was refunded before we heard of it is placed and over, and nothing is made") {
  Scenario s;
  catalogue(s);
  s.when(said(ShopReport::refunded)).with("order.placed").with("order.refunded").with("production.order_created", 0);
  CHECK(the_order(s).status == Status::refunded);
}

TEST_CASE("shop orders: fulfilled on their side: shipped with their tracking number, nothing more is made and nobody is told twice") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  orders::ObserveShopOrder sent = said(ShopReport::fulfilled, 2);
  sent.carrier = "ups";
  sent.tracking_number = "1Z9";
  s.when(sent).with("order.shipped").with("production.cancelled").with("effect.requested", 0);
  CHECK(s.last("shipment.shipped").shipment_shipped().tracking_number() == "1Z9");
  CHECK(the_order(s).status == Status::shipped);
  s.when(sent).nothing_happened();
}

TEST_CASE("shop orders: one that was fulfilled before we heard of it is paid and shipped, without mails") {
  Scenario s;
  catalogue(s);
  s.when(said(ShopReport::fulfilled)).with("order.paid").with("order.shipped");
  s.with("production.order_created", 0).with("effect.requested", 0);
  CHECK(the_order(s).status == Status::shipped);
}

TEST_CASE("shop orders: a buyer is known again by his address until he is erased") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  const CustomerId first = the_order(s).customer;
  orders::ObserveShopOrder again = said(ShopReport::paid);
  again.external_id = "x2";
  s.given(again);
  CHECK(the_order(s, "x2").customer == first);
  s.given(settings::EraseSubject{first.str()});
  CHECK(the_order(s).ship_to.line1 == "[erased]");
  CHECK(the_order(s).lines.front().title == "[erased]");
  again.external_id = "x3";
  s.given(again);
  CHECK(the_order(s, "x3").customer != first);
  s.when(said(ShopReport::paid, 9)).then({"order.observed"});   // and nothing personal comes back
}

TEST_CASE("shop orders: what makes no sense is refused") {
  Scenario s;
  catalogue(s);
  orders::ObserveShopOrder command = said(ShopReport::paid);
  command.lines.clear();
  s.when(command).rejected("bad-order-lines");
  command = said(ShopReport::paid);
  command.lines.front().quantity = 0;
  s.when(command).rejected("bad-order-lines");
  command = said(ShopReport::paid);
  command.currency = "EUR";
  s.when(command).rejected("other-currency");
  command = said(ShopReport::paid);
  command.external_id.clear();
  s.when(command).rejected("bad-shop-order");
}

TEST_CASE("shop orders: without prices the catalogue's count") {
  Scenario s;
  catalogue(s);
  orders::ObserveShopOrder command = said(ShopReport::open, 1, {{"", "FG-00001", "", 3, -1}});
  command.source = "manual";
  command.total = -1;
  s.given(command);
  CHECK(s.last("order.placed").order_placed().total() == 5'000);   // three at 15.00, and 5.00 of shipping
}

TEST_CASE("shop orders: bad pieces are scrapped and made again") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  const ProductionOrderId made = first_production(s).id;
  const OrderId id = the_order(s).id;
  s.given(production::CompleteProduction{made}).given(orders::StartQualityCheck{id});
  s.when(orders::FailQualityCheck{id, "warped", 1, ""}).with("units.scrapped").with("production.reprint_needed").with("stock.reserved");
  CHECK(turtle(s).on_hand == 1);
  s.when(production::CompleteProduction{made}).with("units.received");
  CHECK(turtle(s).on_hand == 2);
  CHECK(turtle(s).allocated == 2);
  CHECK(the_order(s).status == Status::printed);
}

TEST_CASE("shop orders: bad pieces from the shelf are scrapped and made anew") {
  Scenario s;
  catalogue(s);
  s.given(products::AdjustUnits{ProductId("turtle"), 2, "count"});
  s.given(said(ShopReport::paid));
  const OrderId id = the_order(s).id;
  s.given(orders::StartQualityCheck{id});
  s.when(orders::FailQualityCheck{id, "dusty", 1, ""}).with("units.scrapped").with("production.order_created");
  CHECK(turtle(s).on_hand == 1);
  s.given(production::CompleteProduction{first_production(s).id});
  CHECK(turtle(s).allocated == 2);
  CHECK(the_order(s).status == Status::printed);
}

TEST_CASE("reorder: a catalogue order again at today's prices, a quote's at the quote's") {
  Scenario s;
  catalogue(s);
  s.given(said(ShopReport::paid));
  products::Entry dearer = turtle(s).entry;
  dearer.price = 2'000;
  s.given(products::ChangeProduct{ProductId("turtle"), dearer});
  s.given(orders::ReorderOrder{the_order(s).id, OrderId("again")});
  CHECK(s.order(OrderId("again")).total == 4'500);
  CHECK(s.order(OrderId("again")).customer == the_order(s).customer);
  s.when(orders::ReorderOrder{the_order(s).id, OrderId("again")}).nothing_happened();
  const OrderId quoted = s.paid(black_pieces(2));
  s.given(orders::ReorderOrder{quoted, OrderId("more")});
  CHECK(s.order(OrderId("more")).total == s.order(quoted).total);
  s.when(payments::RecordPayment{OrderId("more"), 0, "cash", ""}).with("production.order_created");
  const production::ProductionOrder& more = s.production_of(OrderId("more"));
  CHECK(more.model == s.production_of(quoted).model);
  CHECK(more.quantity == 2);
}

TEST_CASE("production by hand: for the stock, with components of its own, and received when done") {
  Scenario s;
  catalogue(s);
  s.given(production::CreateProduction{ProductionOrderId("by-hand"), ProductId("FG-00002"), 2, false});
  s.with("production.order_created", 2);
  const production::ProductionOrder* part = nullptr;
  for (const auto& [id, production] : s.workshop.production)
    if (production.holder == "by-hand") part = &production;
  REQUIRE(part != nullptr);
  CHECK(part->quantity == 4);
  s.given(production::CompleteProduction{part->id}).given(production::CompleteProduction{ProductionOrderId("by-hand")});
  CHECK(s.workshop.product(ProductId("box"))->available() == 2);
  CHECK(turtle(s).on_hand == 0);
  s.when(production::CreateProduction{ProductionOrderId("by-hand"), ProductId("box"), 2, false}).nothing_happened();
  s.when(production::CreateProduction{ProductionOrderId("other"), ProductId("nobody"), 2, false}).rejected("not-found");
}

TEST_CASE("production by hand: it is printed like any other, without an order") {
  Scenario s;
  catalogue(s);
  const PrinterId on = s.printer();
  s.given(production::CreateProduction{ProductionOrderId("by-hand"), ProductId("turtle"), 1, false});
  const PrintJobId job = s.workshop.printer(on)->job;
  REQUIRE_FALSE(job.empty());
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::finished, .reason = {}});
  CHECK(turtle(s).on_hand == 1);
}

}  // namespace layerline::test
