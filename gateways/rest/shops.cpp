// /admin/shops: the shops elsewhere that orders come from. Their keys go in and never come out again.
#include <fmt/format.h>

#include <chrono>

#include "domain/kernel/iso_time.hpp"
#include "domain/shops/shop.hpp"
#include "domain/shops/shop_time.hpp"
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/shop_webhook.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

constexpr std::string_view squarespace_url = "https://api.squarespace.com";

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string webhook_url(const Api& api, const app::ConnectedShop& shop) {
  return fmt::format("{}/api/v1/webhooks/{}/{}/{}", api.public_url, shop.source, shop.workshop, shop.id);
}

void write_shop(json::Writer& writer, const Api& api, const app::ConnectedShop& shop) {
  writer.begin_object().member("id", shop.id).member("source", shop.source).member("base_url", shop.base_url);
  writer.member("webhook_url", webhook_url(api, shop)).member("webhook_secrets", shop.webhook_secrets.size());
  writer.member("caught_up_at", iso_time(shop.caught_up_ms)).end();
}

app::ConnectedShop connected(const shops::ConnectShop& command, const std::string& workshop) {
  app::ConnectedShop shop{.workshop = workshop, .id = command.shop, .source = command.source, .base_url = command.base_url};
  shop.api_key = Secret<std::string>(command.api_key);
  shop.consumer_key = Secret<std::string>(command.consumer_key);
  shop.consumer_secret = Secret<std::string>(command.consumer_secret);
  for (const std::string& secret : command.webhook_secrets) shop.webhook_secrets.emplace_back(secret);
  shop.caught_up_ms = command.since.ms > 0 ? command.since.ms : now_ms();
  return shop;
}

std::expected<shops::ConnectShop, Response> command_of(const Request& request) {
  auto body = Body::parse(request);
  if (!body) return std::unexpected(std::move(body.error()));
  shops::ConnectShop command{.shop = body->text("id"), .source = body->text("source"), .base_url = body->text("base_url")};
  command.api_key = body->text("api_key");
  command.consumer_key = body->text("consumer_key");
  command.consumer_secret = body->text("consumer_secret");
  command.webhook_secrets = body->texts("webhook_secrets");
  const std::string since = body->text("since");
  if (auto wrong = body->error()) return std::unexpected(std::move(*wrong));
  if (command.base_url.empty() && command.source == shops::squarespace) command.base_url = squarespace_url;
  if (!body->has("since")) return command;
  const auto time = shops::shop_time(since);
  if (!time) return std::unexpected(http::problem(422, "bad-time", "The field \"since\" is a time like 2026-01-05T00:00:00Z."));
  command.since = *time;
  return command;
}

awaitable<Response> connect(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto command = command_of(request);
  if (!command) co_return std::move(command.error());
  app::ConnectedShop shop = connected(*command, caller->access.workshop);
  Response response = co_await tell(api, *caller, request, std::move(*command), {}, 201);
  if (response.status != 201) co_return response;
  std::string out;
  json::Writer writer(out);
  write_shop(writer, api, shop);
  response.body = std::move(out);
  response.headers.emplace_back("Cache-Control", "no-store");
  api.shops.set(std::move(shop));   // a webhook may come before the fold knows
  co_return response;
}

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("items").begin_array();
  for (const app::ConnectedShop& shop : api.shops.of_workshop(caller->access.workshop)) write_shop(writer, api, shop);
  writer.end().end();
  co_return http::json_response(200, std::move(out));
}

awaitable<Response> disconnect(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  const std::string shop(request.parameter("id"));
  Response response = co_await tell(api, *caller, request, shops::RemoveShop{shop});
  if (response.status != 200) co_return response;
  // What can no longer be used need not be readable either.
  if (!forget_shop(api, caller->access.workshop, shop))
    co_return http::problem(500, "erasure-incomplete", "The shop is removed, but the key of its secrets could not be destroyed.");
  co_return response;
}

}  // namespace

void add_shops(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::post, "/api/v1/admin/shops", bind(connect));
  router.add(Method::get, "/api/v1/admin/shops", bind(list));
  router.add(Method::del, "/api/v1/admin/shops/{id}", bind(disconnect));
}

}  // namespace layerline::rest
