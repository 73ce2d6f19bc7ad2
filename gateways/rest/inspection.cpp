// /production-orders/{id}/cancel and /quality-check: what is made is called off, or looked at.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"

namespace layerline::rest {
namespace {

ProductionOrderId production_id(const Request& request) { return ProductionOrderId(std::string(request.parameter("id"))); }

awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command) {
  const std::string id = production_id(request).str();
  Response response = co_await tell(api, caller, request, std::move(command), "production/" + id);
  if (response.status != 200) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::production_order, caller, id);
}

awaitable<Response> cancel(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  production::CancelProduction command{production_id(request), body->text("reason", "notes")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> check(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string result = body->text("result");
  const bool passed = result == "pass";
  production::InspectProduction command{.production = production_id(request),
                                        .passed = passed,
                                        .scrap_quantity = body->integer("scrap_quantity", passed ? 0 : 1),
                                        .rework = body->flag("rework", true),
                                        .defects = body->texts("defects"),
                                        .reason = body->text("reason", "notes")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!passed && result != "fail") co_return http::problem(400, "unknown-result", "The result is pass or fail.");
  co_return co_await say(api, request, *caller, std::move(command));
}

}  // namespace

void add_inspection(http::Router& router, Api& api) {
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(http::Method::post, "/api/v1/production-orders/{id}/cancel", bind(cancel));
  router.add(http::Method::post, "/api/v1/production-orders/{id}/quality-check", bind(check));
}

}  // namespace layerline::rest
