// Shops elsewhere that orders come from: how they are reached, and how far their changes were read. Their secrets stay in the events,
// sealed: no decision asks for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::shops {

inline constexpr std::string_view squarespace = "squarespace";
inline constexpr std::string_view woocommerce = "woocommerce";

struct Shop {
  std::string id;
  std::string source;
  Time caught_up;            // all changes up to this one were read
};

// ---- commands ----

// Again for a shop that is connected: new secrets, another address.
struct ConnectShop {
  std::string shop = {}, source = {}, base_url = {};
  std::string api_key = {};                             // Squarespace
  std::string consumer_key = {}, consumer_secret = {};  // WooCommerce
  std::vector<std::string> webhook_secrets = {};
  Time since = {};                                      // 0: from now on
};
struct RemoveShop { std::string shop; };
// A hint that an order is new or changed; what it says is asked of the shop before it is believed.
struct NotifyShopOrder { std::string shop, external_order, topic; };
struct RecordCaughtUp { std::string shop; Time modified; };

// ---- decisions ----

[[nodiscard]] Decided decide(const ConnectShop&, const Context&);
[[nodiscard]] Decided decide(const RemoveShop&, const Context&);
[[nodiscard]] Decided decide(const NotifyShopOrder&, const Context&);
[[nodiscard]] Decided decide(const RecordCaughtUp&, const Context&);

// Each parcel of an order of a shop is told there, and which of them is the last; not one that the shop itself has told of.
[[nodiscard]] Events push_fulfilment(const events::OrderPartlyShipped&, const Context&);
[[nodiscard]] Events push_fulfilment(const events::OrderShipped&, const Context&);

// ---- queries ----

// Under whose key the secrets of a shop are sealed.
[[nodiscard]] std::string subject_of(std::string_view workshop, std::string_view shop);

void evolve(Workshop&, const events::ShopConnected&, Time);
void evolve(Workshop&, const events::ShopRemoved&, Time);
void evolve(Workshop&, const events::ShopCaughtUp&, Time);

}  // namespace layerline::shops
