// /users/me: what a customer says of himself, and his address book. Everything about him is one document, with one ETag.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::rest {
namespace {

using store::Json;

std::expected<Caller, Response> authenticate_customer(const Api& api, const Request& request) {
  auto caller = authenticate(api, request);
  if (caller && (caller->staff() || caller->access.customer.empty()))
    return std::unexpected(http::problem(403, "forbidden", "This needs a customer's key."));
  return caller;
}

CustomerId customer_id(const Caller& caller) { return CustomerId(caller.access.customer); }
AddressId address_id(const Request& request) { return AddressId(std::string(request.parameter("id"))); }
Response no_address() { return http::problem(404, "not-found", "There is no such address."); }

// The address of that id in a customer's document; nullopt: it holds none.
std::optional<std::string> address_in(std::string_view customer_json, std::string_view id) {
  const auto customer = Json::parse(customer_json);
  const Json* book = customer ? customer->find("addresses") : nullptr;
  if (book == nullptr || book->array() == nullptr) return std::nullopt;
  for (const Json& address : *book->array())
    if (address.text("id") == id) return address.str();
  return std::nullopt;
}

// The accepted command's response with the customer as its body.
awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command) {
  const std::string& customer = caller.access.customer;
  Response response = co_await tell(api, caller, request, std::move(command), "customer/" + customer);
  if (response.status != 200) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::customer, caller, customer);
}

// The same with one address as its body.
awaitable<Response> say_of_address(Api& api, Request& request, const Caller& caller, Command command, std::string_view id) {
  Response response = co_await say(api, request, caller, std::move(command));
  if (response.status != 200) co_return response;
  if (auto address = address_in(std::get<std::string>(response.body), id)) response.body = std::move(*address);
  co_return response;
}

// ---- how he is reached ----

// Not there: nothing is said of it.
std::optional<std::string> given(Body& body, std::string_view name, std::string_view other_name) {
  if (!body.has(name) && !body.has(other_name)) return std::nullopt;
  return body.text(name, other_name);
}
std::optional<std::string> given(Body& body, std::string_view name) { return given(body, name, name); }

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::customer, *caller, request, caller->access.customer);
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> change(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  customers::ChangeContact command{customer_id(*caller),  given(*body, "first_name"), given(*body, "last_name"),
                                   given(*body, "email"), given(*body, "phone"),      given(*body, "company")};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// ---- the address book ----

// In the spellings of shipping_address.hpp.
customers::AddressChange read_change(Body& body) {
  customers::AddressChange said;
  said.label = given(body, "label");
  said.name = given(body, "shipping_name", "name");
  said.line1 = given(body, "shipping_address_line1", "line1");
  said.line2 = given(body, "shipping_address_line2", "line2");
  said.city = given(body, "shipping_city", "city");
  said.postal_code = given(body, "shipping_postal_code", "postal_code");
  if (body.has("shipping_zip")) said.postal_code = given(body, "shipping_zip");
  said.region = given(body, "shipping_state", "region");
  said.country = given(body, "shipping_country", "country");
  said.phone = given(body, "shipping_phone", "phone");
  return said;
}

awaitable<Response> list_addresses(Api& api, Request& request) {
  Response response = co_await get(api, request);
  if (response.status != 200) co_return response;
  auto customer = Json::parse(std::get<std::string>(response.body));
  if (!customer) co_return http::problem(503, "view-unavailable", "Nobody can show this now; try again.");
  // An address book fits on one page.
  response.body = Json{{"items", std::move((*customer)["addresses"])}, {"next_cursor", Json()}}.str();
  co_return response;
}

awaitable<Response> get_address(Api& api, Request& request) {
  Response response = co_await get(api, request);
  if (response.status != 200) co_return response;
  auto address = address_in(std::get<std::string>(response.body), request.parameter("id"));
  if (!address) co_return no_address();
  response.body = std::move(*address);
  co_return response;
}

awaitable<Response> add_address(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  customers::AddAddress command{customer_id(*caller), AddressId(fresh_id()), read_change(*body), body->flag("is_default", false)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string& customer = caller->access.customer;
  Response response = co_await tell(api, *caller, request, std::move(command), "customer/" + customer, 201);
  if (response.status != 201) co_return response;
  // A repeated request is answered with the address that the first one made.
  const std::string id = json_text(std::get<std::string>(response.body), "address_id");
  response.headers.emplace_back("Location", "/api/v1/users/me/addresses/" + id);
  response = co_await api.views.answer_after(std::move(response), Thing::customer, *caller, customer);
  if (auto address = address_in(std::get<std::string>(response.body), id)) response.body = std::move(*address);
  co_return response;
}

awaitable<Response> change_address(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const AddressId id = address_id(request);
  customers::ChangeAddress command{customer_id(*caller), id, read_change(*body)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say_of_address(api, request, *caller, std::move(command), id.str());
}

awaitable<Response> prefer_address(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  const AddressId id = address_id(request);
  co_return co_await say_of_address(api, request, *caller, customers::PreferAddress{customer_id(*caller), id}, id.str());
}

// Answered with what he says of himself without it.
awaitable<Response> remove_address(Api& api, Request& request) {
  auto caller = authenticate_customer(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, customers::RemoveAddress{customer_id(*caller), address_id(request)});
}

}  // namespace

void add_users(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  const std::string me = "/api/v1/users/me";
  router.add(Method::get, me, bind(get));
  router.add(Method::patch, me, bind(change));
  router.add(Method::get, me + "/addresses", bind(list_addresses));
  router.add(Method::post, me + "/addresses", bind(add_address));
  router.add(Method::get, me + "/addresses/{id}", bind(get_address));
  router.add(Method::patch, me + "/addresses/{id}", bind(change_address));
  router.add(Method::del, me + "/addresses/{id}", bind(remove_address));
  router.add(Method::post, me + "/addresses/{id}/default", bind(prefer_address));
}

}  // namespace layerline::rest
