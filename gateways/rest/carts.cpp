// /cart: what lies in it, what it costs with its parcel, and its checkout.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/shipping_address.hpp"
#include "gateways/rest/shopper.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::rest {
namespace {

using store::Json;

std::string stream(const std::string& cart) { return "cart/" + cart; }

// A guest gets the token of his cart with every answer.
void hand_out_token(const Shopper& shopper, Response& response) {
  std::string* body = std::get_if<std::string>(&response.body);
  if (shopper.token.empty() || body == nullptr || !body->ends_with('}')) return;
  body->pop_back();
  body->append(",\"token\":\"").append(shopper.token).append("\"}");
  response.headers.emplace_back("Layerline-Cart", shopper.token);
  response.headers.emplace_back("Cache-Control", "private, no-store");
}

awaitable<Response> read(Api& api, Shopper& shopper, Request& request) {
  if (shopper.merged) co_return co_await api.views.answer_after(std::move(*shopper.merged), Thing::cart, shopper.caller, shopper.cart);
  auto cart = co_await api.views.find(Thing::cart, shopper.caller, request, shopper.cart);
  if (!cart) co_return std::move(cart.error());
  co_return api.views.answer(std::move(*cart), shopper.caller.partition);
}

awaitable<Response> get(Api& api, Request& request) {
  auto shopper = co_await shopper_of(api, request, false);
  if (!shopper) co_return std::move(shopper.error());
  Response response = co_await read(api, *shopper, request);
  if (response.status == 200) hand_out_token(*shopper, response);
  co_return response;
}

// The accepted command's response with the cart as its body.
awaitable<Response> say(Api& api, Request& request, const Shopper& shopper, Command command, int success = 200) {
  auto ready = envelope(api, shopper.caller, request, std::move(command), stream(shopper.cart));
  if (!ready) co_return std::move(ready.error());
  // Who has no cart yet gets one of his own: a key that another visitor chose as well must not lead to that one's.
  if (shopper.fresh) ready->command_id.clear();
  const app::Outcome outcome = co_await api.commands.execute(std::move(*ready));
  Response response = response_of(outcome, api.views, stream(shopper.cart), success);
  if (response.status != success) co_return response;
  response = co_await api.views.answer_after(std::move(response), Thing::cart, shopper.caller, shopper.cart);
  hand_out_token(shopper, response);
  co_return response;
}

awaitable<Response> add(Api& api, Request& request) {
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string product = body->text("product_id", "sku");
  const std::int64_t quantity = body->integer("quantity", 1);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  auto shopper = co_await shopper_of(api, request, true);
  if (!shopper) co_return std::move(shopper.error());
  co_return co_await say(api, request, *shopper, carts::AddToCart{CartId(shopper->cart), ProductId(product), quantity});
}

awaitable<Response> set(Api& api, Request& request, std::int64_t quantity) {
  auto shopper = co_await shopper_of(api, request, false);
  if (!shopper) co_return std::move(shopper.error());
  carts::SetCartItem command{CartId(shopper->cart), ProductId(std::string(request.parameter("id"))), quantity};
  co_return co_await say(api, request, *shopper, std::move(command));
}

awaitable<Response> change(Api& api, Request& request) {
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::int64_t quantity = body->integer("quantity", -1);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await set(api, request, quantity);
}

awaitable<Response> remove(Api& api, Request& request) { co_return co_await set(api, request, 0); }

// ---- the checkout ----

Json amount(std::int64_t minor_units, std::string_view currency) { return Json{{"amount", minor_units}, {"currency", currency}}; }

// The cart, and each way that its parcel can go with what it costs then.
std::string with_shipping(Json cart, const Rules& rules, std::string_view country) {
  const Json* subtotal = cart.find("subtotal");
  const std::int64_t goods = subtotal == nullptr ? 0 : subtotal->integer("amount");
  const std::string currency(subtotal == nullptr ? "" : subtotal->text("currency"));
  bool whole = !cart["items"].items().empty();
  for (const Json& item : cart["items"].items()) whole = whole && item.text("problem").empty();
  Json options = Json::Array{};
  for (const ShippingRule& option : rules.shipping_options) {
    if (!country.empty() && !option.goes_to(country)) continue;
    const std::int64_t cost = option.cost(goods);
    options.push_back(Json{{"id", option.id}, {"name", option.name}, {"days", option.days}, {"price", amount(cost, currency)},
                           {"total", amount(goods + cost, currency)}});
  }
  cart["can_check_out"] = whole && !options.items().empty();
  cart["shipping_options"] = std::move(options);
  return cart.str();
}

awaitable<Response> summary(Api& api, Request& request) {
  auto shopper = co_await shopper_of(api, request, false);
  if (!shopper) co_return std::move(shopper.error());
  const auto rules = api.rules.find(shopper->caller.access.workshop);
  Response response = co_await read(api, *shopper, request);
  if (response.status != 200) co_return response;
  auto cart = Json::parse(std::get<std::string>(response.body));
  if (!cart || !rules) co_return http::problem(503, "view-unavailable", "Nobody can show this now; try again.");
  response.body = with_shipping(std::move(*cart), *rules, request.query("country").value_or(""));
  hand_out_token(*shopper, response);
  co_return response;
}

awaitable<Response> check_out(Api& api, Request& request) {
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  carts::CheckOutCart command{{}, body->text("shipping_option"), read_address(*body), body->text("email", "customer_email"),
                              read_saved_address(*body)};
  if (command.ship_to.name.empty()) command.ship_to.name = body->text("customer_name");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  auto shopper = co_await shopper_of(api, request, false);
  if (!shopper) co_return std::move(shopper.error());
  command.cart = CartId(shopper->cart);
  co_return co_await say(api, request, *shopper, std::move(command), 201);
}

}  // namespace

void add_carts(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/cart", bind(get));
  router.add(Method::get, "/api/v1/cart/summary", bind(summary));
  router.add(Method::post, "/api/v1/cart/items", bind(add));
  router.add(Method::patch, "/api/v1/cart/items/{id}", bind(change));
  router.add(Method::del, "/api/v1/cart/items/{id}", bind(remove));
  router.add(Method::post, "/api/v1/cart/checkout", bind(check_out));
}

}  // namespace layerline::rest
