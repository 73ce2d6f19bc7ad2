// What a gateway asks of the projections and what they answer: as values, and as the bytes that pass between two processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "projections/queries.hpp"

namespace layerline::internal {

// What a document is of. The numbers are those of the wire: new ones go to the end.
enum class Thing : std::uint8_t {
  quote,
  quote_with_availability,   // the quote, and "availability" of its material from the stock as it is now
  order,
  production_order,
  material,
  printer,
  product,                   // by its id or its SKU
  file,
  payment,
  payment_of_order,          // by the order's id
  tracking,                  // what a magic link shows of an order
  lot,                       // and the newest prints that took of it
  offer,                     // a product as the public sees it
  cart,                      // with the prices of now
  purchase_order,
  supplier,
  customer,                  // what he says of himself
  buyer,                     // and the newest of his orders, in short
  printer_connections,       // of all printers; has no id
};
inline constexpr Thing last_thing = Thing::printer_connections;

enum class List : std::uint8_t {
  quotes, orders, production_orders, materials, ledger, printers, products, effects, sku_mappings,
  lots, lot_uses, order_materials, locations, work_steps, offers, purchase_orders, suppliers, print_costs,
  order_costs, product_costs, product_ledger, buyers, categories, units
};
inline constexpr List last_list = List::units;

struct FindDocument {
  Thing thing = Thing::quote;
  std::string id;
  std::string awaited_change = {};   // waits for a document with another status than this one; empty: takes it as it is
  friend bool operator==(const FindDocument&, const FindDocument&) = default;
};

struct ReadPage {
  List list = List::quotes;
  // The customer whose they are; the material or the product of a ledger, the material of lots, the lot, the order, the product of
  // units, the one of which products are variants; empty: any.
  std::string owner = {};
  std::string status = {};   // empty: any; of offers: "in_stock"; of buyers: their kind
  std::string cursor = {};
  std::uint32_t limit = 0;
  std::string category = {}; // of products; the source of orders; the product of prints; the location of units; empty: any
  std::string search = {};   // words, of products; numbers and SKUs, of orders
  std::string sort = {};     // "price", "-created_at": sorting.hpp; empty: the list's own order
  projections::Period period = {};   // of costs: when the prints ended; of quotes, orders and production orders: when they were made
  friend bool operator==(const ReadPage&, const ReadPage&) = default;
};

// Is so much of a type and colour (empty: any) in stock?
struct ReadAvailability {
  std::string type;
  std::string colour;
  std::int64_t milligrams = 0;
  friend bool operator==(const ReadAvailability&, const ReadAvailability&) = default;
};

// Can so many of a product, by its id or its SKU, be promised?
struct ReadUnits {
  std::string product;
  std::int64_t quantity = 1;
  friend bool operator==(const ReadUnits&, const ReadUnits&) = default;
};

// What is to be made and bought, by what the views know; `now_ms` is whose day it is.
struct ReadPlan {
  enum class What : std::uint8_t {
    requirements,   // per item and week
    orders,         // planned and firm ones
    order,          // one of them, by its id
  };
  What what = What::orders;
  std::string id = {};          // of an item, or of the order; empty: all
  std::uint32_t weeks = 0;
  std::uint64_t now_ms = 0;
  friend bool operator==(const ReadPlan&, const ReadPlan&) = default;
};

// What happened on these days, both included: days since 1970-01-01.
struct ReadDays {
  std::int32_t from = 0;
  std::int32_t to = 0;
  friend bool operator==(const ReadDays&, const ReadDays&) = default;
};

// The record at this offset is to be seen in the answer.
struct Needed {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const Needed&, const Needed&) = default;
};

struct Question {
  projections::Scope scope;
  std::variant<FindDocument, ReadPage, ReadAvailability, ReadPlan, ReadDays, ReadUnits> what;
  std::vector<Needed> needed = {};
  std::int64_t wait_ms = 0;   // for what is needed, and for the awaited change
};

struct Answer {
  enum class Outcome : std::uint8_t {
    found,
    not_found,   // there is no such document for this scope
    damaged,     // the store can't be read
    late,        // the views did not get as far as needed in time
  };
  Outcome outcome = Outcome::not_found;
  std::uint64_t next_offset = 0;         // the answer shows at least all of the scope's partition that lies before it
  projections::Document document = {};   // or, as its JSON alone, the page or the availability
};

// ---- the wire ----

[[nodiscard]] std::string encode(const Question& question);
[[nodiscard]] std::string encode(const Answer& answer);
// nullopt: not the bytes of a question that may be asked, or of an answer.
[[nodiscard]] std::optional<Question> decode_question(std::string_view bytes);
[[nodiscard]] std::optional<Answer> decode_answer(std::string_view bytes);

}  // namespace layerline::internal
