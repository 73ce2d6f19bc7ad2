// A gateway without projections of its own shows what one with them shows, or says that it can't.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>

#include "gateways/rest/tracking_token.hpp"
#include "tests/gateways/two_processes.hpp"

using namespace layerline;
using namespace layerline::testing;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

const std::vector<std::string> keys = {"operator", "customer-1", "customer-2", "nobody", "other-workshop"};

internal::FindProjector always(std::string url) {
  return [url = std::move(url)](std::string_view) { return std::optional(url); };
}

internal::FindProjector never() {
  return [](std::string_view) { return std::nullopt; };
}

// Nobody listens there: it belonged to a server that is gone.
std::string dead_url() {
  Loop loop;
  loop.serve(http::Router());
  return loop.url();
}

http::Headers from_position(std::size_t offset) { return {{"Layerline-Min-Position", "journal.0:" + std::to_string(offset)}}; }

struct Shown {
  int status;
  std::string body, type, etag, position;
  bool operator==(const Shown&) const = default;
};
Shown shown(const http::ClientResponse& response) {
  return {response.status, response.body, std::string(response.header("content-type")), std::string(response.header("etag")),
          std::string(response.header("layerline-position"))};
}
std::ostream& operator<<(std::ostream& out, const Shown& shown) {
  return out << shown.status << " " << shown.type << " " << shown.etag << " " << shown.position << "\n" << shown.body;
}

boost::asio::awaitable<std::string> measured_quote(const rest::Views& views, std::int64_t wait_ms) {
  const rest::Caller caller{{"w1", "operator", "k1", ""}, 0};
  auto shown = co_await views.measured_quote(caller, "quote-00000001", wait_ms);
  co_return shown ? shown->document.status + (shown->document.json.ends_with("}}") ? " with stock" : "") : "none";
}

}  // namespace

TEST_CASE("gateways: remote views: every caller is shown the same as by a gateway with projections of its own") {
  const Journal journal = many_journeys(3, 2);
  ProjectorProcess projector(journal, journal.commits().size());
  GatewayProcess near(projector);
  GatewayProcess far(always(projector.url()));
  const std::vector<std::string> documents = {"quotes/quote-00000001", "orders/order-00000001", "orders/order-00000001/status",
                                              "orders/order-00000001/tracking-link", "payments/payment-00000001"};
  const std::vector<std::string> of_staff = {
      "production-orders/production-00000001", "inventory/materials/PLA-black", "printers/p1", "products/product-00000001",
      "inventory/materials/PLA-black/ledger", "inventory/materials", "printers", "production-orders",
      "production-orders?status=waiting", "admin/effects"};
  const std::vector<std::string> others = {
      "quotes", "orders", "orders?limit=2", "orders?limit=0", "orders?status=DELIVERED", "orders?customer_id=customer-1",
      "orders/nothing", "files/file-00000001", "products", "products/nothing", "cart"};
  int found = 0;
  for (const auto* paths : {&documents, &of_staff, &others}) {
    for (const std::string& path : *paths) {
      for (const std::string& key : keys) {
        CAPTURE(path);
        CAPTURE(key);
        const Shown here = shown(near.get("/api/v1/" + path, key));
        CHECK(shown(far.get("/api/v1/" + path, key)) == here);
        found += here.status == 200 ? 1 : 0;
        if (paths == &others) continue;
        const bool allowed = key == "operator" || (paths == &documents && key == "customer-1");
        if (allowed) CHECK(here.status == 200);
        if (!allowed && key != "other-workshop") CHECK(here.status >= 400);
        if (!allowed) CHECK(here.body.find("customer-1") == std::string::npos);
      }
    }
  }
  CHECK(found > 30);
}

TEST_CASE("gateways: remote views: cursors lead from page to page, as near the projections") {
  const Journal journal = many_journeys(5, 2);
  ProjectorProcess projector(journal, journal.commits().size());
  GatewayProcess far(always(projector.url()));
  std::size_t orders = 0;
  std::string cursor;
  do {
    const std::string body = far.get("/api/v1/orders?limit=2&cursor=" + cursor, "operator").body;
    for (std::size_t at = body.find("\"order_number\""); at != std::string::npos; at = body.find("\"order_number\"", at + 1)) ++orders;
    const std::string name = "\"next_cursor\":\"";
    const std::size_t at = body.find(name);
    cursor = at == std::string::npos ? "" : body.substr(at + name.size(), body.find('"', at + name.size()) - at - name.size());
  } while (!cursor.empty());
  CHECK(orders == 5);
}

TEST_CASE("gateways: remote views: a magic link, an order's payment and the stock are one question each") {
  const Journal journal = many_journeys(1, 1);
  ProjectorProcess projector(journal, journal.commits().size());
  GatewayProcess near(projector);
  int asked = 0;
  GatewayProcess far([&asked, url = projector.url()](std::string_view) {
    ++asked;
    return std::optional(url);
  });
  const auto same = [&](http::Method method, const std::string& path, const std::string& key, const std::string& body) {
    const Shown here = shown(near.ask(method, path, key, body));
    CHECK(shown(far.ask(method, path, key, body)) == here);
    return here;
  };
  const std::string track = "/track/" + rest::tracking_token("secret", "w1", "order-00000001");
  CHECK(same(http::Method::get, track, "", "").status == 200);
  CHECK(same(http::Method::get, "/track/" + rest::tracking_token("secret", "w1", "order-00000002"), "", "").status == 404);
  CHECK(same(http::Method::post, "/api/v1/payments/intents", "customer-1", R"({"order_id":"order-00000001"})").status == 200);
  CHECK(same(http::Method::post, "/api/v1/payments/intents", "customer-2", R"({"order_id":"order-00000001"})").status == 404);
  const Shown stock = same(http::Method::post, "/api/v1/inventory/check", "customer-2", R"({"material_type":"PLA","grams":1})");
  CHECK(stock.body.find("\"in_stock\":true") != std::string::npos);
  CHECK(asked == 5);
}

TEST_CASE("gateways: remote views: a position that is not visible yet is waited for in the projector's process") {
  const Journal journal = many_journeys(1, 1);
  const std::size_t all = journal.commits().size();
  ProjectorProcess projector(journal, all - 1);
  GatewayProcess far(always(projector.url()));
  CHECK(far.get("/api/v1/orders/order-00000001", "operator", from_position(all - 2)).status == 200);
  auto late = std::async(std::launch::async, [&] { return far.get("/api/v1/orders/order-00000001", "operator", from_position(all - 1)); });
  CHECK(late.wait_for(milliseconds(300)) == std::future_status::timeout);
  projector.release(all);
  const auto answer = late.get();
  CHECK(answer.status == 200);
  CHECK(answer.header("layerline-position") == "journal.0:" + std::to_string(all - 1));
}

TEST_CASE("gateways: remote views: a position beyond the journal is waited for so long, and no longer") {
  const Journal journal = many_journeys(1, 1);
  ProjectorProcess projector(journal, journal.commits().size());
  GatewayProcess far(always(projector.url()));
  const auto begun = Clock::now();
  const auto late = far.get("/api/v1/orders/order-00000001", "operator", from_position(1'000'000));
  CHECK(late.status == 503);
  CHECK(late.body.find("not-up-to-position") != std::string::npos);
  CHECK(late.header("retry-after") == "1");
  CHECK(Clock::now() - begun > milliseconds(4'900));
  CHECK(Clock::now() - begun < milliseconds(8'000));
  CHECK(far.get("/api/v1/orders", "operator", {{"Layerline-Min-Position", "another.0:1"}}).status == 412);
}

TEST_CASE("gateways: remote views: without a projector it is 503 with Retry-After, and with a dead one too") {
  for (const auto& find : {never(), always(dead_url())}) {
    GatewayProcess far(find);
    for (const std::string path : {"orders/order-00000001", "orders", "inventory/materials/PLA-black/ledger", "quotes/quote-00000001"}) {
      const auto answer = far.get("/api/v1/" + path, "operator");
      CHECK(answer.status == 503);
      CHECK(answer.header("retry-after") == "1");
      CHECK(answer.body.find("view-unavailable") != std::string::npos);
    }
    CHECK(far.get("/api/v1/orders", "wrong").status == 401);
  }
}

TEST_CASE("gateways: remote views: when a projector goes away, another one is asked, once") {
  const Journal journal = many_journeys(1, 1);
  ProjectorProcess living(journal, journal.commits().size());
  auto leaving = std::make_unique<ProjectorProcess>(journal, journal.commits().size());
  std::vector<std::string> avoided;
  GatewayProcess far([&, first = leaving->url(), second = living.url()](std::string_view failed) {
    avoided.emplace_back(failed);
    return std::optional(failed == first ? second : first);
  });
  CHECK(far.get("/api/v1/orders/order-00000001", "operator").status == 200);
  CHECK(avoided == std::vector<std::string>{""});
  const std::string gone = leaving->url();
  leaving.reset();
  avoided.clear();
  CHECK(far.get("/api/v1/orders/order-00000001", "operator").status == 200);
  CHECK(avoided == std::vector<std::string>{"", gone});
  living.stop();
  avoided.clear();
  CHECK(far.get("/api/v1/orders/order-00000001", "operator").status == 503);
  CHECK(avoided.size() == 2);
}

TEST_CASE("gateways: remote views: a command is answered with its document once that is visible, and without it if nobody shows it") {
  const Journal journal = many_journeys(1, 1);
  const std::size_t all = journal.commits().size();
  ProjectorProcess projector(journal, all - 1);
  const auto say = [&](GatewayProcess& gateway) {
    http::Response accepted = http::json_response(200, "accepted");
    accepted.headers.emplace_back("Layerline-Position", gateway.views().position_token(0, all - 1));
    const rest::Caller caller{{"w1", "operator", "k1", ""}, 0};
    const auto answer = [&gateway, caller](http::Response given) -> boost::asio::awaitable<http::Response> {
      co_return co_await gateway.views().answer_after(std::move(given), rest::Thing::order, caller, "order-00000001");
    };
    auto future = boost::asio::co_spawn(gateway.io(), answer(std::move(accepted)), boost::asio::use_future);
    projector.release(all);
    return std::get<std::string>(future.get().body);
  };
  GatewayProcess alone(never());
  GatewayProcess far(always(projector.url()));
  CHECK(say(alone) == "accepted");
  CHECK(say(far).find("\"id\":\"order-00000001\"") != std::string::npos);
}

TEST_CASE("gateways: remote views: a quote that is being measured is waited for by one question") {
  Journal journal;
  open_workshop(journal);
  const std::size_t empty = journal.commits().size();
  upload_and_quote(journal, {});
  const std::size_t all = journal.commits().size();
  REQUIRE(all > empty + 1);
  ProjectorProcess projector(journal, empty);
  GatewayProcess far(always(projector.url()));
  const auto measure = [&](std::int64_t wait_ms) {
    return boost::asio::co_spawn(far.io(), measured_quote(far.views(), wait_ms), boost::asio::use_future);
  };
  CHECK(measure(50).get() == "none");
  projector.release(empty + 1);
  CHECK(measure(300).get() == "draft with stock");
  auto waiting = measure(5'000);
  CHECK(waiting.wait_for(milliseconds(100)) == std::future_status::timeout);
  projector.release(all);
  CHECK(waiting.get() == "approved with stock");
}

TEST_CASE("gateways: /internal/views: without the token there is nothing, and nonsense is a 400") {
  const Journal journal = many_journeys(1, 1);
  ProjectorProcess projector(journal, journal.commits().size());
  const std::string question = encode(internal::Question{{0, "w1", {}}, internal::FindDocument{internal::Thing::order, "order-00000001"}});
  http::Client client;
  const auto ask = [&](const std::string& token, const std::string& body) {
    http::Headers headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    const auto answer = client.perform({http::Method::post, projector.url() + "/internal/views", headers, body});
    REQUIRE(answer);
    return answer->status;
  };
  CHECK(ask(internal_token, question) == 200);
  CHECK(ask("", question) == 404);
  CHECK(ask("operator", question) == 404);
  CHECK(ask("", "") == 404);
  CHECK(ask(internal_token, "") == 400);
  CHECK(ask(internal_token, question + "x") == 400);
  CHECK(ask(internal_token, std::string(65 * 1024, 'x')) == 413);
}
