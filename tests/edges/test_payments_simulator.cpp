// Our client against the simulated provider, and the provider's webhooks against our verification.
#include <ctime>
#include <mutex>

#include <doctest/doctest.h>

#include "gateways/webhooks/stripe_event.hpp"
#include "gateways/webhooks/stripe_signature.hpp"
#include "tests/http/running_server.hpp"
#include "tests/simulators/payments/ledger.hpp"
#include "tests/simulators/payments/webhook_sender.hpp"
#include "workers/payments/stripe_api.hpp"

namespace layerline::simulators {
namespace {

using payments::Intent;

const payments::StripeAccount account{.base_url = "", .api_key = Secret<std::string>("sk_test_123")};

const payments::IntentOrder order{.effect = EffectId("effect-1"),
                                  .amount = {1250, "USD"},
                                  .workshop = WorkshopId("w"),
                                  .payment = PaymentId("p"),
                                  .order = OrderId("o"),
                                  .description = "SO-2026-001"};

ApiCall call_of(const http::ClientRequest& request) {
  ApiCall call;
  call.path = request.url;
  call.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization") call.key = value.substr(7);
    if (name == "Content-Type") call.content_type = value;
    if (name == "Idempotency-Key") call.idempotency_key = value;
  }
  return call;
}

payments::HttpAnswer answer_of(const ApiAnswer& answer) { return http::ClientResponse{.status = answer.status, .body = answer.body}; }

struct World {
  std::vector<std::string> events;
  Ledger ledger{"run", [this](const std::string& event) { events.push_back(event); }};

  ApiAnswer post(const http::ClientRequest& request) { return ledger.post(call_of(request), 1'000); }
  Intent create() { return std::get<Intent>(payments::classify_intent(answer_of(post(payments::create_intent_request(account, order))))); }
  webhooks::PaymentObservation last_event() { return *webhooks::parse_stripe_event(events.back()); }
};

TEST_CASE("simulator: payments: an intent is paid, and its event carries our ids and the cumulative amount") {
  World world;
  const Intent intent = world.create();
  CHECK(intent.amount == Money{1250, "USD"});
  CHECK(world.ledger.pay(intent.id, "declined", 1'001).status == 402);
  CHECK(world.last_event().kind == webhooks::ObservationKind::intent_failed);
  CHECK(world.last_event().failure_code == "card_declined:insufficient_funds");
  CHECK(world.ledger.pay(intent.id, "ok", 1'002).status == 200);
  const auto paid = world.last_event();
  CHECK(paid.kind == webhooks::ObservationKind::intent_succeeded);
  CHECK(paid.amount_received == 1250);
  CHECK(paid.workshop_id == "w");
  CHECK(paid.order_id == "o");
  const auto read = payments::classify_intent(answer_of(world.ledger.read_intent("sk_test_123", intent.id)));
  CHECK(std::get<Intent>(read).status == payments::IntentStatus::succeeded);
  CHECK(world.ledger.pay(intent.id, "ok", 1'003).status == 400);
}

TEST_CASE("simulator: payments: the same key replays, another body under it is refused") {
  World world;
  const auto request = payments::create_intent_request(account, order);
  const ApiAnswer first = world.post(request);
  const ApiAnswer again = world.post(request);
  CHECK(again.body == first.body);
  CHECK(world.events.size() == 1);
  auto other = order;
  other.amount.minor_units = 1;
  CHECK(world.post(payments::create_intent_request(account, other)).status == 400);
}

TEST_CASE("simulator: payments: keys, content type and fields are checked as strictly as by the provider's own mock") {
  World world;
  auto call = call_of(payments::create_intent_request(account, order));
  call.idempotency_key = "";
  auto changed = call;
  changed.key = "sk_test_1_2";
  CHECK(world.ledger.post(changed, 0).status == 401);
  changed = call;
  changed.content_type = "application/json";
  CHECK(world.ledger.post(changed, 0).status == 400);
  for (const std::string body : {"amount=5&currency=usd&surprise=1", "amount=5.5&currency=usd", "amount=-5&currency=usd", "currency=usd",
                                 "amount=5&currency=USD", "amount=5&amount=5&currency=usd", "amount=%zz&currency=usd"}) {
    changed = call;
    changed.body = body;
    CHECK(world.ledger.post(changed, 0).status == 400);
  }
  CHECK(world.ledger.read_intent("sk_test_1", "pi_none").status == 404);
}

TEST_CASE("simulator: payments: refunds add up at the provider and never exceed what was paid") {
  World world;
  const Intent intent = world.create();
  world.ledger.pay(intent.id, "ok", 1'001);
  payments::RefundOrder refund{.effect = EffectId("refund-1"), .intent_id = intent.id, .amount = {500, "USD"},
                               .workshop = WorkshopId("w"), .payment = PaymentId("p"), .order = OrderId("o")};
  for (const std::int64_t total : {500, 1000}) {
    const auto answer = payments::classify_refund(answer_of(world.post(payments::create_refund_request(account, refund))));
    CHECK(std::get<payments::Refund>(answer).status == payments::RefundStatus::succeeded);
    CHECK(world.last_event().kind == webhooks::ObservationKind::charge_refunded);
    CHECK(world.last_event().amount_refunded == total);
    CHECK(world.last_event().intent_id == intent.id);
    refund.effect = EffectId("refund-2");
  }
  refund.effect = EffectId("refund-3");
  CHECK(world.post(payments::create_refund_request(account, refund)).status == 400);
}

TEST_CASE("simulator: payments: webhooks arrive signed, again after an error, and as often as asked") {
  std::mutex mutex;
  int received = 0;
  int bad = 0;
  const std::vector<Secret<std::string>> secrets = {Secret<std::string>("whsec_x")};
  http::Router router;
  router.add(http::Method::post, "/hook", [&](http::Request& request) -> boost::asio::awaitable<http::Response> {
    const auto verdict = webhooks::verify_stripe_signature(request.header("Stripe-Signature"), request.body(), secrets, std::time(nullptr));
    const std::lock_guard lock(mutex);
    bad += !verdict.has_value();
    ++received;
    co_return http::text_response(received == 1 ? 500 : 200, "");
  });
  http::RunningServer server(std::move(router));
  WebhookSender sender(server.url("/hook"), secrets[0]);
  sender.set_faults({.repeat = 3});
  sender.send(R"({"id":"evt_1"})");
  while (sender.delivered() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const std::lock_guard lock(mutex);
  CHECK(received == 4);
  CHECK(bad == 0);
}

}  // namespace
}  // namespace layerline::simulators
