// POST /webhooks/woocommerce/{workshop}/{shop}: a signed delivery carries the order as it is.
#include "domain/kernel/iso_time.hpp"
#include "domain/shops/shop.hpp"
#include "gateways/rest/shop_webhook.hpp"
#include "gateways/webhooks/woocommerce_webhook.hpp"
#include "infra/crypto/digest.hpp"
#include "workers/shops/shop_orders.hpp"

namespace layerline::rest {
namespace {

// Their delivery id is the same for all deliveries of one second, and new for each attempt: so the content names the delivery.
std::string key_of(const Request& request, std::string_view order, std::string_view changed) {
  const std::string webhook(request.header("X-WC-Webhook-ID"));
  return crypto::sha256_hex(webhook + "\n" + std::string(order) + "\n" + std::string(changed) + "\n" + crypto::sha256_hex(request.body()));
}

// An order that is deleted for good is only named: the shop is asked before that is believed.
awaitable<Response> receive_deleted(Api& api, Request& request, const app::ConnectedShop& shop) {
  const auto order = webhooks::woocommerce_order_id(request.body());
  if (!order) co_return http::problem(400, "malformed-event", "The body names no order.");
  co_return co_await take_delivery(api, shop, key_of(request, *order, request.header("X-WC-Webhook-Delivery-ID")),
                                   shops::NotifyShopOrder{shop.id, *order, "order.deleted"});
}

awaitable<Response> receive_signed(Api& api, Request& request, const app::ConnectedShop& shop) {
  switch (webhooks::woocommerce_topic(request.header("X-WC-Webhook-Topic"))) {
    case webhooks::WoocommerceTopic::other: co_return nothing_to_do();
    case webhooks::WoocommerceTopic::order_deleted: co_return co_await receive_deleted(api, request, shop);
    case webhooks::WoocommerceTopic::order_changed: break;
  }
  auto order = shops::read_woocommerce_order(shop.id, request.body());
  if (!order) co_return http::problem(400, "malformed-event", "The body is not an order of WooCommerce.");
  const std::string key = key_of(request, order->external_id, iso_time(order->modified.ms));
  co_return co_await take_delivery(api, shop, key, std::move(*order));
}

awaitable<Response> receive(Api& api, Request& request) {
  const std::vector<app::ConnectedShop> candidates = addressed_shops(api, request, shops::woocommerce);
  if (candidates.empty()) co_return no_such_shop();
  if (webhooks::is_woocommerce_ping(request.header("Content-Type"), request.body())) co_return nothing_to_do();
  const std::string_view signature = request.header("X-WC-Webhook-Signature");
  const app::ConnectedShop* sender = nullptr;
  for (const app::ConnectedShop& shop : candidates)
    if (webhooks::verify_woocommerce_signature(signature, request.body(), shop.webhook_secrets)) sender = &shop;
  if (sender == nullptr) co_return bad_signature();
  co_return co_await receive_signed(api, request, *sender);
}

}  // namespace

void add_woocommerce_webhook(http::Router& router, Api& api) {
  const auto handler = [&api](Request& request) { return receive(api, request); };
  const http::RouteOptions options{http::BodyMode::buffered, webhooks::limits::body_bytes};
  router.add(http::Method::post, "/api/v1/webhooks/woocommerce/{workshop}/{shop}", handler, options);
  router.add(http::Method::post, "/api/v1/webhooks/woocommerce/order-created", handler, options);   // as the product documents have it
}

}  // namespace layerline::rest
