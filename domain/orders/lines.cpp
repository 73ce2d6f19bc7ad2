#include "domain/orders/lines.hpp"

namespace layerline::orders {

Line line_from(const events::OrderLine& stored) {
  return {stored.line(),     stored.external_line(), stored.sku(),                 stored.title().clear(),
          stored.quantity(), stored.unit_price(),    ProductId(stored.product()), false};
}

void store_line(const Line& line, const CustomerId& customer, events::OrderLine* stored) {
  stored->set_line(line.id);
  stored->set_external_line(line.external_line);
  stored->set_sku(line.sku);
  seal(stored->mutable_title(), customer.str(), line.title);
  stored->set_quantity(line.quantity);
  stored->set_unit_price(line.unit_price);
  stored->set_product(line.product.str());
}

std::int64_t quantity_of(const std::vector<Line>& lines) {
  std::int64_t quantity = 0;
  for (const Line& line : lines) quantity += line.quantity;
  return quantity;
}

std::vector<Piece> pieces_from(const google::protobuf::RepeatedPtrField<events::Piece>& stored) {
  std::vector<Piece> pieces;
  for (const events::Piece& piece : stored) pieces.push_back({piece.line(), piece.quantity()});
  return pieces;
}

void store_pieces(const std::vector<Piece>& pieces, google::protobuf::RepeatedPtrField<events::Piece>* stored) {
  for (const Piece& piece : pieces) {
    events::Piece* one = stored->Add();
    one->set_line(piece.line);
    one->set_quantity(piece.quantity);
  }
}

std::string holder_of(const OrderId& order, const Line& line) { return order.str() + "/" + line.id; }

}  // namespace layerline::orders
