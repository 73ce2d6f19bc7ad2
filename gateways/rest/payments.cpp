// /payments: the customer's way to pay, and refunds. Both spellings of the documents lead to one handler.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/shopper.hpp"

namespace layerline::rest {
namespace {

// The payment of the cart's checkout.
awaitable<Response> intent_of_cart(Api& api, Request& request) {
  auto shopper = co_await shopper_of(api, request, false);
  if (!shopper) co_return std::move(shopper.error());
  auto cart = co_await api.views.find(Thing::cart, shopper->caller, request, shopper->cart);
  if (!cart) co_return std::move(cart.error());
  std::string id = payment_of_cart(cart->document);
  if (id.empty()) co_return http::problem(404, "not-found", "This cart is not checked out.");
  auto payment = co_await api.views.find(Thing::payment, shopper->caller, request, std::move(id));
  if (!payment) co_return std::move(payment.error());
  co_return api.views.answer(std::move(*payment), shopper->caller.partition);
}

// The intent was asked for when the order was placed, or the cart checked out; this hands its client secret to whose it is or the staff.
awaitable<Response> intent(Api& api, Request& request) {
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string order = body->text("order_id");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (order.empty()) co_return co_await intent_of_cart(api, request);
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto payment = co_await api.views.find(Thing::payment_of_order, *caller, request, order);
  if (!payment) co_return std::move(payment.error());
  co_return api.views.answer(std::move(*payment), caller->partition);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = buyer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto payment = co_await api.views.find(Thing::payment, *caller, request, std::string(request.parameter("id")));
  if (!payment) co_return std::move(payment.error());
  co_return api.views.answer(std::move(*payment), caller->partition);
}

awaitable<Response> refund(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  payments::RefundPayment command{PaymentId(std::string(request.parameter("id"))), body->amount("amount").value_or(0)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string stream = "payment/" + command.payment.str();
  co_return co_await tell(api, *caller, request, std::move(command), stream);
}

}  // namespace

void add_payments(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::post, "/api/v1/payments/intents", bind(intent));
  router.add(Method::post, "/api/v1/payment/intent", bind(intent));
  router.add(Method::get, "/api/v1/payments/{id}", bind(get));
  router.add(Method::post, "/api/v1/payments/{id}/refund", bind(refund));
}

}  // namespace layerline::rest
