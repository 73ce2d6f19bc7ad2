#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {

TEST_CASE("acceptance: one commit makes the product, its bill of materials per unit, the order and the payment request") {
  Scenario s;
  const QuoteId q = s.quoted(black_pieces(50), {.milligrams = 125'500});
  s.when(quotes::AcceptQuote{q, address()});
  s.then({"quote.accepted", "product.created", "product.bom_defined", "order.placed", "payment.requested", "effect.requested"});
  CHECK(s.last("product.created").product_created().sku() == "CUSTOM-Q-2026-001");
  CHECK(s.last("product.bom_defined").product_bom_defined().lines(0).milligrams_per_unit() == 125'500);
  CHECK(s.last("order.placed").order_placed().number() == "SO-2026-001");
  CHECK(s.last("order.placed").order_placed().type() == "quote_based");
  CHECK(s.last("payment.requested").payment_requested().amount() == s.workshop.quote(q)->price.total);
}

TEST_CASE("acceptance: accepting an accepted quote again changes nothing, and its order is the same") {
  Scenario s;
  const OrderId order = s.ordered(black_pieces());
  s.when(quotes::AcceptQuote{QuoteId("q"), address()}).nothing_happened();
  CHECK(s.workshop.quote(QuoteId("q"))->order == order);
}

TEST_CASE("acceptance: without an address there is no order") {
  Scenario s;
  s.when(quotes::AcceptQuote{s.quoted(), {}}).rejected("address-incomplete");
}

TEST_CASE("paid: one commit confirms the order, makes its production orders and reserves 6,275 g for 50 pieces of 125.5 g") {
  Scenario s;
  s.stock(10'000'000);
  const OrderId order = s.ordered(black_pieces(50), {.milligrams = 125'500});
  s.when(payments::ObservePayment{s.order(order).payment, "evt_1", payments::Report::succeeded, s.order(order).total, 0, 0, "usd", ""});
  s.with("payment.succeeded").with("order.paid").with("production.order_created").with("order.queued").with("stock.reserved");
  CHECK(s.last("production.order_created").production_order_created().number() == "PO-2026-001");
  CHECK(s.black().reserved.milligrams == 6'275'000);
  CHECK(s.order(order).status == orders::Status::queued);
}

TEST_CASE("paid: an operator records money from elsewhere, named in the event, and the provider's intent is cancelled") {
  Scenario s;
  const OrderId order = s.ordered(black_pieces());
  s.given(payments::RecordIntent{s.effects_of("create_payment_intent").at(0), s.order(order).payment, "stripe", "pi_1", "secret"});
  s.when(payments::RecordPayment{order, 0, "bank", "42"}).with("payment.recorded").with("order.paid");
  CHECK(s.last("payment.recorded").payment_recorded().by() == "operator:1");
  CHECK(s.effects_of("cancel_payment_intent").size() == 1);
  s.when(payments::RecordPayment{order, 0, "bank", "42"}).nothing_happened();
}

TEST_CASE("paid: an intent that arrives after the order was cancelled is cancelled at once") {
  Scenario s;
  const OrderId order = s.ordered(black_pieces());
  s.given(orders::CancelOrder{order, ""});
  s.when(payments::RecordIntent{s.effects_of("create_payment_intent").at(0), s.order(order).payment, "stripe", "pi_1", "secret"});
  CHECK(s.effects_of("cancel_payment_intent").size() == 1);
}

TEST_CASE("release: production starts before the payment, which comes later and makes no second production order") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId order = s.ordered(black_pieces());
  s.when(orders::ReleaseOrder{order, "known customer"}).with("order.released").with("production.order_created").with("stock.reserved");
  CHECK(s.last("order.released").order_released().by() == "operator:1");
  s.when(orders::ReleaseOrder{order, ""}).nothing_happened();
  s.when(payments::RecordPayment{order, 0, "cash", ""}).with("order.paid").with("production.order_created", 0);
  CHECK(s.order(order).status == orders::Status::queued);
}

TEST_CASE("paid: a price set to nothing needs no payment") {
  Scenario s;
  const QuoteId q = s.draft(black_pieces());
  s.analyse(q, {.warnings = {"thin"}});
  s.given(quotes::RepriceQuote{q, 0}).given(quotes::ApproveQuote{q});
  s.when(quotes::AcceptQuote{q, address()}).with("order.paid").with("order.queued");
  CHECK(s.effects_of("create_payment_intent").empty());
}

}  // namespace layerline::test
