// POST /webhooks/stripe: verify on the raw bytes, then a command under the event's id. A repeat is answered 200 without work.
#include <chrono>

#include "gateways/rest/api.hpp"
#include "gateways/webhooks/stripe_event.hpp"
#include "gateways/webhooks/stripe_signature.hpp"
#include "infra/crypto/digest.hpp"

namespace layerline::rest {
namespace {

using webhooks::ObservationKind;

std::int64_t now_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<payments::Report> report_of(const webhooks::PaymentObservation& event) {
  switch (event.kind) {
    case ObservationKind::intent_succeeded: return payments::Report::succeeded;
    case ObservationKind::intent_failed: return payments::Report::failed;
    case ObservationKind::intent_authorised: return payments::Report::capturable;
    case ObservationKind::intent_pending: return payments::Report::processing;
    case ObservationKind::intent_cancelled: return payments::Report::cancelled;
    case ObservationKind::charge_refunded: return payments::Report::refunded;
    case ObservationKind::refund_changed:
    case ObservationKind::charge_disputed:
    case ObservationKind::ignored: return std::nullopt;
  }
  return std::nullopt;
}

Response taken(std::string_view what) {
  return http::json_response(200, std::string("{\"received\":true,\"effect\":\"").append(what).append("\"}"));
}

awaitable<Response> receive(Api& api, Request& request) {
  if (request.header("Stripe-Signature").empty()) co_return http::problem(401, "bad-signature", "The header Stripe-Signature is missing.");
  if (api.stripe_webhook_secrets.empty()) co_return http::problem(404, "not-configured", "This installation takes no webhooks of Stripe.");
  const auto verified =
      webhooks::verify_stripe_signature(request.header("Stripe-Signature"), request.body(), api.stripe_webhook_secrets, now_s());
  if (!verified) co_return http::problem(401, "bad-signature", webhooks::describe(verified.error()));
  const auto event = webhooks::parse_stripe_event(request.body());
  if (!event) co_return http::problem(400, "malformed-event", "The body is not an event of Stripe.");
  const auto report = report_of(*event);
  if (!report || event->workshop_id.empty() || event->payment_id.empty()) co_return taken("none");

  app::Envelope command;
  command.workshop = event->workshop_id;
  command.command_id = "stripe:" + event->event_id;
  command.payload_hash = crypto::hmac_sha256(api.secret, command.command_id);   // a redelivery may differ in its bytes, not in its id
  command.actor = "webhook:stripe";
  command.cause = "webhook:stripe:" + event->event_id;
  command.command = payments::ObservePayment{PaymentId(event->payment_id), event->event_id, *report,
                                             *report == payments::Report::refunded ? event->amount : event->amount_received,
                                             event->amount_capturable, event->amount_refunded, event->currency, event->failure_code};
  const app::Outcome outcome = co_await api.commands.execute(std::move(command));
  if (std::holds_alternative<journal::Accepted>(outcome)) co_return taken("recorded");
  if (std::holds_alternative<journal::Repeated>(outcome)) co_return taken("already recorded");
  // A refusal is final: repeating the delivery would not change it. Anything else asks the provider to come again.
  if (std::holds_alternative<journal::Rejected<Rejection>>(outcome)) co_return taken("none");
  Response again = http::problem(503, "busy", "Deliver it again.");
  again.headers.emplace_back("Retry-After", "1");
  co_return again;
}

}  // namespace

void add_stripe_webhook(http::Router& router, Api& api) {
  const auto handler = [&api](Request& request) { return receive(api, request); };
  router.add(http::Method::post, "/webhooks/stripe", handler, {http::BodyMode::buffered, webhooks::limits::body_bytes});
  router.add(http::Method::post, "/api/v1/webhooks/stripe", handler, {http::BodyMode::buffered, webhooks::limits::body_bytes});
}

}  // namespace layerline::rest
