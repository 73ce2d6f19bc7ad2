#include "workers/payments/payment_effects.hpp"

#include <memory>

#include "workers/payments/limits.hpp"

namespace layerline::payments {
namespace {

using circuit::Answered;
using circuit::Fault;
using effects::FinishEffect;
using effects::Performed;

// A failed or unknown call as the owner hears it. Unknown is reconciled by the same call under the same key, while Stripe knows it.
template <class Result>
Performed not_done(const EffectId& effect, const Answer<Result>& answer) {
  if (const auto* failed = std::get_if<Failed>(&answer)) {
    const effects::Outcome outcome = failed->retryable ? effects::Outcome::failed : effects::Outcome::failed_for_good;
    return {FinishEffect{effect, outcome, failed->code, std::holds_alternative<Fault>(failed->service)}, failed->service};
  }
  const Unknown& unknown = std::get<Unknown>(answer);
  return {FinishEffect{effect, effects::Outcome::unknown, unknown.why, std::holds_alternative<Fault>(unknown.service)}, unknown.service};
}

struct Provider {
  StripeAccount account;
  std::function<std::int64_t()> now_ms;   // since 1970
};

// An outage may last longer than Stripe remembers a key: then what may be done already would be done a second time.
bool may_be_forgotten(const effects::OpenEffect& effect, std::int64_t now_ms) {
  return effect.in_doubt_since_ms > 0 && now_ms - effect.in_doubt_since_ms > limits::key_life_ms;
}
Performed forgotten(const EffectId& effect) {
  const std::string why = "an earlier attempt may have been done: look at the provider's, then retry";
  return Command(FinishEffect{effect, effects::Outcome::failed_for_good, why});
}

// One connection per thread of the worker.
StripeApi& api_of(const StripeAccount& account) {
  thread_local std::unique_ptr<StripeApi> api;
  if (!api) api = std::make_unique<StripeApi>(account);
  return *api;
}

Performed create_intent(const Provider& provider, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const events::CreatePaymentIntent& asked = effect.request.create_payment_intent();
  const PaymentId payment(asked.payment());
  if (provider.account.api_key.reveal().empty()) return Command(RecordIntentRefusal{id, payment, "no payment provider is configured"});
  if (may_be_forgotten(effect, provider.now_ms())) return forgotten(id);
  const IntentOrder order{id, Money{asked.amount(), asked.currency()}, WorkshopId(effect.workshop), payment, OrderId(asked.order()),
                          "order " + asked.order()};
  const auto answer = api_of(provider.account).create_intent(order);
  if (const auto* intent = std::get_if<Intent>(&answer))
    return {RecordIntent{id, payment, "stripe", intent->id, intent->client_secret.reveal()}, Answered{}};
  if (const auto* failed = std::get_if<Failed>(&answer); failed != nullptr && !failed->retryable)
    return {RecordIntentRefusal{id, payment, failed->code}, failed->service};
  return not_done(id, answer);
}

Performed cancel_intent(const Provider& provider, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  const auto answer = api_of(provider.account).cancel_intent(id, effect.request.cancel_payment_intent().intent());
  if (std::holds_alternative<Intent>(answer)) return {FinishEffect{id, effects::Outcome::succeeded, ""}, Answered{}};
  return not_done(id, answer);
}

Performed create_refund(const Provider& provider, const effects::OpenEffect& effect) {
  const EffectId id(effect.id);
  if (may_be_forgotten(effect, provider.now_ms())) return forgotten(id);
  const events::CreateRefund& asked = effect.request.create_refund();
  RefundOrder order;
  order.effect = id;
  order.intent_id = asked.intent();
  order.amount = Money{asked.amount(), ""};
  order.workshop = WorkshopId(effect.workshop);
  order.payment = PaymentId(asked.payment());
  const auto answer = api_of(provider.account).create_refund(order);
  // The money is refunded when the webhook says so, with the provider's total.
  if (std::holds_alternative<Refund>(answer)) return {FinishEffect{id, effects::Outcome::succeeded, ""}, Answered{}};
  return not_done(id, answer);
}

}  // namespace

std::map<effects::Action, effects::Perform> payment_effects(StripeAccount account, std::function<std::int64_t()> now_ms) {
  const auto shared = std::make_shared<const Provider>(std::move(account), std::move(now_ms));
  return {{events::EffectRequested::kCreatePaymentIntent, [shared](const effects::OpenEffect& e) { return create_intent(*shared, e); }},
          {events::EffectRequested::kCancelPaymentIntent, [shared](const effects::OpenEffect& e) { return cancel_intent(*shared, e); }},
          {events::EffectRequested::kCreateRefund, [shared](const effects::OpenEffect& e) { return create_refund(*shared, e); }}};
}

}  // namespace layerline::payments
