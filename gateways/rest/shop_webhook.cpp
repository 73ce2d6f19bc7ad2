#include "gateways/rest/shop_webhook.hpp"

#include <algorithm>

#include "domain/shops/shop.hpp"
#include "infra/crypto/digest.hpp"
#include "workers/shops/shop_orders.hpp"

namespace layerline::rest {
namespace {

Response taken(std::string_view what) {
  return http::json_response(200, std::string("{\"received\":true,\"effect\":\"").append(what).append("\"}"));
}

}  // namespace

std::vector<app::ConnectedShop> addressed_shops(const Api& api, const Request& request, std::string_view source) {
  if (request.route().find("{shop}") == std::string_view::npos) return api.shops.of_source(source);
  auto shop = api.shops.find(std::string(request.parameter("workshop")), std::string(request.parameter("shop")));
  if (!shop || shop->source != source) return {};
  return {std::move(*shop)};
}

Response no_such_shop() { return http::problem(404, "not-configured", "There is no such shop here."); }
Response bad_signature() { return http::problem(401, "bad-signature", "The signature is missing or wrong."); }
Response nothing_to_do() { return taken("none"); }

bool forget_shop(Api& api, const std::string& workshop, const std::string& shop) {
  api.shops.remove(workshop, shop);
  return api.destroy_key(shops::subject_of(workshop, shop));
}

awaitable<Response> take_delivery(const Api& api, const app::ConnectedShop& shop, std::string_view key, Command command) {
  app::Envelope envelope;
  envelope.workshop = shop.workshop;
  envelope.command_id = shop.source + ":" + shop.id + ":" + std::string(key);
  envelope.payload_hash = crypto::hmac_sha256(api.secret, envelope.command_id);   // the key names the delivery
  envelope.actor = "webhook:" + shop.source;
  envelope.cause = "webhook:" + shop.source + ":" + shop.id;
  const auto* order = std::get_if<orders::ObserveShopOrder>(&command);
  const std::string external_order = order == nullptr ? "" : order->external_id;
  envelope.command = std::move(command);
  const app::Outcome outcome = co_await api.commands.execute(std::move(envelope));
  if (std::holds_alternative<journal::Accepted>(outcome)) co_return taken("recorded");
  if (std::holds_alternative<journal::Repeated>(outcome)) co_return taken("already recorded");
  // A refusal is final: repeating the delivery would not change it. Anything else asks the shop to come again.
  if (const auto* rejected = std::get_if<journal::Rejected<Rejection>>(&outcome)) {
    if (!external_order.empty() && api.order_refused)
      api.order_refused({shop.source, shop.id, external_order, rejected->refusal.type});
    co_return taken("none");
  }
  Response again = http::problem(503, "busy", "Deliver it again.");
  again.headers.emplace_back("Retry-After", "1");
  co_return again;
}

}  // namespace layerline::rest
