#include <doctest/doctest.h>
#include <simdjson.h>

#include "gateways/webhooks/squarespace_webhook.hpp"
#include "gateways/webhooks/woocommerce_webhook.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "tests/edges/fixtures.hpp"

namespace layerline::webhooks {
namespace {

using Secrets = std::vector<Secret<std::string>>;

const std::string hex_secret = "F3F9B981C78E7A6187E42853F6CE2804177E98206164779423B02DEC981ACD6B";   // the documentation's sample
const std::string notification = R"({"id":"5c2b","websiteId":"5f3c","subscriptionId":"5f3c2","topic":"order.create",)"
                                 R"("createdOn":"2020-04-22T22:18+00:00","data":{"orderId":"5f3c39"}})";
const Secrets squarespace_secrets = {Secret<std::string>(hex_secret)};
const Secrets woocommerce_secrets = {Secret<std::string>("secret & <more>")};

}  // namespace

TEST_CASE("webhooks: squarespace: signature: the vectors are accepted, in either case of their digits") {
  const auto text = provider_fixture("vectors.json");
  if (!text) return;
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(*text);
  int checked = 0;
  for (const auto vector : document["squarespace"].get_array()) {
    const Secrets keys = {Secret(std::string(std::string_view(vector["secret_hex"])))};
    auto signature = std::string(std::string_view(vector["signature_hex"]));
    CHECK(verify_squarespace_signature(signature, std::string_view(vector["body"]), keys));
    for (char& c : signature) c = c >= 'a' ? static_cast<char>(c - 32) : c;
    CHECK(verify_squarespace_signature(signature, std::string_view(vector["body"]), keys));
    ++checked;
  }
  CHECK(checked > 0);
}

TEST_CASE("webhooks: squarespace: signature: what public code gets wrong is refused") {
  const std::string good = make_squarespace_signature(notification, squarespace_secrets[0]);
  CHECK(verify_squarespace_signature(good, notification, squarespace_secrets));
  const std::string undecoded = crypto::hmac_sha256(hex_secret, notification);   // the secret as text
  CHECK_FALSE(verify_squarespace_signature(crypto::hex(undecoded), notification, squarespace_secrets));
  CHECK_FALSE(verify_squarespace_signature(crypto::base64(*crypto::from_hex(good)), notification, squarespace_secrets));
  for (const std::string& header : {std::string(), good.substr(2), good + "00", good + " ", "sha256=" + good, std::string(64, '0')})
    CHECK_FALSE(verify_squarespace_signature(header, notification, squarespace_secrets));
  CHECK_FALSE(verify_squarespace_signature(good, notification + " ", squarespace_secrets));
}

TEST_CASE("webhooks: squarespace: signature: of several secrets any is valid, without one none is, an unreadable one is passed over") {
  const std::string good = make_squarespace_signature(notification, squarespace_secrets[0]);
  CHECK(verify_squarespace_signature(good, notification, Secrets{Secret<std::string>("00ff"), squarespace_secrets[0]}));
  CHECK(verify_squarespace_signature(good, notification, Secrets{Secret<std::string>("no hex"), squarespace_secrets[0]}));
  CHECK_FALSE(verify_squarespace_signature(good, notification, Secrets{}));
  const std::string empty_key = crypto::hex(crypto::hmac_sha256("", notification));
  CHECK_FALSE(verify_squarespace_signature(empty_key, notification, Secrets{Secret<std::string>("")}));
}

TEST_CASE("webhooks: squarespace: signature: any changed byte of the body breaks it") {
  const std::string good = make_squarespace_signature(notification, squarespace_secrets[0]);
  for (std::size_t i = 0; i < notification.size(); ++i) {
    std::string changed = notification;
    changed[i] ^= 1;
    CHECK_FALSE(verify_squarespace_signature(good, changed, squarespace_secrets));
  }
}

TEST_CASE("webhooks: squarespace: notification: it names an order and nothing that would be believed") {
  const auto read = parse_squarespace_notification(notification);
  REQUIRE(read.has_value());
  CHECK(read->id == "5c2b");
  CHECK(read->topic == "order.create");
  CHECK(read->order_id == "5f3c39");
  const auto uninstalled = parse_squarespace_notification(R"({"id":"1","topic":"extension.uninstall","data":{}})");
  REQUIRE(uninstalled.has_value());
  CHECK(uninstalled->order_id.empty());
  CHECK(parse_squarespace_notification(R"({"id":"1","topic":"never.heard"})").has_value());
  for (const char* body : {"", "{}", "[]", R"({"id":"1"})", R"({"topic":"order.create","data":{"orderId":"x"}})",
                           R"({"id":"1","topic":"order.create"})", R"({"id":"1","topic":"order.update","data":{"orderId":null}})",
                           R"({"notificationId":"1","topic":"order.create","data":{"orderId":"x"}})"})
    CHECK_FALSE(parse_squarespace_notification(body).has_value());
}

TEST_CASE("webhooks: woocommerce: signature: the vectors are accepted") {
  const auto text = provider_fixture("vectors.json");
  if (!text) return;
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(*text);
  int checked = 0;
  for (const auto vector : document["woocommerce"].get_array()) {
    const Secrets keys = {Secret(std::string(std::string_view(vector["secret"])))};
    CHECK(verify_woocommerce_signature(std::string_view(vector["signature_base64"]), std::string_view(vector["body"]), keys));
    ++checked;
  }
  CHECK(checked > 0);
}

TEST_CASE("webhooks: woocommerce: signature: only base64 of the bytes as received under the secret as typed is valid") {
  const std::string body = R"({"id":727,"url":"https:\/\/shop.example\/","name":"\u00fc"})";
  const std::string good = make_woocommerce_signature(body, woocommerce_secrets[0]);
  CHECK(verify_woocommerce_signature(good, body, woocommerce_secrets));
  const std::string reserialised = R"({"id":727,"url":"https://shop.example/","name":"ü"})";
  CHECK_FALSE(verify_woocommerce_signature(good, reserialised, woocommerce_secrets));
  CHECK_FALSE(verify_woocommerce_signature(good, body, Secrets{Secret<std::string>("secret &amp; &lt;more&gt;")}));
  const std::string digest = *crypto::from_base64(good);
  for (const std::string& header : {std::string(), crypto::hex(digest), good.substr(4), good + "=", std::string("sha256=") + good})
    CHECK_FALSE(verify_woocommerce_signature(header, body, woocommerce_secrets));
  CHECK_FALSE(verify_woocommerce_signature(good, body, Secrets{}));
  CHECK_FALSE(verify_woocommerce_signature(crypto::base64(crypto::hmac_sha256("", body)), body, Secrets{Secret<std::string>("")}));
  CHECK(verify_woocommerce_signature(good, body, Secrets{Secret<std::string>("new"), woocommerce_secrets[0]}));
}

TEST_CASE("webhooks: woocommerce: ping: only the form with a number is one") {
  constexpr std::string_view form = "application/x-www-form-urlencoded";
  CHECK(is_woocommerce_ping(form, "webhook_id=41"));
  CHECK(is_woocommerce_ping("application/x-www-form-urlencoded; charset=UTF-8", "webhook_id=41"));
  CHECK_FALSE(is_woocommerce_ping("application/json", "webhook_id=41"));
  for (const char* body : {"", "webhook_id=", "webhook_id=4x", "webhook_id=41&id=7", "id=41", "webhook_id=-1", " webhook_id=41"})
    CHECK_FALSE(is_woocommerce_ping(form, body));
}

TEST_CASE("webhooks: woocommerce: topic: orders that changed, orders that are gone, and the rest") {
  for (const char* topic : {"order.created", "order.updated", "order.restored"})
    CHECK(woocommerce_topic(topic) == WoocommerceTopic::order_changed);
  CHECK(woocommerce_topic("order.deleted") == WoocommerceTopic::order_deleted);
  for (const char* topic : {"", "product.updated", "action.woocommerce_add_to_cart", "order.created "})
    CHECK(woocommerce_topic(topic) == WoocommerceTopic::other);
  CHECK(woocommerce_order_id(R"({"id":123})") == "123");
  for (const char* body : {"", "{}", "[]", R"({"id":"123"})", R"({"id":0})", R"({"id":-3})"})
    CHECK_FALSE(woocommerce_order_id(body).has_value());
}

}  // namespace layerline::webhooks
