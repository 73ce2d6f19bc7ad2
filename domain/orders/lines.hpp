// The lines of an order: what is sold, and how far its planning is.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/events.hpp"
#include "domain/kernel/types.hpp"

namespace layerline::orders {

struct Line {
  std::string id;                 // within the order: "1", "2"…
  std::string external_line;
  std::string sku;                // as the source calls it
  std::string title;              // personal
  std::int64_t quantity = 0;
  std::int64_t unit_price = 0;
  ProductId product;              // empty: nobody knows the SKU, and the line waits
  bool planned = false;           // units are allocated, and production orders exist for the rest
  std::int64_t sent = 0;          // pieces that have left
};

// So many of a line; the line is empty in an order of a quote, which has none.
struct Piece {
  std::string line;
  std::int64_t quantity = 0;
  friend bool operator==(const Piece&, const Piece&) = default;
};

[[nodiscard]] Line line_from(const events::OrderLine& stored);
void store_line(const Line& line, const CustomerId& customer, events::OrderLine* stored);
[[nodiscard]] std::int64_t quantity_of(const std::vector<Line>& lines);
[[nodiscard]] std::vector<Piece> pieces_from(const google::protobuf::RepeatedPtrField<events::Piece>& stored);
void store_pieces(const std::vector<Piece>& pieces, google::protobuf::RepeatedPtrField<events::Piece>* stored);
// Who holds the units of a line.
[[nodiscard]] std::string holder_of(const OrderId& order, const Line& line);

}  // namespace layerline::orders
