#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using orders::Status;
namespace {

// An order in the given state, reached the ordinary way.
OrderId order_in(Scenario& s, Status wanted) {
  if (wanted == Status::quoted) return s.ordered(black_pieces());
  const PrintJobId job = s.printing();
  const OrderId id = s.workshop.quote(QuoteId("q"))->order;
  const std::vector<Command> steps = {printing::ObservePrint{.job = job, .sight = printing::Sight::finished, .reason = {}},
                                      orders::StartQualityCheck{id}, orders::PassQualityCheck{id}, shipments::ShipOrder{id, "ups", "1Z"},
                                      shipments::DeliverOrder{id}, orders::CompleteOrder{id}};
  for (std::size_t i = 0; s.order(id).status != wanted; ++i) s.given(steps.at(i));
  return id;
}

}  // namespace

TEST_CASE("orders: the whole way, each step once") {
  Scenario s;
  const OrderId id = order_in(s, Status::ready_to_ship);
  s.when(shipments::RequestLabel{id, "ups"}).then({"shipment.label_requested"});
  s.when(shipments::RequestLabel{id, "ups"}).nothing_happened();
  s.when(shipments::ShipOrder{id, "ups", ""}).rejected("tracking-incomplete");
  s.when(shipments::DeliverOrder{id}).rejected("order-not-shipped");
  s.when(shipments::ShipOrder{id, "ups", "1Z"}).then({"shipment.shipped", "order.shipped", "effect.requested"});
  CHECK(s.last("effect.requested").effect_requested().send_mail().tracking_number() == "1Z");
  s.when(shipments::ShipOrder{id, "ups", "1Z"}).nothing_happened();
  s.when(shipments::DeliverOrder{id}).then({"shipment.delivered", "order.delivered", "effect.requested"});
  s.when(orders::CompleteOrder{id}).then({"order.completed"});
  s.when(orders::CompleteOrder{id}).nothing_happened();
}

TEST_CASE("orders: hold, cancel and a new address are possible until the parcel has left") {
  for (const Status status : {Status::quoted, Status::printing, Status::printed, Status::quality_check, Status::ready_to_ship}) {
    Scenario s;
    const OrderId id = order_in(s, status);
    s.when(orders::ChangeShipping{id, address()}).then({"order.shipping_changed"});
    s.when(orders::HoldOrder{id, ""}).with("order.held");
    s.when(orders::ResumeOrder{id}).with("order.resumed");
    s.when(orders::CancelOrder{id, ""}).with("order.cancelled");
    s.when(orders::CancelOrder{id, ""}).nothing_happened();
    s.when(orders::HoldOrder{id, ""}).rejected("order-not-holdable");
  }
  for (const Status status : {Status::shipped, Status::delivered, Status::complete}) {
    Scenario s;
    const OrderId id = order_in(s, status);
    s.when(orders::ChangeShipping{id, address()}).rejected("order-already-shipped");
    s.when(orders::HoldOrder{id, ""}).rejected("order-not-holdable");
    s.when(orders::CancelOrder{id, ""}).rejected("order-not-cancellable");
    s.when(payments::RefundPayment{s.order(id).payment, 0}).with("order.refunded");   // money can go back at any time
  }
}

TEST_CASE("orders: cancelling while a piece is printed stops it and frees what it did not use") {
  Scenario s;
  const OrderId id = order_in(s, Status::printing);
  const PrintJobId job = s.workshop.jobs.begin()->first;
  s.when(orders::CancelOrder{id, ""}).with("production.cancelled").with("print.stop_requested");
  CHECK(s.black().reserved.milligrams == 45'300);   // still on the printer
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::cancelled, .layer = 20, .reason = {}});
  CHECK(s.black().reserved.milligrams == 0);
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 4'530);
}

TEST_CASE("orders: a failed quality check prints the bad pieces again, with material of their own") {
  Scenario s;
  const OrderId id = order_in(s, Status::quality_check);
  s.when(orders::FailQualityCheck{id, "", 2}).rejected("quantity-out-of-range");
  s.when(orders::FailQualityCheck{id, "crack", 1}).with("production.reprint_needed").with("stock.reserved");
  CHECK(s.order(id).status == Status::queued);
  s.when(printing::ClearPlate{PrinterId("p1")}).with("print.dispatched");
}

TEST_CASE("orders: a reprint of a production order that is short already asks for both") {
  Scenario s;
  s.stock(2 * 45'300);
  const OrderId id = s.paid(black_pieces(2));
  s.printer();
  s.sliced(s.production_of(id).id);
  const PrintJobId job = s.workshop.printer(PrinterId("p1"))->job;
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-45'301}, "count"});
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::failed_to_start, .reason = "sd"});
  CHECK(inventory::short_by(s.black(), s.production_of(id).id).milligrams == 45'300);   // one piece is open
  s.given(production::StartProduction{s.production_of(id).id});
  CHECK(inventory::short_by(s.black(), s.production_of(id).id).milligrams == 2 * 45'300);
}

TEST_CASE("orders: one that was released cannot be completed before it is paid") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId id = s.ordered(black_pieces());
  s.given(orders::ReleaseOrder{id, ""}).given(production::CompleteProduction{s.production_of(id).id}).given(orders::StartQualityCheck{id});
  s.given(orders::PassQualityCheck{id}).given(shipments::ShipOrder{id, "ups", "1Z"}).given(shipments::DeliverOrder{id});
  s.when(orders::CompleteOrder{id}).rejected("order-not-paid");
  s.given(payments::RecordPayment{id, 0, "cash", ""});
  s.when(orders::CompleteOrder{id}).then({"order.completed"});
}

}  // namespace layerline::test
