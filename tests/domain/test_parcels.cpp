// An order that leaves in several parcels.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using orders::ShopReport;
using orders::Status;
using shipments::ShipOrder;
namespace {

// Turtles and boxes are printed each in one piece; two turtles lie on the shelf.
void catalogue(Scenario& s) {
  s.stock(1'000'000);
  for (const char* name : {"turtle", "box"}) {
    products::DefineProduct define{ProductId(name), std::string("SKU-") + name, {}};
    define.entry.name = name;
    s.given(define);
    s.given(products::DefineBom{ProductId(name), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 1'000}}});
  }
  s.given(products::AdjustUnits{ProductId("turtle"), 2, "count"});
}

orders::ObserveShopOrder said(std::int64_t modified = 1, std::int64_t turtles = 5, std::int64_t boxes = 1,
                              ShopReport report = ShopReport::paid) {
  orders::ObserveShopOrder command{.source = "woocommerce", .shop = "main", .external_id = "x1", .external_number = "100",
                                   .report = report, .modified = {modified}, .lines = {}, .shipping = 0, .total = 3'500, .refunded = 0,
                                   .currency = "USD", .ship_to = address(), .customer_name = "Ada", .customer_mail = "ada@example.org",
                                   .tracking_number = {}, .carrier = {}};
  if (turtles > 0) command.lines.push_back({"l1", "SKU-turtle", "Turtle", turtles, 500});
  if (boxes > 0) command.lines.push_back({"l2", "SKU-box", "Box", boxes, 1'000});
  return command;
}

const orders::Order& the_order(const Scenario& s) {
  return *s.workshop.order(orders::order_of(s.workshop, "woocommerce", "main", "x1"));
}

// Five turtles, two of them from the shelf, and a box.
OrderId ordered(Scenario& s) {
  catalogue(s);
  s.given(shops::ConnectShop{.shop = "main", .source = "woocommerce", .base_url = "https://shop.example", .consumer_key = "ck",
                             .consumer_secret = "cs"});
  s.given(said());
  return the_order(s).id;
}

void make(Scenario& s, const std::string& line) {
  for (const ProductionOrderId& id : the_order(s).production)
    if (const auto& production = s.workshop.production.at(id);
        production.line == line && production.status != production::Status::cancelled && production.status != production::Status::completed)
      s.given(production::CompleteProduction{id});
}

void check(Scenario& s) {
  s.given(orders::StartQualityCheck{the_order(s).id}).given(orders::PassQualityCheck{the_order(s).id});
}

void print_one(Scenario& s) {
  const PrintJobId job = s.workshop.jobs.begin()->first;
  for (const printing::Sight sight : {printing::Sight::started, printing::Sight::finished})
    s.given(printing::ObservePrint{.job = job, .sight = sight, .reason = {}});
}

// What the shop is to be told of its orders, in order.
std::vector<events::PushFulfilment> told_parcels(const Scenario& s) {
  std::vector<events::PushFulfilment> told;
  for (const NewEvent& event : s.journal)
    if (event.event.effect_requested().has_push_fulfilment()) told.push_back(event.event.effect_requested().push_fulfilment());
  return told;
}

const products::Product& turtle(const Scenario& s) { return *s.workshop.product(ProductId("turtle")); }

}  // namespace

TEST_CASE("parcels: what is held for a line leaves while the rest is made, and the last parcel ships the order") {
  Scenario s;
  const OrderId id = ordered(s);
  s.when(ShipOrder{id, "ups", "1Z-1", {{"1", 3}}}).rejected("pieces-not-ready");
  s.when(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}})
      .then({"shipment.shipped", "order.partly_shipped", "effect.requested", "units.issued", "effect.requested"});
  CHECK(s.last("effect.requested").effect_requested().send_mail().tracking_number() == "1Z-1");
  CHECK(s.last("effect.requested").effect_requested().send_mail().detail() == "part");
  CHECK(turtle(s).on_hand == 0);
  CHECK(the_order(s).status == Status::queued);
  CHECK(the_order(s).lines.at(0).sent == 2);
  s.when(ShipOrder{id, "ups", "1Z-2", {{"1", 4}}}).rejected("quantity-out-of-range");   // three are left of it
  make(s, "1");
  CHECK(turtle(s).allocated == 3);
  s.given(ShipOrder{id, "ups", "1Z-2", {{"1", 3}}});
  CHECK(the_order(s).status == Status::queued);   // the box
  make(s, "2");
  s.when(ShipOrder{id, "ups", "1Z-3", {{"2", 1}}}).rejected("order-not-ready-to-ship");   // nobody has checked it
  check(s);
  s.when(ShipOrder{id, "ups", "1Z-3"}).with("order.shipped").with("units.issued").with("effect.requested", 2);
  CHECK(s.effects_of("push_fulfilment").size() == 3);
  CHECK(the_order(s).parcels.size() == 3);
  CHECK(the_order(s).sent == 6);
  s.when(ShipOrder{id, "ups", "1Z-3"}).nothing_happened();
  s.when(ShipOrder{id, "ups", "1Z-4", {{"1", 1}}}).rejected("order-not-ready-to-ship");
}

TEST_CASE("parcels: a parcel says what lies in it, each line once") {
  Scenario s;
  const OrderId id = ordered(s);
  s.when(ShipOrder{id, "ups", "1Z", {{"", 1}}}).rejected("line-needed");
  s.when(ShipOrder{id, "ups", "1Z", {{"9", 1}}}).rejected("quantity-out-of-range");
  s.when(ShipOrder{id, "ups", "1Z", {{"1", 0}}}).rejected("quantity-out-of-range");
  s.when(ShipOrder{id, "ups", "1Z", {{"1", 1}, {"1", 1}}}).rejected("line-twice");
  s.when(ShipOrder{id, "ups", "", {{"1", 1}}}).rejected("tracking-incomplete");
  s.when(ShipOrder{id, "ups", "1Z"}).rejected("order-not-ready-to-ship");
  s.given(orders::HoldOrder{id, ""});
  s.when(ShipOrder{id, "ups", "1Z", {{"1", 1}}}).rejected("order-not-ready-to-ship");
}

TEST_CASE("parcels: each has a label of its own, asked for once something is there") {
  Scenario s;
  catalogue(s);
  s.given(said(1, 0, 2));
  const OrderId id = the_order(s).id;
  s.when(shipments::RequestLabel{id, "ups"}).rejected("order-not-ready-to-ship");   // no box is made yet
  s.given(said(2, 2, 2));
  s.when(shipments::RequestLabel{id, "ups"}).then({"shipment.label_requested"});
  const std::string first = s.last("shipment.label_requested").shipment_label_requested().shipment();
  s.when(shipments::RequestLabel{id, "ups"}).nothing_happened();
  s.given(ShipOrder{id, "ups", "1Z-1", {{"2", 1}}});
  CHECK(the_order(s).parcels.at(0).str() == first);
  s.when(shipments::RequestLabel{id, "ups"}).then({"shipment.label_requested"});
  CHECK(s.last("shipment.label_requested").shipment_label_requested().shipment() != first);
}

TEST_CASE("parcels: they arrive one by one, and the order with the last of them") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}});
  s.when(shipments::DeliverOrder{id}).rejected("order-not-shipped");
  s.when(shipments::DeliverOrder{id, ShipmentId("none")}).rejected("not-found");
  make(s, "1");
  make(s, "2");
  check(s);
  s.given(ShipOrder{id, "ups", "1Z-2"});
  s.when(shipments::DeliverOrder{id, the_order(s).parcels.at(1)}).then({"shipment.delivered"});
  s.when(shipments::DeliverOrder{id, the_order(s).parcels.at(1)}).nothing_happened();
  s.when(shipments::DeliverOrder{id, the_order(s).parcels.at(0)}).with("shipment.delivered").with("order.delivered");
  CHECK(the_order(s).status == Status::delivered);
}

TEST_CASE("parcels: an order of a quote leaves piece by piece, once all its parts are printed and finished") {
  Scenario s;
  s.stock(1'000'000);
  s.printer();
  quotes::Options options = black_pieces(3);
  options.finish = "sanded";
  const OrderId id = s.paid(options);
  s.sliced(s.production_of(id).id);
  print_one(s);
  s.when(ShipOrder{id, "ups", "1Z", {{"", 1}}}).rejected("pieces-not-ready");   // nobody has sanded it

  Scenario plain;
  plain.stock(1'000'000);
  plain.printer();
  const OrderId quick = plain.paid(black_pieces(3));
  plain.sliced(plain.production_of(quick).id);
  plain.when(ShipOrder{quick, "ups", "1Z", {{"", 1}}}).rejected("pieces-not-ready");
  print_one(plain);
  plain.when(ShipOrder{quick, "ups", "1Z", {{"", 1}}}).with("order.partly_shipped");
  plain.when(ShipOrder{quick, "ups", "1Z", {{"", 1}}}).rejected("pieces-not-ready");   // the second is not printed yet
  CHECK(plain.order(quick).sent == 1);
}

TEST_CASE("parcels: what has left is not printed again when the rest fails its check") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}});
  make(s, "1");
  make(s, "2");
  s.given(orders::StartQualityCheck{id});
  s.when(orders::FailQualityCheck{id, "", 4, "1"}).rejected("quantity-out-of-range");
  s.when(orders::FailQualityCheck{id, "", 3, "1"}).with("units.scrapped");
  CHECK(shipments::ready(the_order(s), "1", s.workshop) == 0);
  make(s, "1");
  CHECK(shipments::ready(the_order(s), "1", s.workshop) == 3);
}

TEST_CASE("parcels: once a part has left, cancelling ends the order with it") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 1}}});
  s.when(orders::CancelOrder{id, "too late"}).with("order.rest_cancelled").with("production.cancelled", 2).with("units.released");
  s.with("order.shipped").with("payment.refunded", 0);
  CHECK(s.last("order.rest_cancelled").order_rest_cancelled().pieces(0).quantity() == 4);
  CHECK(the_order(s).status == Status::shipped);
  CHECK(turtle(s).available() == 1);
  s.when(orders::CancelOrder{id, ""}).rejected("order-not-cancellable");
  s.when(shipments::DeliverOrder{id}).with("order.delivered");

  Scenario arrived;
  const OrderId other = ordered(arrived);
  arrived.given(ShipOrder{other, "ups", "1Z-1", {{"1", 1}}});
  arrived.given(shipments::DeliverOrder{other, the_order(arrived).parcels.at(0)});
  arrived.when(orders::CancelOrder{other, ""}).with("order.shipped").with("order.delivered");
}

TEST_CASE("parcels: a shop that cancels after a part has left cancels the rest, and is told nothing") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 1}}});
  const std::size_t told = told_parcels(s).size();
  s.when(said(2, 5, 1, ShopReport::cancelled)).with("order.rest_cancelled").with("order.shipped");
  CHECK(told_parcels(s).size() == told);
}

TEST_CASE("parcels: a shop is told of each with its number and what lies in it, and that the last one is the last") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}});
  make(s, "1");
  make(s, "2");
  check(s);
  s.given(ShipOrder{id, "dhl", "D-2"});
  const std::vector<events::PushFulfilment> told = told_parcels(s);
  REQUIRE(told.size() == 2);
  CHECK(told.at(0).external_order() == "x1");
  CHECK(told.at(0).carrier() == "ups");
  CHECK(told.at(0).tracking_number() == "1Z-1");
  CHECK(told.at(0).more_follow());
  REQUIRE(told.at(0).lines_size() == 1);
  CHECK(told.at(0).lines(0).sku() == "SKU-turtle");
  CHECK(told.at(0).lines(0).quantity() == 2);
  CHECK(told.at(1).tracking_number() == "D-2");
  CHECK_FALSE(told.at(1).more_follow());
  CHECK(told.at(1).lines_size() == 2);
}

TEST_CASE("parcels: of an order that leaves in one, a shop is told what it always was") {
  Scenario s;
  const OrderId id = ordered(s);
  make(s, "1");
  make(s, "2");
  check(s);
  s.given(ShipOrder{id, "ups", "1Z"});
  REQUIRE(told_parcels(s).size() == 1);
  CHECK(told_parcels(s).front().lines().empty());
  CHECK_FALSE(told_parcels(s).front().more_follow());
}

TEST_CASE("parcels: when the rest is called off, the shop hears that the parcel which left was the last") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 1}}});
  s.given(orders::CancelOrder{id, "no more"});
  REQUIRE(told_parcels(s).size() == 2);
  CHECK(told_parcels(s).back().tracking_number() == "1Z-1");
  CHECK_FALSE(told_parcels(s).back().more_follow());
}

TEST_CASE("parcels: a shop that calls the order fulfilled for a parcel of ours does not end it; a number of its own does") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}});
  orders::ObserveShopOrder echo = said(2, 5, 1, ShopReport::fulfilled);
  echo.tracking_number = "1Z-1";
  s.when(echo).then({"order.observed"});
  s.when(echo).nothing_happened();
  CHECK(the_order(s).status == Status::queued);
  make(s, "1");
  s.given(ShipOrder{id, "ups", "1Z-2", {{"1", 3}}});
  CHECK(told_parcels(s).size() == 2);   // and of the second one it is told as well

  orders::ObserveShopOrder theirs = said(3, 5, 1, ShopReport::fulfilled);
  theirs.tracking_number = "9X";
  s.when(theirs).with("order.shipped");
  CHECK(the_order(s).status == Status::shipped);
  CHECK(told_parcels(s).size() == 2);
}

TEST_CASE("parcels: a source that changes its lines keeps what has left, and only the rest is made anew") {
  Scenario s;
  const OrderId id = ordered(s);
  s.given(ShipOrder{id, "ups", "1Z-1", {{"1", 2}}});
  s.given(said(2, 3, 1));
  CHECK(the_order(s).lines.at(0).quantity == 3);
  CHECK(the_order(s).lines.at(0).sent == 2);
  make(s, "1");
  CHECK(turtle(s).allocated == 1);
  s.given(said(3, 0, 1));   // the turtles are taken back; two are on their way
  CHECK(the_order(s).lines.at(1).quantity == 2);
  CHECK(turtle(s).allocated == 0);
  for (int i = 0; i < 3; ++i) s.when(said(3, 0, 1)).nothing_happened();
  s.when(said(4, 2, 0)).with("order.shipped");   // and now the box: nothing is left to send
  CHECK(the_order(s).status == Status::shipped);
  CHECK(id == the_order(s).id);
}

TEST_CASE("parcels: a parcel of a journal from before says nothing of its pieces, and holds all of the order") {
  Scenario s;
  const OrderId id = ordered(s);
  events::Event old;
  old.mutable_shipment_shipped()->set_shipment("parcel");
  old.mutable_shipment_shipped()->set_order(id.str());
  evolve(s.workshop, "shipment/parcel", old, s.now);
  CHECK(the_order(s).sent == 6);
  CHECK(orders::left(the_order(s)).empty());
}

}  // namespace layerline::test
