#include "workers/payments/payment_effects.hpp"

#include <memory>

namespace layerline::payments {
namespace {

// A failed or unknown call as the owner hears it. Unknown is reconciled by the same call under the same key, within Stripe's 24 hours.
template <class Result>
Command not_done(const EffectId& effect, const Answer<Result>& answer) {
  if (const auto* failed = std::get_if<Failed>(&answer))
    return effects::FinishEffect{effect, failed->retryable ? effects::Outcome::failed : effects::Outcome::failed_for_good, failed->code};
  return effects::FinishEffect{effect, effects::Outcome::unknown, std::get<Unknown>(answer).why};
}

// One connection per thread of the worker.
StripeApi& api_of(const StripeAccount& account) {
  thread_local std::unique_ptr<StripeApi> api;
  if (!api) api = std::make_unique<StripeApi>(account);
  return *api;
}

Command create_intent(const StripeAccount& account, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const events::CreatePaymentIntent& asked = effect.request.create_payment_intent();
  const PaymentId payment(asked.payment());
  if (account.api_key.reveal().empty()) return RecordIntentRefusal{id, payment, "no payment provider is configured"};
  const auto answer = api_of(account).create_intent({id, Money{asked.amount(), asked.currency()}, WorkshopId(effect.workshop), payment,
                                                     OrderId(asked.order()), "order " + asked.order()});
  if (const auto* intent = std::get_if<Intent>(&answer))
    return RecordIntent{id, payment, "stripe", intent->id, intent->client_secret.reveal()};
  if (const auto* failed = std::get_if<Failed>(&answer); failed != nullptr && !failed->retryable)
    return RecordIntentRefusal{id, payment, failed->code};
  return not_done(id, answer);
}

Command cancel_intent(const StripeAccount& account, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const auto answer = api_of(account).cancel_intent(id, effect.request.cancel_payment_intent().intent());
  if (std::holds_alternative<Intent>(answer)) return effects::FinishEffect{id, effects::Outcome::succeeded, ""};
  return not_done(id, answer);
}

Command create_refund(const StripeAccount& account, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const events::CreateRefund& asked = effect.request.create_refund();
  RefundOrder order;
  order.effect = id;
  order.intent_id = asked.intent();
  order.amount = Money{asked.amount(), ""};
  order.workshop = WorkshopId(effect.workshop);
  order.payment = PaymentId(asked.payment());
  const auto answer = api_of(account).create_refund(order);
  // The money is refunded when the webhook says so, with the provider's total.
  if (std::holds_alternative<Refund>(answer)) return effects::FinishEffect{id, effects::Outcome::succeeded, ""};
  return not_done(id, answer);
}

}  // namespace

std::map<effects::Action, effects::Perform> payment_effects(StripeAccount account) {
  const auto shared = std::make_shared<const StripeAccount>(std::move(account));
  return {{events::EffectRequested::kCreatePaymentIntent, [shared](const effects::OpenEffect& e) { return create_intent(*shared, e); }},
          {events::EffectRequested::kCancelPaymentIntent, [shared](const effects::OpenEffect& e) { return cancel_intent(*shared, e); }},
          {events::EffectRequested::kCreateRefund, [shared](const effects::OpenEffect& e) { return create_refund(*shared, e); }}};
}

}  // namespace layerline::payments
