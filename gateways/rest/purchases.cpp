// /purchase-orders and /suppliers: what is bought, from the suggestion to the receipt; /admin/items: the rules of planning.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"

namespace layerline::rest {
namespace {

PurchaseId purchase_id(const Request& request) { return PurchaseId(std::string(request.parameter("id"))); }

// ---- suppliers ----

awaitable<Response> add_supplier(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  purchasing::AddSupplier command{SupplierId(fresh_id()), body->text("name"), body->text("contact")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  Response response = co_await tell(api, *caller, request, std::move(command), {}, 201);
  if (response.status != 201) co_return response;
  std::string id = json_text(std::get<std::string>(response.body), "supplier_id");
  co_return co_await api.views.answer_after(std::move(response), Thing::supplier, *caller, std::move(id));
}

awaitable<Response> list_suppliers(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::suppliers, *caller, request);
}

// ---- purchase orders ----

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::purchase_orders, *caller, request);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::purchase_order, *caller, request, purchase_id(request).str());
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> draft(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  purchasing::DraftPurchase command{PurchaseId(fresh_id()), SupplierId(body->text("supplier_id")), {}, {}};
  for (Body& line : body->objects("lines")) {
    command.lines.push_back({line.text("item"), line.integer("quantity", 0), line.amount("unit_cost").value_or(0)});
    body->blame(line);
  }
  command.due = body->day("due").value_or(Time{});
  if (auto wrong = body->error()) co_return std::move(*wrong);
  Response response = co_await tell(api, *caller, request, std::move(command), {}, 201);
  if (response.status != 201) co_return response;
  std::string id = json_text(std::get<std::string>(response.body), "purchase_order_id");
  response.headers.emplace_back("Location", "/api/v1/purchase-orders/" + id);
  co_return co_await api.views.answer_after(std::move(response), Thing::purchase_order, *caller, std::move(id));
}

// The accepted command's response with the purchase order as its body.
awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command) {
  const std::string id = purchase_id(request).str();
  Response response = co_await tell(api, caller, request, std::move(command), "purchase/" + id);
  if (response.status != 200) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::purchase_order, caller, id);
}

awaitable<Response> place(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  purchasing::PlacePurchase command{purchase_id(request), SupplierId(body->text("supplier_id")), {}, {}};
  for (Body& line : body->objects("lines")) {
    command.lines.push_back({line.text("line"), line.integer("quantity", 0), line.amount("unit_cost").value_or(-1)});
    body->blame(line);
  }
  command.due = body->day("due").value_or(Time{});
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

purchasing::ReceivedLine received(Body& line) {
  const LocationId location(line.text("location_id"));
  purchasing::ReceivedLine out{line.text("line"), line.integer("quantity", 0), LotId(line.text("lot")), location,
                               line.mass("tare").value_or(Mass{}), line.text("supplier_lot")};
  // Who knows that much of a lot wants it told apart.
  const bool of_a_lot = out.tare.milligrams != 0 || !out.supplier_lot.empty();
  if (out.lot.empty() && of_a_lot) out.lot = LotId(fresh_id());
  return out;
}

awaitable<Response> receive(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  purchasing::ReceivePurchase command{purchase_id(request), {}, body->text("reference"), LocationId(body->text("location_id"))};
  for (Body& line : body->objects("lines")) {
    command.lines.push_back(received(line));
    body->blame(line);
  }
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> cancel(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, purchasing::CancelPurchase{purchase_id(request)});
}

// ---- the rules of planning ----

awaitable<Response> set_rules(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  mrp::SetItemRules command{std::string(request.parameter("id")), {}};
  command.rules.safety_stock = body->integer("safety_stock", 0);
  command.rules.lead_time_days = body->integer("lead_time_days", 0);
  command.rules.supplier = SupplierId(body->text("supplier_id"));
  const std::string rule = body->has("lot_rule") ? body->text("lot_rule") : "lot_for_lot";
  command.rules.lot = mrp::lot_from(rule, body->integer("lot_quantity", 0), body->integer("lot_days", 0));
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (mrp::name(command.rules.lot) != rule)
    co_return http::problem(400, "unknown-lot-rule", "The rule is lot_for_lot, multiple, minimum or period.");
  const std::string stream = "item/" + command.item;
  co_return co_await tell(api, *caller, request, std::move(command), stream);
}

}  // namespace

void add_purchases(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::post, "/api/v1/suppliers", bind(add_supplier));
  router.add(Method::get, "/api/v1/suppliers", bind(list_suppliers));
  const std::string purchases = "/api/v1/purchase-orders";
  router.add(Method::post, purchases, bind(draft));
  router.add(Method::get, purchases, bind(list));
  router.add(Method::get, purchases + "/{id}", bind(get));
  router.add(Method::post, purchases + "/{id}/place", bind(place));
  router.add(Method::post, purchases + "/{id}/receive", bind(receive));
  router.add(Method::post, purchases + "/{id}/cancel", bind(cancel));
  router.add(Method::put, "/api/v1/admin/items/{id}/planning", bind(set_rules));
}

}  // namespace layerline::rest
