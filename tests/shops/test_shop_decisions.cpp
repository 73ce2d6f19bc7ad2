#include <doctest/doctest.h>

#include "domain/commands.hpp"

namespace layerline {
namespace {

class CountedIds final : public IdSource {
 public:
  std::string next(Time) override { return "id-" + std::to_string(++last_); }

 private:
  int last_ = 0;
};

constexpr Time now{1'790'000'000'000};

struct Scene {
  Workshop workshop;
  CountedIds ids;
  Scene() { REQUIRE(decide(settings::OpenWorkshop{WorkshopId("main"), "Main", "USD", ""}).has_value()); }
  Decided decide(const Command& command) { return decide_all(command, workshop, now, ids, "admin:1"); }
  std::string refusal(const Command& command) {
    const Decided decided = decide(command);
    return decided ? "" : decided.error().type;
  }
};

const shops::ConnectShop squarespace_shop{.shop = "one", .source = "squarespace", .base_url = "https://api.squarespace.com",
                                          .api_key = "key", .webhook_secrets = {"00FF"}};
const shops::ConnectShop woocommerce_shop{.shop = "two", .source = "woocommerce", .base_url = "https://shop.example", .consumer_key = "ck",
                                          .consumer_secret = "cs", .webhook_secrets = {"any text"}};

}  // namespace

TEST_CASE("shops: decisions: a shop is connected with its secrets sealed under a key of its own") {
  Scene scene;
  const Decided decided = scene.decide(woocommerce_shop);
  REQUIRE(decided.has_value());
  REQUIRE(decided->size() == 1);
  CHECK(decided->list()[0].stream == "shop/two");
  const events::ShopConnected& event = decided->list()[0].event.shop_connected();
  CHECK(event.consumer_secret().subject() == "shop/main/two");
  CHECK(event.webhook_secrets(0).clear() == "any text");
  CHECK(event.since_ms() == now.ms);
  CHECK(scene.workshop.shops.at("two").source == "woocommerce");
}

TEST_CASE("shops: decisions: connected again it has new secrets, but never another source") {
  Scene scene;
  REQUIRE(scene.decide(squarespace_shop).has_value());
  CHECK(scene.decide(squarespace_shop)->size() == 1);
  shops::ConnectShop other = woocommerce_shop;
  other.shop = "one";
  CHECK(scene.refusal(other) == "shop-exists");
}

TEST_CASE("shops: decisions: what can't work is refused when it is said") {
  Scene scene;
  const auto with = [](shops::ConnectShop command, auto change) {
    change(command);
    return command;
  };
  using C = shops::ConnectShop;
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.shop = "One"; })) == "bad-shop");
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.shop = ""; })) == "bad-shop");
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.source = "etsy"; })) == "unknown-source");
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.api_key = ""; })) == "bad-shop");
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.api_key = "key\r\nX: y"; })) == "bad-shop");
  CHECK(scene.refusal(with(squarespace_shop, [](C& c) { c.webhook_secrets = {"no hex"}; })) == "bad-shop");
  CHECK(scene.refusal(with(woocommerce_shop, [](C& c) { c.consumer_secret = ""; })) == "bad-shop");
  CHECK(scene.refusal(with(woocommerce_shop, [](C& c) { c.webhook_secrets = {""}; })) == "bad-shop");
  CHECK(scene.refusal(with(woocommerce_shop, [](C& c) { c.webhook_secrets.assign(5, "s"); })) == "bad-shop");
  for (const char* url : {"", "shop.example", "ftp://shop.example", "https://shop.example/", "https://a:b@shop.example",
                          "https://shop.example?x"})
    CHECK(scene.refusal(with(woocommerce_shop, [url](C& c) { c.base_url = url; })) == "bad-shop");
}

TEST_CASE("shops: decisions: how far a shop was read only moves forward") {
  Scene scene;
  REQUIRE(scene.decide(squarespace_shop).has_value());
  CHECK(scene.decide(shops::RecordCaughtUp{"one", now})->empty());
  CHECK(scene.decide(shops::RecordCaughtUp{"one", now + Duration{5}})->size() == 1);
  CHECK(scene.decide(shops::RecordCaughtUp{"one", now + Duration{4}})->empty());
  CHECK(scene.workshop.shops.at("one").caught_up == now + Duration{5});
  REQUIRE(scene.decide(squarespace_shop).has_value());
  CHECK(scene.workshop.shops.at("one").caught_up == now + Duration{5});   // new secrets do not make it read everything again
}

TEST_CASE("shops: decisions: a shop that is not connected is told nothing and tells nothing") {
  Scene scene;
  CHECK(scene.refusal(shops::NotifyShopOrder{"one", "7", "order.create"}) == "not-found");
  CHECK(scene.refusal(shops::RemoveShop{"one"}) == "not-found");
  REQUIRE(scene.decide(squarespace_shop).has_value());
  CHECK(scene.decide(shops::NotifyShopOrder{"one", "7", "order.create"})->size() == 1);
  CHECK(scene.refusal(shops::NotifyShopOrder{"one", "", "order.create"}) == "bad-order");
  CHECK(scene.refusal(shops::NotifyShopOrder{"one", std::string(65, 'x'), "order.create"}) == "bad-order");
  REQUIRE(scene.decide(shops::RemoveShop{"one"}).has_value());
  CHECK(scene.refusal(shops::RecordCaughtUp{"one", now + Duration{5}}) == "not-found");
  CHECK(scene.workshop.shops.empty());
}

}  // namespace layerline
