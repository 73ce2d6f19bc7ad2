// POST /webhooks/squarespace/{workshop}/{shop}: a notification names an order; the shops worker asks for it.
#include "domain/shops/shop.hpp"
#include "gateways/rest/shop_webhook.hpp"
#include "gateways/webhooks/squarespace_webhook.hpp"

namespace layerline::rest {
namespace {

awaitable<Response> receive(Api& api, Request& request) {
  const std::vector<app::ConnectedShop> candidates = addressed_shops(api, request, shops::squarespace);
  if (candidates.empty()) co_return no_such_shop();
  const std::string_view signature = request.header("Squarespace-Signature");
  const app::ConnectedShop* sender = nullptr;
  for (const app::ConnectedShop& shop : candidates)
    if (webhooks::verify_squarespace_signature(signature, request.body(), shop.webhook_secrets)) sender = &shop;
  if (sender == nullptr) co_return bad_signature();
  const auto notification = webhooks::parse_squarespace_notification(request.body());
  if (!notification) co_return http::problem(400, "malformed-event", "The body is not a notification of Squarespace.");
  const bool about_order = notification->topic == "order.create" || notification->topic == "order.update";
  if (!about_order) co_return nothing_to_do();
  co_return co_await take_delivery(api, *sender, notification->id,
                                   shops::NotifyShopOrder{sender->id, notification->order_id, notification->topic});
}

}  // namespace

void add_squarespace_webhook(http::Router& router, Api& api) {
  const auto handler = [&api](Request& request) { return receive(api, request); };
  const http::RouteOptions options{http::BodyMode::buffered, webhooks::limits::body_bytes};
  router.add(http::Method::post, "/api/v1/webhooks/squarespace/{workshop}/{shop}", handler, options);
  // The names of the product documents, without a shop.
  router.add(http::Method::post, "/api/v1/webhooks/squarespace/order-created", handler, options);
  router.add(http::Method::post, "/api/v1/webhooks/squarespace/order-updated", handler, options);
}

}  // namespace layerline::rest
