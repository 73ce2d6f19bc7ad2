#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using payments::ObservePayment;
using payments::Report;
using payments::Status;
namespace {
constexpr std::int64_t total = 1790;   // of one black piece
ObservePayment saw(const Scenario& s, const OrderId& order, Report report, std::int64_t received, std::int64_t refunded = 0) {
  return {s.order(order).payment, "evt", report, received, 0, refunded, "usd", "card_declined"};
}
OrderId with_intent(Scenario& s) {
  const OrderId order = s.ordered(black_pieces());
  s.given(payments::RecordIntent{s.effects_of("create_payment_intent").at(0), s.order(order).payment, "stripe", "pi_1", "secret"});
  return order;
}
}  // namespace

TEST_CASE("payments: totals are the provider's figures, so repeated reports add nothing") {
  Scenario s;
  const OrderId order = with_intent(s);
  s.when(saw(s, order, Report::succeeded, 1000)).then({"payment.progressed"});
  CHECK(s.payment(order).status == Status::partly_paid);
  s.when(saw(s, order, Report::succeeded, 1000)).nothing_happened();
  s.when(saw(s, order, Report::succeeded, total)).with("payment.succeeded").with("order.paid");
  s.when(saw(s, order, Report::succeeded, total)).nothing_happened();
  s.when(saw(s, order, Report::failed, 0)).nothing_happened();
  CHECK(s.payment(order).received == total);
}

TEST_CASE("payments: a failure is followed by another try, and another failure") {
  Scenario s;
  const OrderId order = with_intent(s);
  s.when(saw(s, order, Report::failed, 0)).then({"payment.failed", "effect.requested"});
  s.when(saw(s, order, Report::failed, 0)).nothing_happened();
  s.given(saw(s, order, Report::processing, 0));
  s.when(saw(s, order, Report::failed, 0)).then({"payment.failed", "effect.requested"});
  s.when(saw(s, order, Report::succeeded, total)).with("order.paid");
}

TEST_CASE("payments: a refused card is told to who waits for the order, and nobody is told once the order is over") {
  Scenario s;
  const OrderId order = with_intent(s);
  s.given(saw(s, order, Report::failed, 0));
  const events::SendMail& mail = s.last("effect.requested").effect_requested().send_mail();
  CHECK(mail.mail() == "payment_failed");
  CHECK(mail.order() == order.str());
  CHECK(mail.number() == s.order(order).number);
  CHECK(mail.total() == total);
  CHECK(mail.detail() == "card_declined");
  const OrderId again("again");
  s.given(orders::ReorderOrder{order, again});
  s.when(saw(s, again, Report::failed, 0)).then({"payment.failed", "effect.requested"});
  CHECK(s.last("effect.requested").effect_requested().send_mail().order() == again.str());
  s.given(saw(s, again, Report::processing, 0)).given(orders::CancelOrder{again, ""});
  s.when(saw(s, again, Report::cancelled, 0)).then({"payment.failed"});   // our own doing
}

TEST_CASE("payments: a report that comes before the intent's answer opens the payment, and a late refusal does not close it") {
  Scenario s;
  const OrderId order = s.ordered(black_pieces());
  s.given(saw(s, order, Report::processing, 0));
  CHECK(s.payment(order).status == Status::open);
  s.given(payments::RecordIntentRefusal{s.effects_of("create_payment_intent").at(0), s.order(order).payment, "not configured"});
  CHECK(s.payment(order).status == Status::open);
  s.when(saw(s, order, Report::failed, 0)).then({"payment.failed", "effect.requested"});
}

TEST_CASE("payments: money that is only under way pays nothing and hides nothing") {
  Scenario s;
  const OrderId order = with_intent(s);
  s.when(saw(s, order, Report::processing, total)).with("order.paid", 0);
  s.when(saw(s, order, Report::succeeded, total)).with("order.paid");
}

TEST_CASE("payments: a refund that overtakes its payment ends the order before anything is made") {
  for (const std::int64_t received : {total, std::int64_t{0}}) {
    Scenario s;
    s.stock(1'000'000);
    const OrderId order = with_intent(s);
    s.given(saw(s, order, Report::refunded, received, total));
    s.given(saw(s, order, Report::succeeded, total));
    CHECK(s.payment(order).status == Status::refunded);
    CHECK(s.order(order).status == orders::Status::refunded);
    CHECK(s.order(order).production.empty());
    CHECK(s.black().reserved.milligrams == 0);
  }
}

TEST_CASE("payments: another currency is refused") {
  Scenario s;
  const OrderId order = with_intent(s);
  ObservePayment report = saw(s, order, Report::succeeded, total);
  report.currency = "eur";
  s.when(report).rejected("currency-mismatch");
}

TEST_CASE("payments: refunds go back the way that the money came") {
  Scenario s;
  const OrderId order = with_intent(s);
  s.when(payments::RefundPayment{s.order(order).payment, 0}).rejected("nothing-to-refund");
  s.given(saw(s, order, Report::succeeded, total));
  s.when(payments::RefundPayment{s.order(order).payment, total + 1}).rejected("amount-out-of-range");
  s.when(payments::RefundPayment{s.order(order).payment, 500}).then({"payment.refund_requested", "effect.requested"});
  CHECK(s.last("payment.refund_requested").payment_refund_requested().effect() == s.effects_of("create_refund").at(0).str());
  s.given(saw(s, order, Report::refunded, total, 500));
  CHECK(s.payment(order).status == Status::partly_refunded);
  CHECK(s.order(order).status == orders::Status::queued);
  s.when(saw(s, order, Report::refunded, total, total)).with("order.refunded").with("production.cancelled");

  Scenario cash;
  const OrderId other = with_intent(cash);   // the intent was never paid
  cash.given(payments::RecordPayment{other, 0, "cash", ""});
  cash.when(payments::RefundPayment{cash.order(other).payment, 0}).with("payment.refunded").with("order.refunded");
  CHECK(cash.effects_of("create_refund").empty());
}

}  // namespace layerline::test
