#include "tests/domain/random_parcels.hpp"

#include <map>

namespace layerline::test {

Command parcel_command(Dice& dice, const Workshop& w, const OrderId& id) {
  const orders::Order* order = w.order(id);
  if (order == nullptr) return shipments::DeliverOrder{id, ShipmentId("none")};
  if (!order->parcels.empty() && dice.chance(25))
    return shipments::DeliverOrder{id, order->parcels[static_cast<std::size_t>(dice.upto(std::ssize(order->parcels) - 1))]};
  shipments::ShipOrder ship{id, "ups", dice.chance(95) ? "1Z" : "", {}};
  for (const orders::Piece& piece : orders::left(*order)) {
    const std::int64_t there = shipments::ready(*order, piece.line, w);
    if (there > 0 && dice.chance(70)) ship.pieces.push_back({piece.line, dice.upto(there + (dice.chance(10) ? 1 : 0))});
  }
  if (ship.pieces.empty()) ship.pieces.push_back({dice.chance(50) ? "1" : "", dice.upto(2)});
  return ship;
}

orders::TakePhoto photo_command(Dice& dice, const Workshop& w) {
  orders::TakePhoto take{.order = {}, .production = {}, .photo = "photo", .blob = BlobHash("b"), .content_type = "image/jpeg", .bytes = 9};
  if (dice.chance(50)) take.order = dice.key_of(w.orders);
  if (take.order.empty() || dice.chance(20)) take.production = dice.key_of(w.production);
  if (dice.chance(10)) take.content_type = "text/html";
  return take;
}

namespace {

std::string broken_line(const Workshop& w, const orders::Order& order, const orders::Line& line) {
  if (line.sent < 0 || line.sent > line.quantity) return order.number + ": more of a line has left than was ordered";
  if (order.status >= orders::Status::shipped) return "";
  if (products::held(w, line.product, orders::holder_of(order.id, line)) + line.sent > line.quantity)
    return order.number + ": a line holds more units than are left to send";
  return "";
}

}  // namespace

std::string broken_parcels(const Workshop& w) {
  std::map<std::pair<OrderId, std::string>, std::int64_t> of_lines;
  for (const auto& [id, parcel] : w.shipments) {
    const orders::Order& order = w.orders.at(parcel.order);
    const bool left = parcel.status != shipments::Status::label_requested;
    if (left != (std::ranges::count(order.parcels, id) == 1)) return id.str() + " has left, and its order does not know it once";
    if (!left && !parcel.pieces.empty()) return id.str() + " has not left, and holds pieces";
    for (const orders::Piece& piece : parcel.pieces) of_lines[{order.id, piece.line}] += piece.quantity;
  }
  for (const auto& [id, order] : w.orders) {
    std::int64_t sent = order.lines.empty() ? of_lines[{id, ""}] : 0;
    for (const orders::Line& line : order.lines) {
      if (line.sent != of_lines[{id, line.id}]) return order.number + ": a line counts other pieces than its parcels hold";
      if (const std::string problem = broken_line(w, order, line); !problem.empty()) return problem;
      sent += line.sent;
    }
    if (order.sent != sent || sent > order.quantity) return order.number + " counts other pieces than its parcels hold";
    if (order.status == orders::Status::cancelled && sent > 0) return order.number + " is cancelled, and a part of it has left";
    if (order.status < orders::Status::shipped && sent > 0 && orders::left(order).empty()) return order.number + " has left and is open";
    if (order.status == orders::Status::delivered && !shipments::all_delivered(order, w)) return order.number + " has not arrived whole";
  }
  return "";
}

}  // namespace layerline::test
