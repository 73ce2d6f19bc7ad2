// Stripe forgets an idempotency key after a day: what may have been done under it is not done again later. The journal's clock, the
// worker's and that of the rule are one, and the test sets it.
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "infra/app/follower.hpp"
#include "tests/app/processes.hpp"
#include "workers/payments/limits.hpp"
#include "workers/payments/payment_effects.hpp"

namespace layerline::payments {
namespace {

using namespace std::chrono_literals;
using effects::EffectWorker;
using effects::OpenEffect;

constexpr std::int64_t start_ms = 1'795'000'000'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;

bool until(const std::function<bool()>& holds) {
  for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(10ms);
  return holds();
}

// The provider: hears of intents, and answers each with this status and no intent.
class Stripe {
 public:
  explicit Stripe(int status) : status_(status) {
    http::Router router;
    router.add(http::Method::post, "/v1/payment_intents", [this](http::Request&) -> boost::asio::awaitable<http::Response> {
      asked += 1;
      co_return http::json_response(status_, R"({"error":{"type":"api_error","code":"lock_timeout"}})");
    });
    auto server = http::Server::listen(thread_.io, std::move(router));
    REQUIRE(server);
    server_.emplace(std::move(*server));
  }
  ~Stripe() {
    thread_.stop();
    server_.reset();
  }
  [[nodiscard]] StripeAccount account() const {
    return {.base_url = "http://127.0.0.1:" + std::to_string(server_->port()), .api_key = Secret<std::string>("sk_test_1")};
  }
  std::atomic<int> asked = 0;

 private:
  const int status_;
  std::optional<http::Server> server_;
  app::IoThread thread_;
};

// A workshop in which a cart has been checked out, so that an intent is asked for.
struct Shop {
  std::atomic<std::int64_t> now_ms = start_ms;
  std::function<std::int64_t()> clock = [this] { return now_ms.load(); };
  app::Truth truth{"", clock};
  boost::asio::io_context io;
  app::Commands commands{io, app::only_main};

  Shop() {
    commands.attach(truth.journal);
    products::DefineProduct turtle{ProductId("turtle"), "TURTLE", {}};
    turtle.entry.name = "Turtle";
    turtle.entry.price = 1'500;
    turtle.entry.stocked = true;
    tell(turtle);
    tell(products::AdjustUnits{ProductId("turtle"), 1, "count"});
    tell(carts::AddToCart{CartId("g"), ProductId("turtle"), 1});
    const orders::Address address{.name = "Ada", .line1 = "1 Main St", .line2 = {}, .city = "Town", .postal_code = "1", .region = {},
                                  .country = "US", .phone = {}};
    tell(carts::CheckOutCart{CartId("g"), "standard", address, "ada@example.org"});
  }
  void tell(Command command) {
    const app::Outcome outcome = commands.execute_blocking(
        {.workshop = "main", .command_id = {}, .payload_hash = {}, .actor = "test", .cause = {}, .command = std::move(command)});
    REQUIRE(std::holds_alternative<journal::Accepted>(outcome));
  }
};

// The worker of payments, and what it was seen to do.
class Worker {
 public:
  Worker(Shop& shop, std::map<effects::Action, effects::Perform> perform)
      : follower_(*shop.truth.log, shop.truth.keys, EffectWorker::fact_types()),
        worker_(shop.commands, std::move(perform), {.name = "payments", .threads = 1, .now_ms = shop.clock}) {
    follower_.subscribe([this](const app::Fact& fact) {
      worker_.fold(fact);
      const std::lock_guard lock(mutex_);
      if (fact.event.has_effect_unknown()) seen_.push_back("unknown");
      if (fact.event.has_effect_failed()) seen_.push_back("failed");
      if (fact.event.has_effect_retried()) seen_.push_back("retried");
      if (fact.event.has_effect_parked()) {
        seen_.push_back("parked");
        parked_ = fact.event.effect_parked();
      }
    });
    REQUIRE(follower_.start());
    worker_.start();
  }
  ~Worker() {
    worker_.stop();
    follower_.stop();
  }
  [[nodiscard]] std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  [[nodiscard]] bool has_seen(std::size_t count) {
    return until([&] { return seen().size() >= count; });
  }
  [[nodiscard]] events::EffectParked parked() {
    const std::lock_guard lock(mutex_);
    return parked_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> seen_;
  events::EffectParked parked_;
  app::Follower follower_;
  EffectWorker worker_;
};

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("payments: what may have been done is asked for under its key for 23 hours, then parked; an operator's retry asks again") {
  Stripe stripe(500);
  Shop shop;
  Worker worker(shop, payment_effects(stripe.account(), shop.clock));
  REQUIRE(worker.has_seen(1));
  shop.now_ms = start_ms + hour_ms;
  REQUIRE(worker.has_seen(2));
  shop.now_ms = start_ms + limits::key_life_ms;
  REQUIRE(worker.has_seen(3));
  CHECK(worker.seen() == Seen{"unknown", "unknown", "unknown"});
  CHECK(stripe.asked == 3);
  shop.now_ms = start_ms + limits::key_life_ms + 10 * minute_ms;   // of the first attempt, not of the last one
  REQUIRE(worker.has_seen(4));
  CHECK(worker.seen().back() == "parked");
  CHECK(worker.parked().reason().find("may have been done") != std::string::npos);
  CHECK(stripe.asked == 3);
  shop.now_ms = start_ms + 100 * hour_ms;
  shop.tell(effects::RetryEffect{EffectId(worker.parked().effect())});
  REQUIRE(worker.has_seen(6));
  CHECK(worker.seen().back() == "unknown");
  CHECK(stripe.asked == 4);
}

TEST_CASE("payments: what was refused for now was not done, and is asked for again however late") {
  Stripe stripe(429);
  Shop shop;
  Worker worker(shop, payment_effects(stripe.account(), shop.clock));
  REQUIRE(worker.has_seen(1));
  shop.now_ms = start_ms + 100 * hour_ms;
  REQUIRE(worker.has_seen(2));
  CHECK(worker.seen() == Seen{"failed", "failed"});
  CHECK(stripe.asked == 2);
}

TEST_CASE("payments: an attempt that a crash cut off may have been done, and is not made again after 23 hours") {
  Stripe stripe(500);
  Shop shop;
  std::atomic<bool> begun = false;
  std::atomic<bool> test_ends = false;
  const effects::Perform stands_still = [&](const OpenEffect& effect) -> effects::Performed {
    begun = true;
    while (!test_ends) std::this_thread::sleep_for(5ms);
    return Command(effects::FinishEffect{EffectId(effect.id), effects::Outcome::succeeded, ""});
  };
  Worker dead(shop, {{events::EffectRequested::kCreatePaymentIntent, stands_still}});
  REQUIRE(until([&] { return begun.load(); }));
  shop.now_ms = start_ms + limits::key_life_ms + 1;
  {
    Worker next(shop, payment_effects(stripe.account(), shop.clock));
    CHECK(next.has_seen(1));
    CHECK(next.seen() == Seen{"parked"});
  }
  CHECK(stripe.asked == 0);
  test_ends = true;
}

TEST_CASE("payments: the last moment in which a key is used is 23 hours after the first attempt, of a refund as well") {
  std::int64_t now = start_ms;
  const auto perform = payment_effects({.base_url = "http://127.0.0.1:1", .api_key = Secret<std::string>("sk")}, [&] { return now; });
  const auto outcome = [&](effects::Action action, std::int64_t in_doubt_since_ms) {
    const effects::Performed performed = perform.at(action)({.workshop = "w", .id = "e", .in_doubt_since_ms = in_doubt_since_ms});
    return std::get<effects::FinishEffect>(performed.command).outcome;
  };
  using enum effects::Outcome;   // `failed`: Stripe was called, and nobody was there
  for (const auto action : {events::EffectRequested::kCreatePaymentIntent, events::EffectRequested::kCreateRefund}) {
    now = start_ms + 23 * hour_ms;
    CHECK(outcome(action, start_ms) == failed);
    now += 1;
    CHECK(outcome(action, start_ms) == failed_for_good);
    CHECK(outcome(action, start_ms + 1) == failed);
    CHECK(outcome(action, 0) == failed);
  }
  CHECK(outcome(events::EffectRequested::kCancelPaymentIntent, start_ms) == failed);   // twice cancelled is cancelled
}

}  // namespace layerline::payments
