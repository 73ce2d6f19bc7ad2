// /inventory: materials, their balances and ledgers, the lots and spools that they lie in, and where.
#include <algorithm>
#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "domain/workshop/limits.hpp"
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/fresh_id.hpp"
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
  co_return co_await api.views.list_of(List::ledger, std::string(request.parameter("id")), *caller, request);
}

// What came of a product and what left, by its id or its SKU.
awaitable<Response> product_ledger(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list_of(List::product_ledger, std::string(request.parameter("id")), *caller, request);
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

inventory::ReceiveStock receipt(Body& body, Mass mass) {
  inventory::ReceiveStock command{MaterialId(body.text("material_id", "material")), mass, body.text("reason", "reference"),
                                  LotId(body.text("lot_id")), LocationId(body.text("location_id")), body.mass("tare").value_or(Mass{}),
                                  body.text("supplier_lot")};
  // Who knows that much of a lot wants it told apart.
  const bool of_a_lot = command.tare.milligrams != 0 || !command.supplier_lot.empty();
  if (command.lot.empty() && of_a_lot) command.lot = LotId(fresh_id());
  return command;
}

bool is_transaction(std::string_view word) {
  constexpr std::array<std::string_view, 6> words = {"receipt", "adjustment", "issue", "transfer", "count", "weigh"};
  return std::ranges::find(words, word) != words.end();
}

// The word that says what is booked, under both of its names.
std::expected<std::string, Response> transaction_type(Body& body) {
  for (const std::string_view name : {"type", "transaction_type"})
    if (body.has(name) && !is_transaction(body.text(name)))
      return std::unexpected(
          http::problem(400, "unknown-transaction", "The type is receipt, adjustment, issue, transfer, count or weigh."));
  std::string type = body.text("type", "transaction_type");
  return type.empty() ? "receipt" : type;
}

// The same of finished units. They come in by production and purchase orders.
std::expected<Command, Response> unit_transaction(Body& body, const std::string& type) {
  const ProductId product(body.text("product_id", "sku"));
  const std::int64_t quantity = body.integer("quantity", 0);
  const std::string reason = body.text("reason", "reference");
  const LocationId location(body.text("location_id"));
  const LocationId target(body.text("to_location_id"));
  if (type == "transfer") return products::TransferUnits{product, quantity, location, target, reason};
  if (type != "adjustment" && type != "count")
    return std::unexpected(http::problem(400, "unknown-transaction", "The type is adjustment, transfer or count, of a product."));
  if (!body.has("quantity")) return std::unexpected(http::problem(400, "missing-field", "Give the \"quantity\" in pieces."));
  if (type == "count") return products::CountUnits{product, quantity, location, reason};
  return products::AdjustUnits{product, quantity, reason, location};
}

// What its type says is booked, from the fields that it has. All are read, so that none of a wrong type is taken with a word that has no
// use for it.
std::expected<Command, Response> transaction(Body& body) {
  auto type = transaction_type(body);
  if (!type) return std::unexpected(std::move(type.error()));
  if (body.has("product_id") || body.has("sku")) return unit_transaction(body, *type);
  const MaterialId material(body.text("material_id", "material"));
  const auto given = body.mass();
  const Mass mass = given.value_or(Mass{});
  const LotId lot(body.text("lot_id"));
  const LocationId location(body.text("location_id"));
  const LocationId target(body.text("to_location_id"));
  const std::string reason = body.text("reason", "reference");
  const bool take_reserved = body.flag("take_reserved", false);
  const ProductionOrderId production(body.text("production_order_id", "production_order"));
  inventory::ReceiveStock received = receipt(body, mass);
  if (*type == "transfer") return inventory::TransferStock{lot, location, target, mass};
  if (!given) return std::unexpected(http::problem(400, "missing-field", "Give the mass as \"grams\" or \"milligrams\"."));
  if (*type == "receipt") return received;
  if (*type == "adjustment") return inventory::AdjustStock{material, mass, reason, lot, location, take_reserved};
  if (*type == "issue") return inventory::IssueStock{material, mass, reason, lot, location, production};
  if (*type == "count") return inventory::CountLot{lot, location, mass, reason, take_reserved};
  return inventory::WeighSpool{lot, location, mass, take_reserved};
}

awaitable<Response> transact(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  auto command = transaction(*body);
  const std::string material = body->text("material_id", "material"), product = body->text("product_id");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!command) co_return std::move(command.error());
  const std::string stream = !product.empty() ? "product/" + product : material.empty() ? "" : "material/" + material;
  co_return co_await tell(api, *caller, request, std::move(*command), stream, 201);
}

// ---- lots and locations ----

awaitable<Response> list_lots(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list_of(List::lots, std::string(request.query("material_id").value_or("")), *caller, request);
}

awaitable<Response> get_lot(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::lot, *caller, request, std::string(request.parameter("id")));
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> lot_uses(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list_of(List::lot_uses, std::string(request.parameter("id")), *caller, request);
}

// Of which spools was it made?
awaitable<Response> order_materials(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  std::string order(request.parameter("id"));
  if (auto found = co_await api.views.find(Thing::order, *caller, request, order); !found) co_return std::move(found.error());
  co_return co_await api.views.list_of(List::order_materials, std::move(order), *caller, request);
}

awaitable<Response> list_locations(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::locations, *caller, request);
}

awaitable<Response> open_location(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  inventory::OpenLocation command{LocationId(body->text("location_id", "id")), body->text("name")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string stream = "location/" + command.location.str();
  co_return co_await tell(api, *caller, request, std::move(command), stream, 201);
}

// How many finished units of which product lie where.
awaitable<Response> list_units(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  internal::ReadPage read{.list = List::units, .owner = std::string(request.query("product_id").value_or(""))};
  read.category = request.query("location").value_or("");
  co_return co_await api.views.page_of(std::move(read), *caller, request);
}

// Can so many of this product be promised?
awaitable<Response> check_units(Api& api, Request& request, const Caller& caller, Body& body) {
  const std::string product = body.text("product_id", "sku");
  const std::int64_t quantity = body.integer("quantity", 1);
  if (auto wrong = body.error()) co_return std::move(*wrong);
  if (quantity < 1 || quantity > layerline::limits::quote_quantity_max)
    co_return http::problem(422, "quantity-out-of-range", "Between 1 and 10000 pieces are promised at once.");
  auto found = co_await api.views.units(caller, request, {product, quantity});
  if (!found) co_return std::move(found.error());
  co_return http::json_response(200, std::move(found->document.json));
}

// Is so much of this material there now?
awaitable<Response> check(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  if (body->has("sku") || body->has("product_id")) co_return co_await check_units(api, request, *caller, *body);
  const std::string type = body->text("material_type", "material");
  const std::string colour = body->text("color", "colour");
  const auto mass = body->mass();
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (type.empty()) co_return http::problem(400, "missing-field", "Give the \"material_type\", or the \"sku\" of a product.");
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
  router.add(Method::get, "/api/v1/inventory/products", bind(list_units));
  router.add(Method::get, "/api/v1/inventory/products/{id}/ledger", bind(product_ledger));
  router.add(Method::post, "/api/v1/inventory/transactions", bind(transact));
  router.add(Method::get, "/api/v1/inventory/lots", bind(list_lots));
  router.add(Method::get, "/api/v1/inventory/lots/{id}", bind(get_lot));
  router.add(Method::get, "/api/v1/inventory/lots/{id}/uses", bind(lot_uses));
  router.add(Method::get, "/api/v1/inventory/locations", bind(list_locations));
  router.add(Method::post, "/api/v1/inventory/locations", bind(open_location));
  for (const std::string base : {"/api/v1/sales-orders", "/api/v1/orders"})
    router.add(Method::get, base + "/{id}/materials", bind(order_materials));
  router.add(Method::post, "/api/v1/inventory/check", bind(check));
  router.add(Method::post, "/api/v1/integration/material-check", bind(check));
}

}  // namespace layerline::rest
