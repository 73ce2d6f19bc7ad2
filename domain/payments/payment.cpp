#include "domain/payments/payment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "domain/workshop/workshop.hpp"

namespace layerline::payments {
namespace {

std::string stream(const PaymentId& id) { return "payment/" + id.str(); }

Payment& edit(Workshop& workshop, const std::string& id) { return workshop.payments.at(PaymentId(id)); }

bool same_currency(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

Status status_of_figures(const Payment& payment) {
  if (payment.refunded > 0) return payment.refunded >= payment.received ? Status::refunded : Status::partly_refunded;
  if (payment.received >= payment.amount) return Status::succeeded;
  return payment.received > 0 ? Status::partly_paid : payment.status;
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PaymentRequested& event, Time) {
  const PaymentId id(event.payment());
  workshop.payments.emplace(id, Payment{.id = id, .order = OrderId(event.order()), .cart = CartId(event.cart()), .amount = event.amount(),
                                        .currency = event.currency(), .intent = {}});
}

void evolve(Workshop& workshop, const events::PaymentIntentCreated& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  payment.intent = event.intent();
  if (payment.status == Status::requested) payment.status = Status::open;
}

void evolve(Workshop& workshop, const events::PaymentIntentRefused& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  if (payment.status == Status::requested) payment.status = Status::failed;
}

void evolve(Workshop& workshop, const events::PaymentProgressed& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  if (event.received() > payment.received) payment.by_provider = true;
  payment.received = std::max(payment.received, event.received());
  // The provider has it, also when its answer to our question is not known yet; and after a failure the customer tries again.
  if (payment.status == Status::requested || payment.status == Status::failed) payment.status = Status::open;
  payment.status = status_of_figures(payment);
}

void evolve(Workshop& workshop, const events::PaymentSucceeded& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  payment.by_provider = true;
  payment.received = std::max(payment.received, event.received());
  payment.status = status_of_figures(payment);
}

void evolve(Workshop& workshop, const events::PaymentFailed& event, Time) { edit(workshop, event.payment()).status = Status::failed; }

void evolve(Workshop& workshop, const events::PaymentRecorded& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  payment.received = event.received();
  payment.status = status_of_figures(payment);
}

void evolve(Workshop& workshop, const events::PaymentRefundRequested& event, Time) {
  edit(workshop, event.payment()).refund_asked += event.amount();
}

void evolve(Workshop& workshop, const events::PaymentRefunded& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  payment.refunded = event.refunded();
  payment.refund_asked = std::max(payment.refund_asked, payment.refunded);
  payment.status = status_of_figures(payment);
}

void evolve(Workshop& workshop, const events::PaymentAmountChanged& event, Time) {
  Payment& payment = edit(workshop, event.payment());
  payment.amount = event.amount();
  payment.status = status_of_figures(payment);
}

// ---- decisions ----

Events request(const OrderId& id, const Context& context) {
  Events out;
  const orders::Order* order = context.workshop.order(id);
  if (order == nullptr || context.workshop.payments.contains(order->payment)) return out;
  auto* event = out.on(stream(order->payment)).mutable_payment_requested();
  event->set_payment(order->payment.str());
  event->set_order(id.str());
  event->set_amount(order->total);
  event->set_currency(context.workshop.currency);
  if (order->total == 0 || orders::paid_elsewhere(order->source)) return out;   // there is nothing to ask for
  auto* action = effects::request(out, context).mutable_create_payment_intent();
  action->set_payment(order->payment.str());
  action->set_order(id.str());
  action->set_amount(order->total);
  action->set_currency(context.workshop.currency);
  if (order->customer_mail != erased_text) seal(action->mutable_receipt_mail(), order->customer.str(), order->customer_mail);
  return out;
}

Events request_for_checkout(const PaymentId& id, const Context& context) {
  Events out;
  const carts::Checkout& checkout = context.workshop.checkouts.at(id);
  auto* event = out.on(stream(id)).mutable_payment_requested();
  event->set_payment(id.str());
  event->set_order(checkout.order.str());
  event->set_amount(checkout.total);
  event->set_currency(context.workshop.currency);
  event->set_cart(checkout.cart.str());
  if (checkout.total == 0) return out;
  auto* action = effects::request(out, context).mutable_create_payment_intent();
  action->set_payment(id.str());
  action->set_order(checkout.order.str());
  action->set_amount(checkout.total);
  action->set_currency(context.workshop.currency);
  seal(action->mutable_receipt_mail(), checkout.cart.str(), checkout.customer_mail);
  return out;
}

Decided decide(const RecordIntent& command, const Context& context) {
  const Payment* payment = context.workshop.payment(command.payment);
  if (payment == nullptr) return not_found("payment");
  Events out = effects::succeed(command.effect, context);
  if (out.empty()) return out;
  const orders::Order* order = context.workshop.order(payment->order);
  auto* event = out.on(stream(payment->id)).mutable_payment_intent_created();
  event->set_payment(payment->id.str());
  event->set_provider(command.provider);
  event->set_intent(command.intent);
  seal(event->mutable_client_secret(), order == nullptr ? payment->cart.str() : order->customer.str(), command.client_secret);
  return out;
}

Decided decide(const RecordIntentRefusal& command, const Context& context) {
  const Payment* payment = context.workshop.payment(command.payment);
  if (payment == nullptr) return not_found("payment");
  Events out = effects::succeed(command.effect, context);
  if (out.empty()) return out;
  auto* event = out.on(stream(payment->id)).mutable_payment_intent_refused();
  event->set_payment(payment->id.str());
  event->set_reason(command.reason);
  return out;
}

namespace {

// Money counts by the reports that say so, `received`; a payment that is only under way leaves the total alone.
void progress(const Payment& payment, std::string_view state, std::int64_t received, const ObservePayment& command, Events& out) {
  auto* event = out.on(stream(payment.id)).mutable_payment_progressed();
  event->set_payment(payment.id.str());
  event->set_state(std::string(state));
  event->set_received(received);
  event->set_capturable(command.capturable);
}

void settle(const Payment& payment, const ObservePayment& command, Events& out) {
  const std::int64_t received = std::max(payment.received, command.received);
  if (received < payment.amount) {
    if (received > payment.received) progress(payment, "partly_paid", received, command, out);
    return;
  }
  if (payment.received >= payment.amount) return;
  auto* event = out.on(stream(payment.id)).mutable_payment_succeeded();
  event->set_payment(payment.id.str());
  event->set_order(payment.order.str());
  event->set_received(received);
  event->set_provider_event(command.provider_event);
}

void refund(const Payment& payment, std::int64_t refunded, const std::string& provider_event, Events& out) {
  if (refunded <= payment.refunded) return;
  auto* event = out.on(stream(payment.id)).mutable_payment_refunded();
  event->set_payment(payment.id.str());
  event->set_order(payment.order.str());
  event->set_refunded(refunded);
  event->set_provider_event(provider_event);
}

}  // namespace

Decided decide(const ObservePayment& command, const Context& context) {
  const Payment* payment = context.workshop.payment(command.payment);
  if (payment == nullptr) return not_found("payment");
  if (!command.currency.empty() && !same_currency(command.currency, payment->currency))
    return refuse("currency-mismatch", fmt::format("The payment is in {}, the provider reports {}.", payment->currency, command.currency));
  const bool open = payment->status == Status::requested || payment->status == Status::open || payment->status == Status::failed;
  Events out;
  switch (command.report) {
    case Report::succeeded: settle(*payment, command, out); break;
    case Report::refunded:
      settle(*payment, command, out);   // a refund may overtake the success that it follows
      refund(*payment, command.refunded, command.provider_event, out);
      break;
    case Report::failed:
    case Report::cancelled:
      if (!open || payment->status == Status::failed) break;
      out.on(stream(payment->id)).mutable_payment_failed()->set_payment(payment->id.str());
      out.list().back().event.mutable_payment_failed()->set_code(command.failure_code);
      out.list().back().event.mutable_payment_failed()->set_provider_event(command.provider_event);
      break;
    case Report::processing: if (open) progress(*payment, "processing", payment->received, command, out); break;
    case Report::requires_action: if (open) progress(*payment, "requires_action", payment->received, command, out); break;
    case Report::capturable: if (open) progress(*payment, "capturable", payment->received, command, out); break;
  }
  return out;
}

Decided decide(const RecordPayment& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  const Payment* payment = context.workshop.payment(order->payment);
  if (payment == nullptr) return not_found("payment");
  if (order->status == orders::Status::cancelled || order->status == orders::Status::refunded)
    return refuse("order-over", fmt::format("Order {} is {}.", order->number, orders::name(order->status)));
  const std::int64_t received = command.received == 0 ? payment->amount : command.received;
  if (received < 0 || received > payment->amount)
    return refuse("amount-out-of-range", fmt::format("The total received is from 0 to {} minor units.", payment->amount));
  if (received <= payment->received) return Events{};
  Events out;
  auto* event = out.on(stream(payment->id)).mutable_payment_recorded();
  event->set_payment(payment->id.str());
  event->set_order(order->id.str());
  event->set_received(received);
  event->set_method(command.method);
  event->set_by(context.actor);
  seal(event->mutable_reference(), order->customer.str(), command.reference);
  return out;
}

Decided decide(const RefundPayment& command, const Context& context) {
  const Payment* payment = context.workshop.payment(command.payment);
  if (payment == nullptr) return not_found("payment");
  const std::int64_t left = payment->received - std::max(payment->refund_asked, payment->refunded);
  const std::int64_t amount = command.amount == 0 ? left : command.amount;
  if (left <= 0) return refuse("nothing-to-refund", "All that was received is refunded, or was never received.");
  if (amount < 1 || amount > left) return refuse("amount-out-of-range", fmt::format("At most {} minor units can be refunded.", left));
  Events out;
  auto* event = out.on(stream(payment->id)).mutable_payment_refund_requested();
  event->set_payment(payment->id.str());
  event->set_amount(amount);
  event->set_by(context.actor);
  if (payment->intent.empty() || !payment->by_provider) {   // paid elsewhere, so paid back by the operator's own hand
    refund(*payment, payment->refunded + amount, "", out);
    return out;
  }
  auto& effect = effects::request(out, context);
  event->set_effect(effect.effect());
  auto* action = effect.mutable_create_refund();
  action->set_payment(payment->id.str());
  action->set_intent(payment->intent);
  action->set_amount(amount);
  return out;
}

Events record_elsewhere(const PaymentId& id, const std::string& source, const Context& context) {
  const Payment* payment = context.workshop.payment(id);
  Events out;
  if (payment == nullptr || payment->received >= payment->amount) return out;
  auto* event = out.on(stream(id)).mutable_payment_recorded();
  event->set_payment(id.str());
  event->set_order(payment->order.str());
  event->set_received(payment->amount);
  event->set_method(source);
  event->set_by(context.actor);
  return out;
}

Events refund_elsewhere(const PaymentId& id, std::int64_t refunded, bool money_came, const Context& context) {
  const Payment* payment = context.workshop.payment(id);
  Events out;
  if (payment == nullptr) return out;
  const std::int64_t received = money_came ? std::max(payment->received, payment->amount) : payment->received;
  refund(*payment, std::min(refunded, received), "", out);
  return out;
}

Events change_amount(const PaymentId& id, std::int64_t amount, const Context& context) {
  const Payment* payment = context.workshop.payment(id);
  Events out;
  if (payment == nullptr || payment->amount == amount) return out;
  auto* event = out.on(stream(id)).mutable_payment_amount_changed();
  event->set_payment(id.str());
  event->set_amount(amount);
  return out;
}

Events abandon(const PaymentId& id, const Context& context) {
  const Payment* payment = context.workshop.payment(id);
  Events out;
  if (payment == nullptr || payment->intent.empty()) return out;
  auto* action = effects::request(out, context).mutable_cancel_payment_intent();
  action->set_payment(id.str());
  action->set_intent(payment->intent);
  return out;
}

// ---- queries ----

bool paid_in_full(const Payment& payment) { return payment.received >= payment.amount; }

}  // namespace layerline::payments
