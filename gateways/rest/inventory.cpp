// /inventory: materials, their balances and ledgers.
#include <charconv>

#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::materials, *caller, request);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::material, *caller, request, std::string(request.parameter("id")));
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> ledger(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.ledger(*caller, request, std::string(request.parameter("id")));
}

awaitable<Response> define(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  inventory::DefineMaterial command{body->text("material_type", "type"), body->text("color", "colour"), body->text("color_rgb"),
                                    Mass{body->integer("low_stock_mg", 0)}};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string stream = "material/" + command.type + "-" + command.colour;
  co_return co_await tell(api, *caller, request, std::move(command), stream, 201);
}

// {"material_id", "type": "receipt" | "adjustment", "grams", "reason"}
awaitable<Response> transact(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const MaterialId material(body->text("material_id", "material"));
  const std::string type = body->has("type") || body->has("transaction_type") ? body->text("type", "transaction_type") : "receipt";
  const auto mass = body->mass();
  const std::string reason = body->text("reason", "reference");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!mass) co_return http::problem(400, "missing-field", "Give the mass as \"grams\" or \"milligrams\".");
  if (type != "receipt" && type != "adjustment") co_return http::problem(400, "unknown-transaction", "The type is receipt or adjustment.");
  Command command = inventory::ReceiveStock{material, *mass, reason};
  if (type == "adjustment") command = inventory::AdjustStock{material, *mass, reason};
  co_return co_await tell(api, *caller, request, std::move(command), "material/" + material.str(), 201);
}

// Is so much of this material there now?
awaitable<Response> check(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string type = body->text("material_type", "material");
  const std::string colour = body->text("color", "colour");
  const auto mass = body->mass();
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (type.empty()) co_return http::problem(400, "missing-field", "Give the \"material_type\".");
  auto found = co_await api.views.availability(*caller, request, {type, colour, mass.value_or(Mass{1}).milligrams});
  if (!found) co_return std::move(found.error());
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("material_type", type).member("color", colour);
  writer.key("availability").raw(found->document.json).end();
  co_return http::json_response(200, std::move(out));
}

}  // namespace

void add_inventory(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/inventory/materials", bind(list));
  router.add(Method::post, "/api/v1/inventory/materials", bind(define));
  router.add(Method::get, "/api/v1/inventory/materials/{id}", bind(get));
  router.add(Method::get, "/api/v1/inventory/materials/{id}/ledger", bind(ledger));
  router.add(Method::post, "/api/v1/inventory/transactions", bind(transact));
  router.add(Method::post, "/api/v1/inventory/check", bind(check));
  router.add(Method::post, "/api/v1/integration/material-check", bind(check));
}

}  // namespace layerline::rest
