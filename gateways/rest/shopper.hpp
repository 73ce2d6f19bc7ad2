// Who comes to our own shop, with a key or without: a visitor, a guest with the token of his cart, a customer.
//
// A visitor names the workshop in the query, ?workshop=main, as the paths of the webhooks do; an installation with one workshop needs no
// name. The token of a cart, in the header Layerline-Cart, names its workshop itself.
// As authenticate() does, visitor(), buyer() and shopper_of() count the request, so one of them is called once for it.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateways/rest/api.hpp"

namespace layerline::rest {

// "<workshop>.<cart>.<mac>": made from the installation's secret, so nothing of it is stored anywhere.
[[nodiscard]] std::string cart_token(std::string_view secret, std::string_view workshop, std::string_view cart);

// Anybody: by his key, or as a visitor.
[[nodiscard]] std::expected<Caller, Response> visitor(const Api& api, const Request& request);
// By his key, or as the guest whose cart it is, who sees what became of it.
[[nodiscard]] std::expected<Caller, Response> buyer(const Api& api, const Request& request);

struct Shopper {
  Caller caller;
  std::string cart;
  std::string token = {};                   // of a guest
  bool fresh = false;                       // a guest who had no cart
  std::optional<Response> merged = {};      // what was answered when a guest's cart became this customer's
};
// The cart that is meant: the customer's own, into which that of a token that comes with his key is put; else that of the token; else, if
// `may_open`, a new one.
[[nodiscard]] awaitable<std::expected<Shopper, Response>> shopper_of(const Api& api, const Request& request, bool may_open);

}  // namespace layerline::rest
