// What the webhooks of shops elsewhere have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateways/rest/api.hpp"

namespace layerline::rest {

// The shops that a delivery may be from: that of the path, or, where the path names none, all of the source: the signature tells.
[[nodiscard]] std::vector<app::ConnectedShop> addressed_shops(const Api& api, const Request& request, std::string_view source);

[[nodiscard]] Response no_such_shop();
[[nodiscard]] Response bad_signature();
// 200: nothing follows from the delivery.
[[nodiscard]] Response nothing_to_do();
// Once its owner knows that a shop is removed: its webhooks are refused, and its secrets can no longer be read. False: they still can.
[[nodiscard]] bool forget_shop(Api& api, const std::string& workshop, const std::string& shop);
// Tells the owner; `key` names the delivery, so that a repeat is answered without work.
[[nodiscard]] awaitable<Response> take_delivery(const Api& api, const app::ConnectedShop& shop, std::string_view key, Command command);

}  // namespace layerline::rest
