// /orders and /sales-orders: one handler under both names.
#include <fmt/format.h>

#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/shipping_address.hpp"
#include "gateways/rest/shopper.hpp"
#include "gateways/rest/urgency.hpp"

namespace layerline::rest {
namespace {

OrderId order_id(const Request& request) { return OrderId(std::string(request.parameter("id"))); }
std::string stream(const OrderId& id) { return "order/" + id.str(); }

awaitable<Response> get(Api& api, Request& request) {
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto order = co_await api.views.find(Thing::order, *caller, request, order_id(request).str());
  if (!order) co_return std::move(order.error());
  co_return api.views.answer(std::move(*order), caller->partition);
}

awaitable<Response> status(Api& api, Request& request) {
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto order = co_await api.views.find(Thing::order, *caller, request, order_id(request).str());
  if (!order) co_return std::move(order.error());
  order->document.json = status_of_order(order->document);
  co_return api.views.answer(std::move(*order), caller->partition);
}

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::orders, *caller, request);
}

// The store's name for a customer's history; "me" is who asks.
awaitable<Response> list_of_user(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  std::string user(request.parameter("id"));
  if (!caller->staff() && user == "me") user = caller->access.customer;
  if (!caller->staff() && user != caller->access.customer) co_return http::problem(404, "not-found", "There is no such customer.");
  co_return co_await api.views.list_of(List::orders, std::move(user), *caller, request);
}

awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command) {
  const OrderId id = order_id(request);
  Response response = co_await tell(api, caller, request, std::move(command), stream(id));
  if (response.status != 200) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::order, caller, id.str());
}

// ---- orders by hand ----

awaitable<Response> shown(Api& api, const Caller& caller, Response response) {
  if (response.status != 201) co_return response;
  // A repeated request is answered with the order that the first one made.
  std::string id = json_text(std::get<std::string>(response.body), "order_id");
  response.headers.emplace_back("Location", "/api/v1/orders/" + id);
  co_return co_await api.views.answer_after(std::move(response), Thing::order, caller, std::move(id));
}

// What an operator took down: of a customer on the telephone, of a market stall, of a marketplace that we don't speak with.
orders::ObserveShopOrder read_order(Body& body) {
  orders::ObserveShopOrder order;
  order.source = "manual";
  order.shop = body.has("shop") ? body.text("shop") : "main";
  order.external_number = body.text("external_number", "reference");
  order.external_id = body.has("external_id") ? body.text("external_id") : fresh_id();
  order.report = body.flag("paid", false) ? orders::ShopReport::paid : orders::ShopReport::open;
  for (Body& line : body.objects("lines")) {
    order.lines.push_back({line.text("external_line"), line.text("sku", "product_id"), line.text("title"), line.integer("quantity", 1),
                           line.amount("unit_price").value_or(-1)});
    body.blame(line);
  }
  order.shipping = body.amount("shipping").value_or(0);
  order.total = body.amount("total").value_or(-1);
  order.currency = body.text("currency");
  order.ship_to = read_address(body);
  order.customer_name = body.text("customer_name");
  order.customer_mail = body.text("customer_email", "email");
  order.company = body.text("company");
  order.urgency = read_urgency(body);
  return order;
}

// The portal's way to accept a quote.
awaitable<Response> create_of_quote(Api& api, Request& request, const Caller& caller, quotes::AcceptQuote command) {
  const std::string quote = command.quote.str();
  if (!caller.staff()) {
    auto own = co_await api.views.find(Thing::quote, caller, request, quote);
    if (!own) co_return std::move(own.error());
  }
  co_return co_await shown(api, caller, co_await tell(api, caller, request, std::move(command), "quote/" + quote, 201));
}

awaitable<Response> create(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  if (body->has("quote_id")) {
    quotes::AcceptQuote command{QuoteId(body->text("quote_id")), read_address(*body), read_saved_address(*body)};
    if (auto wrong = body->error()) co_return std::move(*wrong);
    co_return co_await create_of_quote(api, request, *caller, std::move(command));
  }
  if (!caller->staff()) co_return http::problem(403, "forbidden", "This needs an operator's key.");
  orders::ObserveShopOrder order = read_order(*body);
  order.buyer = orders::buyer_kind_from(body->text("customer_kind"));
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (body->has("customer_kind") && !order.buyer)
    co_return http::problem(400, "unknown-kind", "A customer is a guest, a person or a business.");
  co_return co_await shown(api, *caller, co_await tell(api, *caller, request, std::move(order), {}, 201));
}

awaitable<Response> reorder(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  if (!caller->staff()) {
    auto own = co_await api.views.find(Thing::order, *caller, request, order_id(request).str());
    if (!own) co_return std::move(own.error());
  }
  orders::ReorderOrder command{order_id(request), OrderId(fresh_id())};
  co_return co_await shown(api, *caller, co_await tell(api, *caller, request, std::move(command), {}, 201));
}

awaitable<Response> map_line(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  orders::MapOrderLine command{order_id(request), std::string(request.parameter("line")), ProductId(body->text("product_id", "product"))};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// ---- steps ----

orders::FailQualityCheck read_failed_check(const OrderId& order, std::string reason, Body& body) {
  orders::FailQualityCheck command{order, std::move(reason), body.integer("reprint_quantity", 1), body.text("line_id"),
                                   body.texts("defects")};
  for (std::string& id : body.texts("production_order_ids")) command.production.emplace_back(std::move(id));
  if (std::string id = body.text("production_order_id"); !id.empty()) command.production.emplace_back(std::move(id));
  return command;
}

// The word that an operator sets, and the command that it stands for.
std::optional<Command> command_of_status(const OrderId& order, std::string_view status, Body& body) {
  // All is read, so that no field of a wrong type is taken with a word that has no use for it.
  const std::string reason = body.text("reason", "notes");
  orders::FailQualityCheck failed = read_failed_check(order, reason, body);
  shipments::ShipOrder shipped{order, body.text("carrier"), body.text("tracking_number")};
  if (status == "quality_check" || status == "QUALITY_CHECK") return orders::StartQualityCheck{order};
  if (status == "quality_passed" || status == "ready_to_ship" || status == "READY_TO_SHIP") return orders::PassQualityCheck{order};
  if (status == "quality_failed") return failed;
  if (status == "on_hold" || status == "ON_HOLD") return orders::HoldOrder{order, reason};
  if (status == "resumed" || status == "resume") return orders::ResumeOrder{order};
  if (status == "released" || status == "confirmed") return orders::ReleaseOrder{order, reason};
  if (status == "cancelled" || status == "CANCELLED") return orders::CancelOrder{order, reason};
  if (status == "delivered" || status == "DELIVERED") return shipments::DeliverOrder{order};
  if (status == "completed" || status == "COMPLETE") return orders::CompleteOrder{order};
  if (status == "shipped" || status == "SHIPPED") return shipped;
  return std::nullopt;
}

awaitable<Response> set_status(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string status = body->text("status");
  auto command = command_of_status(order_id(request), status, *body);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!command)
    co_return http::problem(
        400, "unknown-status",
        "Set one of quality_check, ready_to_ship, quality_failed, shipped, delivered, completed, on_hold, resumed, released, cancelled.");
  co_return co_await say(api, request, *caller, std::move(*command));
}

awaitable<Response> set_payment(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  payments::RecordPayment command{order_id(request), body->amount("amount").value_or(0), body->text("method", "payment_method"),
                                  body->text("reference")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (command.method.empty()) command.method = "manual";
  co_return co_await say(api, request, *caller, std::move(command));
}

// An address changes where the parcel goes; a carrier and a tracking number send it.
awaitable<Response> set_shipping(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const OrderId order = order_id(request);
  Command command = orders::ChangeShipping{order, read_address(*body)};
  shipments::ShipOrder shipped{order, body->text("carrier"), body->text("tracking_number")};
  if (body->has("tracking_number")) command = std::move(shipped);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// What an operator puts into a parcel: pieces of lines, or so many of an order that has none or one; nothing said: all that is left.
std::vector<orders::Piece> read_pieces(Body& body) {
  std::vector<orders::Piece> pieces;
  for (Body& line : body.objects("lines")) {
    pieces.push_back({line.text("line_id"), line.integer("quantity", 1)});
    body.blame(line);
  }
  if (body.has("quantity")) pieces.push_back({"", body.integer("quantity", 0)});
  return pieces;
}

awaitable<Response> ship(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  shipments::ShipOrder command{order_id(request), body->text("carrier"), body->text("tracking_number"), read_pieces(*body)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> deliver(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  shipments::DeliverOrder command{order_id(request), ShipmentId(std::string(request.parameter("shipment")))};
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> label(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  shipments::RequestLabel command{order_id(request), body->text("carrier")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// A customer may cancel his own order as long as nothing of it is printed or paid; an operator as long as it is not shipped.
awaitable<Response> cancel(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  orders::CancelOrder command{order_id(request), body->text("reason")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!caller->staff()) {
    auto order = co_await api.views.find(Thing::order, *caller, request, command.order.str());
    if (!order) co_return std::move(order.error());
    if (order->document.status != "QUOTED")
      co_return http::problem(422, "order-in-production", "The order is paid already; ask the workshop to cancel it.");
  }
  co_return co_await say(api, request, *caller, std::move(command));
}

awaitable<Response> release(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  orders::ReleaseOrder command{order_id(request), body->text("reason")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// Of an order that the shelf could not serve: by whose it is, or the staff for him.
awaitable<Response> answer_shortage(Api& api, Request& request) {
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string answer = body->text("answer");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (answer != "wait" && answer != "refund") co_return http::problem(400, "unknown-answer", "The answer is wait or refund.");
  if (!caller->staff()) {
    auto own = co_await api.views.find(Thing::order, *caller, request, order_id(request).str());
    if (!own) co_return std::move(own.error());
  }
  co_return co_await say(api, request, *caller, orders::AnswerShortage{order_id(request), answer == "refund"});
}

}  // namespace

void add_orders(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  for (const std::string base : {"/api/v1/sales-orders", "/api/v1/orders"}) {
    router.add(Method::get, base, bind(list));
    router.add(Method::post, base, bind(create));
    router.add(Method::get, base + "/{id}", bind(get));
    router.add(Method::post, base + "/{id}/reorder", bind(reorder));
    router.add(Method::patch, base + "/{id}/lines/{line}", bind(map_line));
    router.add(Method::get, base + "/{id}/status", bind(status));
    router.add(Method::patch, base + "/{id}/status", bind(set_status));
    router.add(Method::patch, base + "/{id}/payment", bind(set_payment));
    router.add(Method::patch, base + "/{id}/shipping", bind(set_shipping));
    router.add(Method::post, base + "/{id}/label", bind(label));
    router.add(Method::post, base + "/{id}/shipments", bind(ship));
    router.add(Method::post, base + "/{id}/shipments/{shipment}/delivered", bind(deliver));
    router.add(Method::post, base + "/{id}/cancel", bind(cancel));
    router.add(Method::post, base + "/{id}/release", bind(release));
    router.add(Method::post, base + "/{id}/shortage", bind(answer_shortage));
  }
  router.add(Method::get, "/api/v1/orders/user/{id}", bind(list_of_user));
}

}  // namespace layerline::rest
