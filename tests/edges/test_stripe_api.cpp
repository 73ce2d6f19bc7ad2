#include <algorithm>

#include <doctest/doctest.h>

#include "workers/payments/stripe_api.hpp"

namespace layerline::payments {
namespace {

const StripeAccount account{.base_url = "http://stripe", .api_key = Secret<std::string>("sk_test_123")};

IntentOrder intent_order() {
  return {.effect = EffectId("effect-1"),
          .amount = {1250, "USD"},
          .workshop = WorkshopId("w 1"),
          .payment = PaymentId("p"),
          .order = OrderId("o"),
          .description = "SO-2026-001 (1/2)"};
}

HttpAnswer answered(int status, std::string body, http::Headers headers = {}) {
  return http::ClientResponse{.status = status, .headers = std::move(headers), .body = std::move(body)};
}

HttpAnswer broken(http::TransportError::Outcome outcome) { return std::unexpected(http::TransportError{outcome, "why"}); }

std::string error_body(std::string_view code, std::string_view decline = "") {
  return R"({"error":{"type":"card_error","code":")" + std::string(code) + R"(","decline_code":")" + std::string(decline) + R"("}})";
}

constexpr std::string_view intent = R"({"id":"pi_1","object":"payment_intent","amount":1250,"amount_received":0,"amount_capturable":0,
  "currency":"usd","status":"requires_payment_method","client_secret":"cs","latest_charge":null})";

TEST_CASE("payments: stripe: an intent is asked for with its effect as the key and our ids in the metadata") {
  const auto request = create_intent_request(account, intent_order());
  CHECK(request.method == http::Method::post);
  CHECK(request.url == "http://stripe/v1/payment_intents");
  CHECK(request.body ==
        "amount=1250&currency=usd&automatic_payment_methods[enabled]=true&description=SO-2026-001%20%281%2F2%29&"
        "metadata[workshop_id]=w%201&metadata[payment_id]=p&metadata[order_id]=o");
  const auto has = [&](const http::Header& header) { return std::ranges::find(request.headers, header) != request.headers.end(); };
  CHECK(has({"Idempotency-Key", "effect-1"}));
  CHECK(has({"Authorization", "Bearer sk_test_123"}));
  CHECK(has({"Content-Type", "application/x-www-form-urlencoded"}));
  CHECK(read_intent_request(account, "pi_1/../x").url == "http://stripe/v1/payment_intents/pi_1%2F..%2Fx");
}

TEST_CASE("payments: stripe: a good answer becomes the intent") {
  const auto answer = classify_intent(answered(200, std::string(intent)));
  REQUIRE(std::holds_alternative<Intent>(answer));
  CHECK(std::get<Intent>(answer).id == "pi_1");
  CHECK(std::get<Intent>(answer).status == IntentStatus::requires_payment);
  CHECK(std::get<Intent>(answer).amount == Money{1250, "USD"});
  CHECK(std::get<Intent>(answer).client_secret.reveal() == "cs");
}

TEST_CASE("payments: stripe: every other answer is failed, failed for now, or unknown") {
  struct Row {
    HttpAnswer answer;
    enum { failed, retryable, unknown } expected;
    std::string_view code;
  };
  const Row rows[] = {
      {answered(400, error_body("parameter_unknown")), Row::failed, "parameter_unknown"},
      {answered(401, "{}"), Row::failed, "authentication"},
      {answered(402, error_body("card_declined", "insufficient_funds")), Row::failed, "card_declined:insufficient_funds"},
      {answered(403, "not json"), Row::failed, "http_403"},
      {answered(404, error_body("resource_missing")), Row::failed, "resource_missing"},
      {answered(409, error_body("idempotency_key_in_use")), Row::retryable, "idempotency_key_in_use"},
      {answered(429, error_body("lock_timeout")), Row::retryable, "lock_timeout"},
      {answered(429, error_body("lock_timeout"), {{"stripe-should-retry", "false"}}), Row::failed, "lock_timeout"},
      {answered(400, error_body("x"), {{"stripe-should-retry", "true"}}), Row::retryable, "x"},
      {answered(500, error_body("")), Row::unknown, ""},
      {answered(503, ""), Row::unknown, ""},
      {answered(302, ""), Row::unknown, ""},
      {answered(200, "not json"), Row::unknown, ""},
      {answered(200, R"({"object":"payment_intent","id":"pi_1","amount":5,"currency":"usd","status":"new_word"})"), Row::unknown, ""},
      {answered(200, R"({"object":"charge","id":"ch_1","amount":5,"currency":"usd","status":"succeeded"})"), Row::unknown, ""},
      {broken(http::TransportError::Outcome::not_done), Row::retryable, "not_reached"},
      {broken(http::TransportError::Outcome::unknown), Row::unknown, ""},
  };
  for (const Row& row : rows) {
    const auto answer = classify_intent(row.answer);
    CAPTURE(row.code);
    REQUIRE(std::holds_alternative<Unknown>(answer) == (row.expected == Row::unknown));
    if (row.expected == Row::unknown) continue;
    REQUIRE(std::holds_alternative<Failed>(answer));
    CHECK(std::get<Failed>(answer).retryable == (row.expected == Row::retryable));
    CHECK(std::get<Failed>(answer).code == row.code);
  }
}

TEST_CASE("payments: stripe: an answer says whether the provider is at fault, whatever becomes of the payment") {
  const auto at_fault = [](const HttpAnswer& answer) {
    const auto classified = classify_intent(answer);
    const auto* failed = std::get_if<Failed>(&classified);
    return std::holds_alternative<circuit::Fault>(failed != nullptr ? failed->service : std::get<Unknown>(classified).service);
  };
  CHECK(at_fault(answered(500, error_body(""))));
  CHECK(at_fault(answered(429, error_body("rate_limit"))));
  CHECK(at_fault(broken(http::TransportError::Outcome::not_done)));
  CHECK(at_fault(broken(http::TransportError::Outcome::unknown)));
  CHECK_FALSE(at_fault(answered(402, error_body("card_declined"))));
  CHECK_FALSE(at_fault(answered(401, "{}")));
  CHECK_FALSE(at_fault(answered(200, "not json")));
  CHECK_FALSE(at_fault(answered(500, error_body(""), {{"idempotent-replayed", "true"}})));
}

}  // namespace
}  // namespace layerline::payments
