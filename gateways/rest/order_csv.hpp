// Orders as CSV, a line of an order a row: read and checked before anybody is told.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/orders/shop_order.hpp"
#include "infra/http/message.hpp"

namespace layerline::rest {

// Two shops may count alike, so a number alone names no order.
using OrderKey = std::pair<std::string, std::string>;   // the shop, and the file's order number

struct OrderRow {
  std::size_t number = 0;       // in the file, the heading is 1
  OrderKey order;               // an empty number: it can't be told whose line this is
  std::string sku;
  bool torn = false;            // longer than the heading: its values may stand under the wrong names
  std::string problem;          // why it is not taken; empty: it is
  std::string note;
  std::string order_id;
};

struct OrderFile {
  std::vector<OrderRow> rows;
  std::map<OrderKey, orders::ObserveShopOrder> orders;   // whole ones only
};

// A row that can't be read leaves its whole order out, and each of the order's rows says so.
[[nodiscard]] std::expected<OrderFile, http::Response> read_order_file(std::string_view text);

// Leaves out what the owner would refuse whatever lies on the shelves, in his words. `currency`: of the workshop's books.
void refuse_as_the_owner_would(OrderFile& file, std::string_view currency);

// What became of an order: each of its rows is told so that has no problem of its own.
struct Verdict { std::string problem, order_id; };
void tell_rows(OrderFile& file, const std::map<OrderKey, Verdict>& verdicts);

}  // namespace layerline::rest
