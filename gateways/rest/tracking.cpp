// /track/{token}: the magic link of one order. Works without an account and says no more than what its order does.
#include <fmt/format.h>

#include "gateways/rest/api.hpp"
#include "gateways/rest/tracking_page.hpp"
#include "gateways/rest/tracking_token.hpp"

namespace layerline::rest {
namespace {

awaitable<Response> track(Api& api, Request& request) {
  const auto tracked = read_tracking_token(api.secret, request.parameter("token"));
  const auto partition = tracked ? api.directory.partition_of(tracked->workshop) : std::nullopt;
  if (!partition) co_return http::problem(404, "not-found", "This link is not valid.");
  auto order = co_await api.views.tracking(*partition, tracked->workshop, tracked->order);
  if (!order) co_return std::move(order.error());
  const std::string& json = order->document.json;
  const bool page = request.header("Accept").find("text/html") != std::string_view::npos;
  Response response =
      page ? Response{200, {{"Content-Type", "text/html; charset=utf-8"}}, tracking_page(json)} : http::json_response(200, json);
  // The link itself is the secret: no cache and no other site learns it.
  response.headers.emplace_back("Cache-Control", "private, no-store");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Robots-Tag", "noindex");
  if (page) response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  co_return response;
}

// The link, for the order's own customer or the staff.
awaitable<Response> link(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  const std::string id(request.parameter("id"));
  auto order = co_await api.views.find(Thing::order, *caller, request, id);
  if (!order) co_return std::move(order.error());
  const std::string token = tracking_token(api.secret, caller->access.workshop, id);
  co_return http::json_response(200, fmt::format(R"({{"token":"{0}","url":"{1}/track/{0}"}})", token, api.public_url));
}

}  // namespace

void add_tracking(http::Router& router, Api& api) {
  router.add(http::Method::get, "/track/{token}", [&api](Request& request) { return track(api, request); });
  for (const std::string base : {"/api/v1/orders", "/api/v1/sales-orders"})
    router.add(http::Method::get, base + "/{id}/tracking-link", [&api](Request& request) { return link(api, request); });
}

}  // namespace layerline::rest
