// /track/{token}: the magic link of one order. Works without an account and says no more than what its order does.
#include <fmt/format.h>

#include "gateways/rest/api.hpp"
#include "gateways/rest/shopper.hpp"
#include "gateways/rest/tracking_page.hpp"
#include "gateways/rest/tracking_token.hpp"

namespace layerline::rest {
namespace {

bool wants_page(const Request& request) { return request.header("Accept").find("text/html") != std::string_view::npos; }

struct Tracked {
  std::string workshop, order;
  std::uint32_t partition = 0;
};

// The order of the link. Who guesses links is not answered for long.
std::expected<Tracked, Response> tracked_by(Api& api, const Request& request) {
  auto token = read_tracking_token(api.secret, request.parameter("token"));
  const auto partition = token ? api.directory.partition_of(token->workshop) : std::nullopt;
  if (!partition) return std::unexpected(api.limits.refuse_guess(request, http::problem(404, "not-found", "This link is not valid.")));
  if (auto refused = api.limits.refuse_guest(request)) return std::unexpected(std::move(*refused));
  return Tracked{std::move(token->workshop), std::move(token->name), *partition};
}

awaitable<Response> track(Api& api, Request& request) {
  auto tracked = tracked_by(api, request);
  if (!tracked) co_return std::move(tracked.error());
  auto order = co_await api.views.tracking(tracked->partition, tracked->workshop, tracked->order);
  if (!order) co_return std::move(order.error());
  const std::string& json = order->document.json;
  const bool page = wants_page(request);
  Response response = page ? Response{200, {{"Content-Type", "text/html; charset=utf-8"}}, tracking_page(json, request.parameter("token"))}
                           : http::json_response(200, json);
  // The link itself is the secret: no cache and no other site learns it.
  response.headers.emplace_back("Cache-Control", "private, no-store");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Robots-Tag", "noindex");
  if (page) response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  co_return response;
}

// Who holds the link says what becomes of an order that the shelf could not serve.
awaitable<Response> answer_shortage(Api& api, Request& request) {
  auto tracked = tracked_by(api, request);
  if (!tracked) co_return std::move(tracked.error());
  const auto answer = request.query("answer");
  if (answer != "wait" && answer != "refund") co_return http::problem(400, "unknown-answer", "The answer is wait or refund.");
  const Caller holder{{.workshop = tracked->workshop, .role = "customer", .key_id = "link-" + tracked->order, .customer = {}},
                      tracked->partition};
  Response response = co_await tell(api, holder, request, orders::AnswerShortage{OrderId(tracked->order), answer == "refund"});
  if (response.status != 200) co_return response;
  response = co_await api.views.answer_after(std::move(response), Thing::tracking, holder, tracked->order);
  if (!wants_page(request)) co_return response;
  const std::string link = "/track/" + std::string(request.parameter("token"));
  co_return Response{303, {{"Location", link}, {"Cache-Control", "private, no-store"}}, std::string()};
}

// The link, for the order's own customer or the staff.
awaitable<Response> link(Api& api, Request& request) {
  auto caller = buyer(api, request);
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
  router.add(http::Method::post, "/track/{token}/shortage", [&api](Request& request) { return answer_shortage(api, request); });
  for (const std::string base : {"/api/v1/orders", "/api/v1/sales-orders"})
    router.add(http::Method::get, base + "/{id}/tracking-link", [&api](Request& request) { return link(api, request); });
}

}  // namespace layerline::rest
