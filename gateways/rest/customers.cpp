// /customers: who has bought, with an account or without, for the staff. What a customer says of himself is /users/me.
#include "gateways/rest/api.hpp"

namespace layerline::rest {
namespace {

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::buyers, *caller, request);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::buyer, *caller, request, std::string(request.parameter("id")));
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

}  // namespace

void add_customers(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/customers", bind(list));
  router.add(Method::get, "/api/v1/customers/{id}", bind(get));
}

}  // namespace layerline::rest
