#include "gateways/rest/shopper.hpp"

#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/tracking_token.hpp"

namespace layerline::rest {
namespace {

constexpr std::string_view cart_header = "Layerline-Cart";

bool has_key(const Request& request) { return !request.header("Authorization").empty() || !request.header("X-API-Key").empty(); }

Response no_workshop() { return http::problem(404, "not-found", "There is no such workshop; name it as ?workshop=."); }

// A token that is none opens nothing, as a wrong key does; who has come with a key is told that this cart is not there.
Response bad_cart(const Request& request) {
  return http::problem(has_key(request) ? 404 : 401, "bad-cart", "Layerline-Cart takes the token of a cart of this installation.");
}

// A guest is the customer of his own cart, and of nothing else.
Caller guest(std::string workshop, std::uint32_t partition, const std::string& cart) {
  return {{.workshop = std::move(workshop), .role = "customer", .key_id = "cart-" + cart, .customer = cart}, partition};
}

struct Named {
  std::string workshop, cart;
  std::uint32_t partition = 0;
};

// nullopt: no token came.
std::expected<std::optional<Named>, Response> named_cart(const Api& api, const Request& request) {
  const std::string_view token = request.header(cart_header);
  if (token.empty()) return std::nullopt;
  const auto read = read_signed_name(api.secret, "cart:", token);
  const auto partition = read ? api.directory.partition_of(read->workshop) : std::nullopt;
  if (!partition) return std::unexpected(bad_cart(request));
  return Named{read->workshop, read->name, *partition};
}

awaitable<std::expected<Shopper, Response>> of_customer(const Api& api, const Request& request, Caller caller,
                                                        std::optional<Named> named) {
  Shopper shopper{.caller = caller, .cart = caller.access.customer};
  if (!named) co_return shopper;
  if (named->workshop != caller.access.workshop) co_return std::unexpected(bad_cart(request));
  app::Envelope merge;
  merge.workshop = caller.access.workshop;
  merge.actor = caller.actor();
  merge.cause = "http";
  merge.command = carts::MergeCart{CartId(named->cart), CartId(shopper.cart)};
  Response merged = co_await tell(api, std::move(merge));
  if (merged.status != 200) co_return std::unexpected(std::move(merged));
  shopper.merged = std::move(merged);
  co_return shopper;
}

}  // namespace

std::string cart_token(std::string_view secret, std::string_view workshop, std::string_view cart) {
  return signed_name(secret, "cart:", workshop, cart);
}

std::expected<Caller, Response> visitor(const Api& api, const Request& request) {
  if (has_key(request)) return authenticate(api, request);
  if (auto refused = api.limits.refuse_guest(request)) return std::unexpected(std::move(*refused));
  const auto asked = request.query("workshop");
  const std::optional<std::string> workshop = asked ? std::optional(std::string(*asked)) : api.directory.only_one();
  const auto partition = workshop && *workshop != app::platform ? api.directory.partition_of(*workshop) : std::nullopt;
  if (!partition) return std::unexpected(no_workshop());
  return Caller{{.workshop = *workshop, .role = "customer", .key_id = "visitor", .customer = {}}, *partition};
}

std::expected<Caller, Response> buyer(const Api& api, const Request& request) {
  if (has_key(request)) return authenticate(api, request);
  auto named = named_cart(api, request);
  if (!named) return std::unexpected(api.limits.refuse_guess(request, std::move(named.error())));
  if (!*named) return authenticate(api, request);
  if (auto refused = api.limits.refuse_guest(request)) return std::unexpected(std::move(*refused));
  return guest((*named)->workshop, (*named)->partition, (*named)->cart);
}

awaitable<std::expected<Shopper, Response>> shopper_of(const Api& api, const Request& request, bool may_open) {
  auto named = named_cart(api, request);
  if (!named && !has_key(request)) co_return std::unexpected(api.limits.refuse_guess(request, std::move(named.error())));
  if (named && *named && !has_key(request)) {
    if (auto refused = api.limits.refuse_guest(request)) co_return std::unexpected(std::move(*refused));
    co_return Shopper{.caller = guest((*named)->workshop, (*named)->partition, (*named)->cart), .cart = (*named)->cart,
                      .token = std::string(request.header(cart_header))};
  }
  auto caller = visitor(api, request);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  if (!named) co_return std::unexpected(std::move(named.error()));
  if (!caller->access.customer.empty() && !caller->staff())
    co_return co_await of_customer(api, request, std::move(*caller), std::move(*named));
  // An operator may shop for who has no key.
  const std::string workshop = caller->access.workshop;
  if (*named && (*named)->workshop != workshop) co_return std::unexpected(bad_cart(request));
  if (!*named && !may_open)
    co_return std::unexpected(http::problem(404, "no-cart", "Send the token of a cart as Layerline-Cart, or a customer's key."));
  const std::string cart = *named ? (*named)->cart : fresh_id();
  co_return Shopper{.caller = guest(workshop, caller->partition, cart), .cart = cart, .token = cart_token(api.secret, workshop, cart),
                    .fresh = !*named};
}

}  // namespace layerline::rest
