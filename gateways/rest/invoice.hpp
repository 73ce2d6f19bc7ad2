// What a customer owes and paid for one order, for his books: as JSON, and as a page to be printed. It follows from the order as it is,
// so it is numbered as the order is. It says nothing of taxes: what a workshop has to say of them it has told nobody yet.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/store/json_tree.hpp"

namespace layerline::rest {

struct InvoiceLine {
  std::string description, sku;
  std::int64_t quantity = 0, unit_price = 0, total = 0;
};

struct Invoice {
  std::string workshop;
  std::string order_id, order_number, status, payment_status, ordered_at, customer_id;
  std::string name, mail;               // personal, as is the address
  std::vector<std::string> address;     // line by line
  std::string currency;
  std::vector<InvoiceLine> lines;
  std::int64_t goods = 0, shipping = 0;
  std::int64_t other = 0;               // what the source charged or took off beside goods and shipping
  std::int64_t total = 0, paid = 0, refunded = 0;
  std::int64_t due = 0;                 // of an order that is over without its goods: nothing
};

// Of the order's document; `name_of` knows a product by its id, or says nothing.
[[nodiscard]] Invoice invoice_of(const store::Json& order, std::string workshop,
                                 const std::function<std::string(std::string_view)>& name_of);
[[nodiscard]] std::string invoice_json(const Invoice& invoice);
[[nodiscard]] std::string invoice_page(const Invoice& invoice);

}  // namespace layerline::rest
