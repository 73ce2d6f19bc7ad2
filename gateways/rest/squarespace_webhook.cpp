// POST /webhooks/squarespace/{workshop}/{shop}: a notification names an order, and the shops worker asks for it; or it says that the shop
// has removed us.
#include "domain/shops/shop.hpp"
#include "gateways/rest/shop_webhook.hpp"
#include "gateways/webhooks/squarespace_webhook.hpp"

namespace layerline::rest {
namespace {

// Nothing that we ask of the shop from now on would be answered.
awaitable<Response> disconnect(Api& api, const app::ConnectedShop& shop, std::string_view key) {
  Response response = co_await take_delivery(api, shop, key, shops::RemoveShop{shop.id});
  if (response.status != 200 || forget_shop(api, shop.workshop, shop.id)) co_return response;
  co_return http::problem(500, "erasure-incomplete", "The shop is removed, but the key of its secrets could not be destroyed.");
}

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
  if (notification->topic == "extension.uninstall") co_return co_await disconnect(api, *sender, notification->id);
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
