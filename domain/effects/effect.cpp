#include "domain/effects/effect.hpp"

#include <algorithm>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::effects {
namespace {

std::string stream(const EffectId& id) { return "effect/" + id.str(); }

const Effect* find(const Context& context, const EffectId& id) {
  const auto found = context.workshop.effects.find(id);
  return found == context.workshop.effects.end() ? nullptr : &found->second;
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::EffectRequested& event, Time) {
  const EffectId id(event.effect());
  workshop.effects.emplace(id, Effect{.id = id, .kind = kind_of(event)});
}
void evolve(Workshop& workshop, const events::EffectAttempted& event, Time) {
  Effect& effect = workshop.effects.at(EffectId(event.effect()));
  effect.attempts = event.attempt();
  effect.status = Status::attempted;
}
void evolve(Workshop& workshop, const events::EffectSucceeded& event, Time) { workshop.effects.erase(EffectId(event.effect())); }
void evolve(Workshop& workshop, const events::EffectFailed& event, Time) {
  Effect& effect = workshop.effects.at(EffectId(event.effect()));
  effect.status = Status::open;
  if (event.service_away()) effect.excused += 1;
}
void evolve(Workshop& workshop, const events::EffectUnknown& event, Time) {
  Effect& effect = workshop.effects.at(EffectId(event.effect()));
  effect.status = Status::unknown;
  if (event.service_away()) effect.excused += 1;
}
void evolve(Workshop& workshop, const events::EffectParked& event, Time) {
  workshop.effects.at(EffectId(event.effect())).status = Status::parked;
}
void evolve(Workshop& workshop, const events::EffectRetried& event, Time) {
  workshop.effects.at(EffectId(event.effect())).status = Status::open;
}

// ---- decisions ----

Decided decide(const AttemptEffect& command, const Context& context) {
  const Effect* effect = find(context, command.effect);
  if (effect == nullptr) return not_found("open effect");
  if (effect->status == Status::parked) return refuse("effect-parked", "The effect is parked until an operator retries it.");
  if (command.attempt != effect->attempts + 1) return refuse("effect-taken", "Another worker has made this attempt.");
  Events out;
  auto* event = out.on(stream(effect->id)).mutable_effect_attempted();
  event->set_effect(effect->id.str());
  event->set_attempt(command.attempt);
  event->set_worker(command.worker);
  return out;
}

Decided decide(const FinishEffect& command, const Context& context) {
  const Effect* effect = find(context, command.effect);
  if (effect == nullptr) return Events{};   // done already
  if (effect->status == Status::parked && command.outcome != Outcome::succeeded) return Events{};   // it waits for an operator
  Events out;
  events::Event& event = out.on(stream(effect->id));
  const std::int64_t counted = effect->attempts - effect->excused;
  const std::int64_t retry_at_ms = (context.now + backoff(counted, effect->id.str())).ms;
  const bool last = counted >= limits::effect_attempts_max && !command.service_away;
  switch (command.outcome) {
    case Outcome::succeeded: event.mutable_effect_succeeded()->set_effect(effect->id.str()); return out;
    case Outcome::failed:
      if (last) break;
      event.mutable_effect_failed()->set_effect(effect->id.str());
      event.mutable_effect_failed()->set_retryable(true);
      event.mutable_effect_failed()->set_reason(command.reason);
      event.mutable_effect_failed()->set_retry_at_ms(retry_at_ms);
      event.mutable_effect_failed()->set_service_away(command.service_away);
      return out;
    case Outcome::unknown:
      if (last) break;
      event.mutable_effect_unknown()->set_effect(effect->id.str());
      event.mutable_effect_unknown()->set_reason(command.reason);
      event.mutable_effect_unknown()->set_retry_at_ms(retry_at_ms);
      event.mutable_effect_unknown()->set_service_away(command.service_away);
      return out;
    case Outcome::failed_for_good: break;
  }
  event.mutable_effect_parked()->set_effect(effect->id.str());
  event.mutable_effect_parked()->set_reason(command.reason);
  return out;
}

Decided decide(const RetryEffect& command, const Context& context) {
  const Effect* effect = find(context, command.effect);
  if (effect == nullptr) return not_found("open effect");
  if (effect->status != Status::parked) return refuse("effect-not-parked", "Only a parked effect can be retried.");
  Events out;
  auto* event = out.on(stream(effect->id)).mutable_effect_retried();
  event->set_effect(effect->id.str());
  event->set_by(context.actor);
  return out;
}

Events succeed(const EffectId& id, const Context& context) {
  Events out;
  if (find(context, id) == nullptr) return out;
  out.on(stream(id)).mutable_effect_succeeded()->set_effect(id.str());
  return out;
}

events::EffectRequested& request(Events& out, const Context& context) {
  const std::string id = context.ids.next(context.now);
  events::EffectRequested& requested = *out.on("effect/" + id).mutable_effect_requested();
  requested.set_effect(id);
  return requested;
}

// ---- queries ----

std::string kind_of(const events::EffectRequested& event) {
  switch (event.action_case()) {
    case events::EffectRequested::kAnalyseModel: return "analyse_model";
    case events::EffectRequested::kSliceModel: return "slice_model";
    case events::EffectRequested::kCreatePaymentIntent: return "create_payment_intent";
    case events::EffectRequested::kCancelPaymentIntent: return "cancel_payment_intent";
    case events::EffectRequested::kCreateRefund: return "create_refund";
    case events::EffectRequested::kSendMail: return "send_mail";
    case events::EffectRequested::kStartPrint: return "start_print";
    case events::EffectRequested::kStopPrint: return "stop_print";
    case events::EffectRequested::kPushFulfilment: return "push_fulfilment";
    case events::EffectRequested::kDestroyKey: return "destroy_key";
    case events::EffectRequested::ACTION_NOT_SET: break;
  }
  return "unknown";
}

Duration backoff(std::int64_t attempt, const std::string& effect) {
  const std::int64_t doublings = std::clamp<std::int64_t>(attempt - 1, 0, 20);
  const std::int64_t full = std::min(limits::effect_backoff_first_ms << doublings, limits::effect_backoff_max_ms);
  // Jitter from the effect's own id: spread out, and the same in every replay.
  const auto spread = static_cast<std::int64_t>(std::hash<std::string>{}(effect) % 1000);
  return {full / 2 + full / 2 * spread / 1000};
}

}  // namespace layerline::effects
