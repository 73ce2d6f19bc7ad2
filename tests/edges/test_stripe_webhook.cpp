#include <doctest/doctest.h>
#include <simdjson.h>

#include "gateways/webhooks/stripe_event.hpp"
#include "gateways/webhooks/stripe_signature.hpp"
#include "tests/edges/fixtures.hpp"

namespace layerline::webhooks {
namespace {

using Secrets = std::vector<Secret<std::string>>;

const Secrets secrets = {Secret<std::string>("whsec_test_secret")};
const std::string body = "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}";
constexpr std::string_view good = "2672d138c9a412830f3bfe2ecc5bfb3277cf6f5b49d0119d77dd6cb64da1257e";   // by Stripe's SDK, for t=12345
constexpr std::int64_t signed_s = 12'345;

std::string header_with(std::string_view signatures) { return "t=12345," + std::string(signatures); }
const std::string good_header = header_with("v1=" + std::string(good));

SignatureError error_of(std::string_view header, std::string_view bytes = body, const Secrets& keys = secrets,
                        std::int64_t now_s = signed_s) {
  const auto verdict = verify_stripe_signature(header, bytes, keys, now_s);
  REQUIRE_FALSE(verdict.has_value());
  return verdict.error();
}

TEST_CASE("webhooks: stripe: signature: the provider's own vectors are accepted") {
  CHECK(verify_stripe_signature(good_header, body, secrets, signed_s) == signed_s);
  CHECK(make_stripe_signature(body, secrets[0], signed_s) == good_header);
  const auto vectors = provider_fixture("vectors.json");
  if (!vectors) return;
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(*vectors);
  int checked = 0;
  for (const auto vector : document["stripe_signature"].get_array()) {
    const Secrets keys = {Secret(std::string(std::string_view(vector["secret"])))};
    const std::int64_t time_s = vector["timestamp"];
    CHECK(verify_stripe_signature(std::string_view(vector["header"]), std::string_view(vector["payload"]), keys, time_s) == time_s);
    ++checked;
  }
  CHECK(checked > 0);
}

TEST_CASE("webhooks: stripe: signature: headers that are none are refused") {
  for (const char* header : {"I'm not even a real signature header", "", "v1,t=1", "t=", "t=12345", "t=12345,v1=", "t=x,v1=00",
                             "t=-5,v1=00", "t=12345x,v1=00", "t=99999999999999999999,v1=00"}) {
    const auto error = error_of(header);
    CHECK((error == SignatureError::malformed_header || error == SignatureError::no_match));
  }
  CHECK(error_of(header_with("v0=" + std::string(good))) == SignatureError::malformed_header);
  CHECK(error_of("v1=" + std::string(good)) == SignatureError::malformed_header);
  CHECK(error_of("t=12345,t=12346,v1=" + std::string(good)) == SignatureError::malformed_header);
  CHECK(error_of(good_header + std::string(limits::signature_header_bytes, ',')) == SignatureError::malformed_header);
}

TEST_CASE("webhooks: stripe: signature: one good value among others is enough, a bad one is not") {
  CHECK(verify_stripe_signature(good_header + ",v1=potato", body, secrets, signed_s).has_value());
  const std::string bad_then_good = header_with("v1=" + std::string(64, '0') + ",v1=" + std::string(good));
  CHECK(verify_stripe_signature(bad_then_good, body, secrets, signed_s).has_value());
  CHECK(error_of(header_with("v1=" + std::string(64, '0'))) == SignatureError::no_match);
  CHECK(error_of(header_with("v1=" + std::string(good.substr(0, 62)))) == SignatureError::no_match);
}

TEST_CASE("webhooks: stripe: signature: while a secret is replaced both are valid") {
  const Secrets both = {Secret<std::string>("whsec_new"), secrets[0]};
  CHECK(verify_stripe_signature(good_header, body, both, signed_s).has_value());
  CHECK(error_of(good_header, body, {Secret<std::string>("whsec_new")}) == SignatureError::no_match);
  CHECK(error_of(good_header, body, {Secret<std::string>("whsec_test_secret ")}) == SignatureError::no_match);
  CHECK(error_of(good_header, body, {}) == SignatureError::no_match);
}

TEST_CASE("webhooks: stripe: signature: any changed byte of the body or the time breaks it") {
  for (std::size_t i = 0; i < body.size(); ++i) {
    std::string changed = body;
    changed[i] ^= 1;
    CHECK(error_of(good_header, changed) == SignatureError::no_match);
  }
  CHECK(error_of("t=12346,v1=" + std::string(good)) == SignatureError::no_match);
  CHECK(error_of("t=012345,v1=" + std::string(good)) == SignatureError::no_match);
}

TEST_CASE("webhooks: stripe: signature: it must be recent, and not from the future") {
  CHECK_FALSE(verify_stripe_signature(good_header, body, secrets, signed_s + 15, 10).has_value());
  CHECK(verify_stripe_signature(good_header, body, secrets, signed_s + 15, 20).has_value());
  CHECK(verify_stripe_signature(good_header, body, secrets, signed_s + 300).has_value());
  CHECK(error_of(good_header, body, secrets, signed_s + 301) == SignatureError::not_recent);
  CHECK(error_of(good_header, body, secrets, signed_s - 301) == SignatureError::not_recent);
}

PaymentObservation parsed(std::string_view json) {
  const auto observation = parse_stripe_event(json);
  REQUIRE(observation.has_value());
  return *observation;
}

std::string event(std::string_view type, std::string_view object) {
  return R"({"id":"evt_1","object":"event","created":5,"livemode":false,"type":")" + std::string(type) + R"(","data":{"object":)" +
         std::string(object) + "}}";
}

TEST_CASE("webhooks: stripe: event: the newer shape of an intent") {
  const auto observation = parsed(event("payment_intent.succeeded", R"({"id":"pi_1","object":"payment_intent","amount":2000,
    "amount_received":2000,"amount_capturable":0,"currency":"usd","latest_charge":"ch_1","status":"succeeded","last_payment_error":null,
    "metadata":{"workshop_id":"w","payment_id":"p","order_id":"o"}})"));
  CHECK(observation.kind == ObservationKind::intent_succeeded);
  CHECK(observation.event_id == "evt_1");
  CHECK(observation.intent_id == "pi_1");
  CHECK(observation.charge_id == "ch_1");
  CHECK(observation.amount_received == 2000);
  CHECK(observation.currency == "USD");
  CHECK(observation.workshop_id == "w");
  CHECK(observation.payment_id == "p");
  CHECK(observation.order_id == "o");
  CHECK(observation.created_s == 5);
}

TEST_CASE("webhooks: stripe: event: a refund's total and a failure's reason are read as they stand") {
  const auto refunded = parsed(event("charge.refunded", R"({"id":"ch_1","object":"charge","amount":2000,"amount_refunded":500,
    "currency":"eur","payment_intent":{"id":"pi_1"},"status":"succeeded"})"));
  CHECK(refunded.kind == ObservationKind::charge_refunded);
  CHECK(refunded.amount_refunded == 500);
  CHECK(refunded.intent_id == "pi_1");
  const auto failed = parsed(event("payment_intent.payment_failed", R"({"id":"pi_1","object":"payment_intent","amount":5,"currency":"usd",
    "status":"requires_payment_method","last_payment_error":{"code":"card_declined","decline_code":"insufficient_funds"}})"));
  CHECK(failed.kind == ObservationKind::intent_failed);
  CHECK(failed.failure_code == "card_declined:insufficient_funds");
}

TEST_CASE("webhooks: stripe: event: unknown types and thin events are ignored, not refused") {
  CHECK(parsed(event("customer.created", R"({"object":"customer"})")).kind == ObservationKind::ignored);
  CHECK(parsed(R"({"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found"})").kind == ObservationKind::ignored);
}

TEST_CASE("webhooks: stripe: event: what is no event, or contradicts its type, is refused") {
  const std::string intent = R"({"id":"pi_1","object":"payment_intent","amount":5,"currency":"usd"})";
  CHECK(parse_stripe_event(event("payment_intent.succeeded", intent)).has_value());
  for (const std::string& json :
       {std::string(), std::string("[]"), std::string("{}"),
        std::string(R"({"id":"evt_1","object":"event","type":"payment_intent.succeeded"})"),
        event("payment_intent.succeeded", R"({"id":"ch_1","object":"charge","amount":5,"currency":"usd"})"),
        event("payment_intent.succeeded", R"({"id":"pi_1","object":"payment_intent","amount":-5,"currency":"usd"})"),
        event("payment_intent.succeeded", R"({"id":"pi_1","object":"payment_intent","amount":5.5,"currency":"usd"})"),
        event("payment_intent.succeeded", R"({"id":"pi_1","object":"payment_intent","amount":5})"), event("charge.refunded", intent),
        event("payment_intent.succeeded", intent) + "x"}) {
    CHECK_FALSE(parse_stripe_event(json).has_value());
  }
  CHECK_FALSE(parse_stripe_event(std::string_view()).has_value());
}

struct Recorded {
  std::string file;
  ObservationKind kind;
};

TEST_CASE("webhooks: stripe: event: recorded events of the older shape") {
  const Recorded recorded[] = {{"payment_intent.succeeded.json", ObservationKind::intent_succeeded},
                               {"payment_intent.payment_failed.json", ObservationKind::intent_failed},
                               {"payment_intent.amount_capturable_updated.json", ObservationKind::intent_authorised},
                               {"payment_intent.created.json", ObservationKind::intent_pending},
                               {"payment_intent.processing.json", ObservationKind::intent_pending},
                               {"payment_intent.requires_action.json", ObservationKind::intent_pending},
                               {"payment_intent.canceled.json", ObservationKind::intent_cancelled},
                               {"charge.refunded.json", ObservationKind::charge_refunded},
                               {"charge.refund.updated.json", ObservationKind::refund_changed},
                               {"charge.dispute.created.json", ObservationKind::charge_disputed},
                               {"charge.dispute.closed.json", ObservationKind::charge_disputed},
                               {"charge.succeeded.json", ObservationKind::ignored},
                               {"payout.paid.json", ObservationKind::ignored}};
  for (const auto& [file, kind] : recorded) {
    const auto json = provider_fixture("stripe/" + file);
    if (!json) return;
    CAPTURE(file);
    const auto observation = parsed(*json);
    CHECK(observation.kind == kind);
    CHECK(observation.type + ".json" == file);
    if (kind == ObservationKind::ignored) continue;
    CHECK(observation.currency.size() == 3);
    CHECK_FALSE((observation.intent_id + observation.charge_id).empty());
  }
  const auto succeeded = parsed(*provider_fixture("stripe/payment_intent.succeeded.json"));
  CHECK(succeeded.amount_received == 2000);
  CHECK(succeeded.charge_id == "ch_000000000000000000000000");   // out of `charges`
  CHECK(parsed(*provider_fixture("stripe/charge.refunded.json")).amount_refunded == 100);
}

TEST_CASE("webhooks: stripe: event: today's resources of the official specification") {
  const auto text = provider_fixture("stripe/openapi_resource_fixtures.json");
  if (!text) return;
  simdjson::dom::parser parser;
  const simdjson::dom::element resources = parser.parse(*text);
  const auto resource = [&](const char* name) { return simdjson::minify(simdjson::dom::element(resources[name])); };
  CHECK(parsed(event("payment_intent.succeeded", resource("payment_intent"))).amount == 1099);
  CHECK(parsed(event("charge.refunded", resource("charge"))).charge_id.starts_with("ch_"));
  CHECK(parsed(event("refund.updated", resource("refund"))).refund_id.starts_with("re_"));
  CHECK(parsed(event("charge.dispute.created", resource("dispute"))).kind == ObservationKind::charge_disputed);
}

}  // namespace
}  // namespace layerline::webhooks
