// What shops say of their orders, read from their JSON (reference/commerce.md 2.1 and 3.1). Pure. Money is decimal text and is never a
// floating point number; what is null reads as empty; a shop's test orders are refused.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/orders/shop_order.hpp"

namespace layerline::shops {

enum class OrderError {
  malformed,    // not an order of that shop
  test_order,   // nobody has paid for it: it must never be printed
};
using ReadOrder = std::expected<orders::ObserveShopOrder, OrderError>;

[[nodiscard]] ReadOrder read_squarespace_order(std::string_view shop, std::string_view json);
[[nodiscard]] ReadOrder read_woocommerce_order(std::string_view shop, std::string_view json);

// An order of a shop that did not become one here. No event tells of it, so that the log and /metrics do.
struct RefusedOrder {
  std::string_view source, shop, external_order;
  std::string_view why;                  // "other-currency", "malformed"
};

// A page of a list of orders.
struct Page {
  std::vector<orders::ObserveShopOrder> orders;
  std::vector<std::string> malformed;    // ids of those that can't be read; empty, where not even that can be
  std::size_t listed = 0;                // with those that were refused
  std::optional<Time> newest;            // the latest change of all that are listed
  std::string next_cursor;               // Squarespace's; empty: there is no more
};
[[nodiscard]] std::optional<Page> read_squarespace_page(std::string_view shop, std::string_view json);
[[nodiscard]] std::optional<Page> read_woocommerce_page(std::string_view shop, std::string_view json);

// What is known there of the parcels of an order, before one is reported.
struct Parcels {
  bool over = false;                          // cancelled, refunded or deleted: nothing may be reported any more
  bool complete = false;                      // the whole order counts as shipped
  std::vector<std::string> tracking_numbers;  // Squarespace's; WooCommerce has them in notes
};
[[nodiscard]] std::optional<Parcels> read_squarespace_parcels(std::string_view json);
[[nodiscard]] std::optional<Parcels> read_woocommerce_parcels(std::string_view json);
// Whether one of an order's notes names the number, and not merely a longer one; nothing if it is no list of notes.
[[nodiscard]] std::optional<bool> woocommerce_notes_name(std::string_view json, std::string_view tracking_number);

}  // namespace layerline::shops
