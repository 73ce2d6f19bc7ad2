#include "gateways/webhooks/stripe_event.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <simdjson.h>

namespace layerline::webhooks {
namespace {

using simdjson::dom::element;

constexpr std::array<std::pair<std::string_view, ObservationKind>, 17> kinds = {{
    {"payment_intent.succeeded", ObservationKind::intent_succeeded},
    {"payment_intent.payment_failed", ObservationKind::intent_failed},
    {"payment_intent.amount_capturable_updated", ObservationKind::intent_authorised},
    {"payment_intent.created", ObservationKind::intent_pending},
    {"payment_intent.processing", ObservationKind::intent_pending},
    {"payment_intent.requires_action", ObservationKind::intent_pending},
    {"payment_intent.canceled", ObservationKind::intent_cancelled},
    {"charge.refunded", ObservationKind::charge_refunded},
    {"refund.created", ObservationKind::refund_changed},
    {"refund.updated", ObservationKind::refund_changed},
    {"refund.failed", ObservationKind::refund_changed},
    {"charge.refund.updated", ObservationKind::refund_changed},
    {"charge.dispute.created", ObservationKind::charge_disputed},
    {"charge.dispute.updated", ObservationKind::charge_disputed},
    {"charge.dispute.closed", ObservationKind::charge_disputed},
    {"charge.dispute.funds_withdrawn", ObservationKind::charge_disputed},
    {"charge.dispute.funds_reinstated", ObservationKind::charge_disputed},
}};

ObservationKind kind_of(std::string_view type) {
  const auto found = std::ranges::find(kinds, type, &std::pair<std::string_view, ObservationKind>::first);
  return found == kinds.end() ? ObservationKind::ignored : found->second;
}

// What `data.object` must be for the fields of that kind to mean what we take them for.
std::string_view object_of(ObservationKind kind) {
  switch (kind) {
    case ObservationKind::ignored: return "";
    case ObservationKind::intent_succeeded:
    case ObservationKind::intent_failed:
    case ObservationKind::intent_authorised:
    case ObservationKind::intent_pending:
    case ObservationKind::intent_cancelled: return "payment_intent";
    case ObservationKind::charge_refunded: return "charge";
    case ObservationKind::refund_changed: return "refund";
    case ObservationKind::charge_disputed: return "dispute";
  }
  std::unreachable();
}

// Readers of one member; a member that is absent, null or of another type reads as empty, zero or false.
std::string text(const element& object, std::string_view name) {
  std::string_view found;
  if (object[name].get(found) || found.size() > limits::identifier_bytes) return {};
  return std::string(found);
}

// An id, or an expanded object that has one.
std::string reference(const element& object, std::string_view name) {
  element found;
  if (object[name].get(found)) return {};
  return found.is_object() ? text(found, "id") : text(object, name);
}

std::optional<std::int64_t> amount(const element& object, std::string_view name) {
  std::int64_t found = 0;
  const auto error = object[name].get(found);
  if (error == simdjson::NO_SUCH_FIELD) return 0;
  if (element other; error && !object[name].get(other) && other.is_null()) return 0;
  if (error || found < 0) return std::nullopt;
  return found;
}

bool read_amounts(const element& object, PaymentObservation& observation) {
  const auto total = amount(object, "amount");
  const auto received = amount(object, "amount_received");
  const auto capturable = amount(object, "amount_capturable");
  const auto refunded = amount(object, "amount_refunded");
  if (!total || !received || !capturable || !refunded) return false;
  observation.amount = *total;
  observation.amount_received = *received;
  observation.amount_capturable = *capturable;
  observation.amount_refunded = *refunded;
  observation.currency = text(object, "currency");
  std::ranges::transform(observation.currency, observation.currency.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return observation.currency.size() == 3;
}

std::string failure_of(const element& object) {
  element error;
  if (object["last_payment_error"].get(error) || !error.is_object()) {
    const std::string code = text(object, "failure_code");
    return code.empty() ? text(object, "failure_reason") : code;
  }
  const std::string code = text(error, "code");
  const std::string decline = text(error, "decline_code");
  return decline.empty() ? code : code + ":" + decline;
}

// The charge of an intent: by the newer shape, else the last attempt of the older one, which lists the latest first.
std::string charge_of_intent(const element& intent) {
  std::string charge = reference(intent, "latest_charge");
  element first;
  if (charge.empty() && !intent["charges"]["data"].at(0).get(first)) charge = text(first, "id");
  return charge;
}

void read_ids(const element& object, PaymentObservation& observation) {
  const std::string id = text(object, "id");
  const std::string_view kind = object_of(observation.kind);
  if (kind == "payment_intent") {
    observation.intent_id = id;
    observation.charge_id = charge_of_intent(object);
    return;
  }
  observation.intent_id = reference(object, "payment_intent");
  observation.charge_id = kind == "charge" ? id : reference(object, "charge");
  if (kind == "refund") observation.refund_id = id;
  if (kind == "dispute") observation.dispute_id = id;
}

void read_metadata(const element& object, PaymentObservation& observation) {
  element metadata;
  if (object["metadata"].get(metadata) || !metadata.is_object()) return;
  observation.workshop_id = text(metadata, "workshop_id");
  observation.payment_id = text(metadata, "payment_id");
  observation.order_id = text(metadata, "order_id");
}

}  // namespace

std::expected<PaymentObservation, EventError> parse_stripe_event(std::string_view body) {
  const std::unexpected malformed(EventError::malformed);
  if (body.empty() || body.size() > limits::body_bytes) return malformed;   // simdjson copies an empty text from its address
  simdjson::dom::parser parser;
  element event;
  if (parser.parse(body.data(), body.size()).get(event) || !event.is_object()) return malformed;

  PaymentObservation observation;
  observation.event_id = text(event, "id");
  observation.type = text(event, "type");
  if (observation.event_id.empty() || observation.type.empty()) return malformed;
  const std::string envelope = text(event, "object");
  if (envelope == "v2.core.event") return observation;   // thin: carries no snapshot
  if (envelope != "event") return malformed;
  if (event["created"].get(observation.created_s) || event["livemode"].get(observation.live_mode)) return malformed;

  observation.kind = kind_of(observation.type);
  if (observation.kind == ObservationKind::ignored) return observation;
  element object;
  if (event["data"]["object"].get(object) || text(object, "object") != object_of(observation.kind)) return malformed;
  if (!read_amounts(object, observation)) return malformed;
  read_ids(object, observation);
  if (observation.intent_id.empty() && observation.charge_id.empty()) return malformed;
  observation.status = text(object, "status");
  observation.failure_code = failure_of(object);
  read_metadata(object, observation);
  return observation;
}

}  // namespace layerline::webhooks
