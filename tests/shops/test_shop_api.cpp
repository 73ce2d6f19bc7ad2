#include <doctest/doctest.h>

#include "workers/shops/limits.hpp"
#include "workers/shops/shop_api.hpp"

namespace layerline::shops {
namespace {

const app::ConnectedShop squarespace_shop{.workshop = "main", .id = "one", .source = "squarespace",
                                          .base_url = "https://api.squarespace.com", .api_key = Secret<std::string>("key")};
const app::ConnectedShop woocommerce_shop{.workshop = "main", .id = "two", .source = "woocommerce", .base_url = "https://shop.example",
                                          .consumer_key = Secret<std::string>("ck_1"), .consumer_secret = Secret<std::string>("cs_1")};
const Stamp stamp{"nonce", 1'700'000'000};

std::string header(const http::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return "";
}

Called answered(int status, http::Headers headers = {}) {
  return called(http::ClientResponse{.status = status, .headers = std::move(headers), .body = "{}"});
}

}  // namespace

TEST_CASE("shops: api: squarespace: both bounds, or the cursor and nothing else; and always who we are") {
  const auto changes = ask_request(squarespace_shop, AskChanges{.from = {1'490'210'882'000}, .to = {1'490'210'883'500}}, stamp);
  CHECK(changes.url == "https://api.squarespace.com/1.0/commerce/orders?modifiedAfter=2017-03-22T19%3A28%3A02.000Z&"
                       "modifiedBefore=2017-03-22T19%3A28%3A03.500Z");
  CHECK(header(changes, "Authorization") == "Bearer key");
  CHECK_FALSE(header(changes, "User-Agent").empty());
  const auto page = ask_request(squarespace_shop, AskChanges{.from = {1}, .to = {2}, .cursor = "a=/b"}, stamp);
  CHECK(page.url == "https://api.squarespace.com/1.0/commerce/orders?cursor=a%3D%2Fb");
  const auto order = ask_request(squarespace_shop, AskOrder{"../x"}, stamp);
  CHECK(order.url == "https://api.squarespace.com/1.0/commerce/orders/..%2Fx");
}

TEST_CASE("shops: api: squarespace: a fulfilment as the documentation has it") {
  const auto request = squarespace_fulfilment_request(squarespace_shop, {"o1", "Post", "T1", {1'490'210'882'000}});
  CHECK(request.method == http::Method::post);
  CHECK(request.url == "https://api.squarespace.com/1.0/commerce/orders/o1/fulfillments");
  CHECK(header(request, "Content-Type") == "application/json");
  CHECK(request.body == R"({"shouldSendNotification":true,"shipments":[{"shipDate":"2017-03-22T19:28:02.000Z","carrierName":"Post",)"
                        R"("service":"Standard","trackingNumber":"T1"}]})");
}

TEST_CASE("shops: api: woocommerce: the note names the parcel, and of one among several what lies in it and that the rest follows") {
  const auto note = [](const Parcel& parcel) { return woocommerce_note_request(woocommerce_shop, parcel, stamp).body; };
  CHECK(note({"7", "Post", "T1", {0}}) ==
        R"({"note":"Your parcel is on its way with Post. Tracking number: T1","customer_note":true})");
  CHECK(note({"7", "Post", "T1", {0}, true, {{"FG-1", 2}, {"FG-2", 1}}}) ==
        R"({"note":"Your parcel is on its way with Post. Tracking number: T1 - it holds 2 x FG-1, 1 x FG-2. The rest of your order )"
        R"(follows.","customer_note":true})");
}

TEST_CASE("shops: api: woocommerce: over https by Basic, over plain http signed, and then without a password") {
  const auto secure = ask_request(woocommerce_shop, AskOrder{"727"}, stamp);
  CHECK(secure.url == "https://shop.example/wp-json/wc/v3/orders/727");
  CHECK(header(secure, "Authorization") == "Basic Y2tfMTpjc18x");
  app::ConnectedShop plain = woocommerce_shop;
  plain.base_url = "http://shop.example";
  const auto signed_request = ask_request(plain, AskOrder{"727"}, stamp);
  CHECK(header(signed_request, "Authorization").empty());
  CHECK(signed_request.url.find("cs_1") == std::string::npos);
  CHECK(signed_request.url.starts_with("http://shop.example/wp-json/wc/v3/orders/727?oauth_consumer_key=ck_1&oauth_nonce=nonce&"));
  CHECK(signed_request.url.find("&oauth_signature=") != std::string::npos);
}

TEST_CASE("shops: api: woocommerce: changes are asked for in UTC and in their order") {
  const auto changes = ask_request(woocommerce_shop, AskChanges{.from = {1'490'210'882'000}, .to = {0}, .page = 3}, stamp);
  CHECK(changes.url == "https://shop.example/wp-json/wc/v3/orders?modified_after=2017-03-22T19%3A28%3A02&dates_are_gmt=true&"
                       "orderby=modified&order=asc&per_page=100&page=3");
}

TEST_CASE("shops: api: oauth: the signature is that of RFC 5849's rules") {
  // 3.4.1.3.2: encoded first, sorted by name and then by value. Computed with Python's hmac over that base string.
  const Parameters parameters = {{"b5", "=%3D"}, {"a3", "a"}, {"c@", ""}, {"a2", "r b"}, {"a3", "2 q"}};
  CHECK(oauth_signature("POST", "http://example.com/request", parameters, "j49sk3j29djd") ==
        "rbBNebHwVWGUyLStYccD/33ypWgAWNYZRVhnLcGYm+Q=");
  CHECK(percent_encoded("r b/ü~-_.") == "r%20b%2F%C3%BC~-_.");
}

TEST_CASE("shops: api: answers: each status says what may be done next") {
  CHECK(answered(200).end == End::good);
  CHECK(answered(204).end == End::good);
  CHECK(answered(404).end == End::gone);
  CHECK(answered(410).end == End::gone);
  CHECK(answered(404, {{"date", "Wed, 22 Mar 2017 19:28:02 GMT"}}).gone_at == Time{1'490'210'882'000});   // by the shop's clock
  CHECK_FALSE(answered(404, {{"date", "Wed, 22 Mar 2017 19:28:02 GMT"}, {"age", "60"}}).gone_at.has_value());   // of a cache
  CHECK_FALSE(answered(404).gone_at.has_value());
  CHECK(answered(401).end == End::refused);
  CHECK(answered(500).end == End::unknown);
  CHECK(answered(302).end == End::unknown);
  CHECK(answered(429).end == End::limited);
  CHECK(answered(429).retry_after.ms == limits::cool_down_ms);
  CHECK(answered(429, {{"retry-after", "5"}}).retry_after.ms == 5'000);
  CHECK(answered(429, {{"retry-after", "soon"}}).retry_after.ms == limits::cool_down_ms);
  using Outcome = http::TransportError::Outcome;
  CHECK(called(std::unexpected(http::TransportError{Outcome::not_done, "refused"})).end == End::not_done);
  CHECK(called(std::unexpected(http::TransportError{Outcome::unknown, "timeout"})).end == End::unknown);
}

}  // namespace layerline::shops
