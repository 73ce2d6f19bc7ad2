// The one door through which every order with lines comes, whatever its source: a shop, an operator, a file, an earlier order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/kernel/urgency.hpp"
#include "domain/orders/address.hpp"
#include "domain/orders/buyer.hpp"

namespace layerline::carts { struct Checkout; }

namespace layerline::orders {

enum class ShopReport { open, paid, cancelled, refunded, fulfilled };

struct ShopLine {
  std::string external_line, sku, title;
  std::int64_t quantity = 0, unit_price = 0;   // minor units; below 0: as the catalogue says
};

// What a source says of one of its orders: its whole present state. Idempotent by (source, shop, external_id); older than what is known
// (by `modified`): nothing happens.
struct ObserveShopOrder {
  std::string source;            // "squarespace", "woocommerce", "manual", "csv"
  std::string shop;              // which of the workshop's shops
  std::string external_id, external_number;
  ShopReport report = ShopReport::open;
  Time modified;
  std::vector<ShopLine> lines;
  std::int64_t shipping = 0, total = 0, refunded = 0;   // minor units; total below 0: lines and shipping; refunded: cumulative
  std::string currency;          // empty: the workshop's
  Address ship_to;
  std::string customer_name, customer_mail;
  std::string tracking_number, carrier;     // of a fulfilment made on their side
  std::optional<BuyerKind> buyer = {};      // not said: as the company says
  std::string company = {};      // of a business, and of nobody else
  AskedUrgency urgency = {};     // of an order that is new
};
// The product of a line whose SKU nobody knew.
struct MapOrderLine { OrderId order; std::string line; ProductId product; };
// The same again, for the same customer: at today's prices, or at the quote's.
struct ReorderOrder { OrderId order; OrderId again; };   // again: made by the gateway

// What decide() refuses of a report by itself, so that it can be known before. `known`: the order was seen before.
[[nodiscard]] std::expected<void, Rejection> check(const ObserveShopOrder&, bool known, std::string_view currency);
[[nodiscard]] Decided decide(const ObserveShopOrder&, const Context&);
[[nodiscard]] Decided decide(const MapOrderLine&, const Context&);
[[nodiscard]] Decided decide(const ReorderOrder&, const Context&);

// What was checked out of a cart of our own shop, now that its money is there.
[[nodiscard]] Events place(const carts::Checkout&, const Context&);
// What follows from the last report: the payment made at the shop, a cancellation, a refund, a fulfilment there. Total, and repeatable.
[[nodiscard]] Events settle_as_reported(const OrderId&, const Context&);
// The lines that waited for a SKU which is known now.
[[nodiscard]] Events resolve_lines(const Context&);

// The order that a source's id stands for; empty: it was never seen.
[[nodiscard]] OrderId order_of(const Workshop&, std::string_view source, std::string_view shop, std::string_view external_id);
// Its money changes hands elsewhere, so no provider of ours is asked.
[[nodiscard]] bool paid_elsewhere(std::string_view source);
[[nodiscard]] std::string_view name(ShopReport);

void evolve(Workshop&, const events::OrderObserved&, Time);
void evolve(Workshop&, const events::OrderLinesChanged&, Time);
void evolve(Workshop&, const events::OrderLineMapped&, Time);
void evolve(Workshop&, const events::OrderLinePlanned&, Time);

}  // namespace layerline::orders
