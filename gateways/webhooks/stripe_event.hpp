// A Stripe snapshot event as a plain observation (reference/commerce.md 1.4). Both shapes are read: before 2022-11-15 (`charges`),
// and after (`latest_charge`). Amounts are the provider's cumulative figures in minor units: they are set, never added up.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateways/webhooks/limits.hpp"

namespace layerline::webhooks {

enum class ObservationKind {
  ignored,              // a type that we do not act upon, or a thin event: answered 200
  intent_succeeded,
  intent_failed,        // the attempt failed; the intent can still be paid
  intent_authorised,    // amount_capturable can be captured
  intent_pending,       // processing, requires_action, created
  intent_cancelled,
  charge_refunded,      // amount_refunded is the total so far
  refund_changed,       // refund_status says how a refund stands; it may fail days later
  charge_disputed,      // dispute_status
};

struct PaymentObservation {
  std::string event_id;        // the idempotency key of the command
  std::string type;            // "payment_intent.succeeded"
  ObservationKind kind = ObservationKind::ignored;
  std::int64_t created_s = 0;  // since 1970 UTC
  bool live_mode = false;

  std::string intent_id;       // empty for a charge without an intent
  std::string charge_id;
  std::string refund_id;
  std::string dispute_id;
  std::string currency;        // ISO 4217, upper case
  std::int64_t amount = 0;               // of the intent, the charge, the refund or the dispute
  std::int64_t amount_received = 0;
  std::int64_t amount_capturable = 0;
  std::int64_t amount_refunded = 0;
  std::string status;          // of the object, as the provider says it; unknown words are to be tolerated
  std::string failure_code;    // "card_declined"; the decline code behind a colon if there is one

  std::string workshop_id;     // what we wrote into the metadata; empty if it is not one of ours
  std::string payment_id;
  std::string order_id;
};

enum class EventError {
  malformed,   // not JSON, or not an event of Stripe: 400
};

// `body` is what the signature was verified on.
[[nodiscard]] std::expected<PaymentObservation, EventError> parse_stripe_event(std::string_view body);

}  // namespace layerline::webhooks
