#include "domain/shipments/shipment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::shipments {
namespace {

std::string stream(const ShipmentId& id) { return "shipment/" + id.str(); }

std::unexpected<Rejection> wrong_status(const orders::Order& order, std::string type, std::string_view wanted) {
  return refuse(std::move(type), fmt::format("Order {} is {}{}; this needs {}.", order.number, orders::name(order.status),
                                             order.held ? " and on hold" : "", wanted));
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::LabelRequested& event, Time) {
  const ShipmentId id(event.shipment());
  workshop.shipments.emplace(
      id, Shipment{.id = id, .order = OrderId(event.order()), .carrier = event.carrier(), .tracking_number = {}, .pieces = {}});
  workshop.orders.at(OrderId(event.order())).label = id;
}

void evolve(Workshop& workshop, const events::ShipmentShipped& event, Time) {
  orders::Order& order = workshop.orders.at(OrderId(event.order()));
  Shipment& shipment = workshop.shipments[ShipmentId(event.shipment())];
  shipment.id = ShipmentId(event.shipment());
  shipment.order = order.id;
  shipment.status = Status::shipped;
  shipment.carrier = event.carrier();
  shipment.tracking_number = event.tracking_number();
  shipment.pieces = event.pieces().empty() ? orders::left(order) : orders::pieces_from(event.pieces());
  for (const orders::Piece& piece : shipment.pieces) {
    order.sent += piece.quantity;
    for (orders::Line& line : order.lines)
      if (line.id == piece.line) line.sent += piece.quantity;
  }
  order.parcels.push_back(shipment.id);
  order.label = ShipmentId();
}

void evolve(Workshop& workshop, const events::ShipmentDelivered& event, Time) {
  workshop.shipments.at(ShipmentId(event.shipment())).status = Status::delivered;
}

// ---- queries ----

namespace {

// Pieces of a custom product, of all its parts; none as long as somebody has to finish them.
std::int64_t finished(const orders::Order& order, const std::string& line, const Workshop& workshop) {
  std::int64_t most = -1;
  for (const ProductionOrderId& id : order.production) {
    const production::ProductionOrder& part = workshop.production.at(id);
    if (part.line != line || part.status == production::Status::cancelled) continue;
    const bool done = std::ranges::all_of(part.steps, &production::WorkStep::done);
    const std::int64_t pieces = done ? part.printed : 0;
    most = most < 0 ? pieces : std::min(most, pieces);
  }
  return std::max<std::int64_t>(most, 0);
}

std::int64_t left_of(const orders::Order& order, const std::string& line) {
  for (const orders::Piece& piece : orders::left(order))
    if (piece.line == line) return piece.quantity;
  return 0;
}

}  // namespace

std::int64_t ready(const orders::Order& order, const std::string& id, const Workshop& workshop) {
  const std::int64_t left = left_of(order, id);
  if (order.status == orders::Status::ready_to_ship) return left;
  const orders::Line* line = orders::line(order, id);
  const products::Product* product = line == nullptr ? nullptr : workshop.product(line->product);
  if (product != nullptr && product->catalogue)
    return std::min(left, products::held(workshop, product->id, orders::holder_of(order.id, *line)));
  const std::int64_t sent = line == nullptr ? order.sent : line->sent;
  return std::clamp<std::int64_t>(finished(order, id, workshop) - sent, 0, left);
}

bool all_delivered(const orders::Order& order, const Workshop& workshop) {
  return std::ranges::all_of(order.parcels,
                             [&](const ShipmentId& id) { return workshop.shipments.at(id).status == Status::delivered; });
}

// ---- decisions ----

namespace {

bool being_made(const orders::Order& order) {
  return order.status >= orders::Status::queued && order.status <= orders::Status::ready_to_ship;
}

bool something_ready(const orders::Order& order, const Workshop& workshop) {
  return std::ranges::any_of(orders::left(order), [&](const orders::Piece& piece) { return ready(order, piece.line, workshop) > 0; });
}

using Pieces = std::vector<orders::Piece>;

// What a parcel is said to hold: of each line once, at least one piece, and no more than has not left yet. Where there is one line, it
// need not be named.
std::expected<Pieces, Rejection> pieces_of(const ShipOrder& command, const orders::Order& order) {
  const Pieces left = orders::left(order);
  if (command.pieces.empty()) return left;
  Pieces pieces;
  for (orders::Piece piece : command.pieces) {
    if (piece.line.empty() && order.lines.size() == 1) piece.line = order.lines.front().id;
    if (piece.line.empty() && !order.lines.empty()) return refuse("line-needed", "Say which line of the order the pieces are of.");
    const std::int64_t most = left_of(order, piece.line);
    if (piece.quantity < 1 || piece.quantity > most)
      return refuse("quantity-out-of-range", fmt::format("Of line {}, {} pieces are left to send.", piece.line, most));
    if (std::ranges::find(pieces, piece.line, &orders::Piece::line) != pieces.end())
      return refuse("line-twice", fmt::format("Line {} stands twice in the parcel.", piece.line));
    pieces.push_back(piece);
  }
  return pieces;
}

std::int64_t sum(const Pieces& pieces) {
  std::int64_t all = 0;
  for (const orders::Piece& piece : pieces) all += piece.quantity;
  return all;
}

// Why it can't leave now.
std::optional<Rejection> not_ready(const orders::Order& order, const Pieces& pieces, bool last, const Workshop& workshop) {
  if (order.held || !being_made(order)) return wrong_status(order, "order-not-ready-to-ship", "READY_TO_SHIP").error();
  if (last && order.status != orders::Status::ready_to_ship)
    return wrong_status(order, "order-not-ready-to-ship", "READY_TO_SHIP for the last of its pieces").error();
  for (const orders::Piece& piece : pieces) {
    const std::int64_t there = ready(order, piece.line, workshop);
    if (piece.quantity <= there) continue;
    Rejection rejection{Refusal::refused, "pieces-not-ready", fmt::format("Only {} pieces are ready to leave.", there), {}};
    rejection.data = {{"line", piece.line}, {"ready", std::to_string(there)}};
    return rejection;
  }
  return std::nullopt;
}

}  // namespace

Decided decide(const RequestLabel& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  const bool packed = order->status == orders::Status::ready_to_ship || (being_made(*order) && something_ready(*order, context.workshop));
  if (!packed || order->held) return wrong_status(*order, "order-not-ready-to-ship", "READY_TO_SHIP, or pieces that are");
  if (!order->label.empty()) return Events{};
  Events out;
  const ShipmentId id(context.ids.next(context.now));
  auto* event = out.on(stream(id)).mutable_shipment_label_requested();
  event->set_shipment(id.str());
  event->set_order(order->id.str());
  event->set_carrier(command.carrier);
  event->set_by(context.actor);
  return out;
}

Decided decide(const ShipOrder& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == orders::Status::shipped && command.pieces.empty()) return Events{};
  if (order->held || !being_made(*order)) return wrong_status(*order, "order-not-ready-to-ship", "READY_TO_SHIP");
  const auto pieces = pieces_of(command, *order);
  if (!pieces) return std::unexpected(pieces.error());
  const bool last = sum(*pieces) == sum(orders::left(*order));
  if (auto why = not_ready(*order, *pieces, last, context.workshop)) return std::unexpected(std::move(*why));
  if (command.carrier.empty() || command.tracking_number.empty())
    return refuse("tracking-incomplete", "Shipping needs a carrier and a tracking number.");
  Events out;
  const ShipmentId id = order->label.empty() ? ShipmentId(context.ids.next(context.now)) : order->label;
  auto* shipped = out.on(stream(id)).mutable_shipment_shipped();
  shipped->set_shipment(id.str());
  shipped->set_order(order->id.str());
  shipped->set_carrier(command.carrier);
  shipped->set_tracking_number(command.tracking_number);
  shipped->set_by(context.actor);
  orders::store_pieces(*pieces, shipped->mutable_pieces());
  events::Event& event = out.on("order/" + order->id.str());
  if (last) {
    event.mutable_order_shipped()->set_order(order->id.str());
    event.mutable_order_shipped()->set_shipment(id.str());
  } else {
    event.mutable_order_partly_shipped()->set_order(order->id.str());
    event.mutable_order_partly_shipped()->set_shipment(id.str());
    orders::store_pieces(*pieces, event.mutable_order_partly_shipped()->mutable_pieces());
  }
  return out;
}

// Parcels that have left may arrive before the last one has, and after the money went back.
Decided decide(const DeliverOrder& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  const bool all = command.parcel.empty();
  if (all && (order->status == orders::Status::delivered || order->status == orders::Status::complete)) return Events{};
  if (all && order->status != orders::Status::shipped) return wrong_status(*order, "order-not-shipped", "SHIPPED");
  if (!all && std::ranges::find(order->parcels, command.parcel) == order->parcels.end()) return not_found("parcel of the order");
  Events out;
  bool missing = false;
  for (const ShipmentId& id : order->parcels) {
    if (context.workshop.shipments.at(id).status == Status::delivered) continue;
    if (!all && id != command.parcel) {
      missing = true;
      continue;
    }
    auto* delivered = out.on(stream(id)).mutable_shipment_delivered();
    delivered->set_shipment(id.str());
    delivered->set_order(order->id.str());
    delivered->set_by(context.actor);
  }
  if (out.empty() || missing || order->status != orders::Status::shipped) return out;
  auto* event = out.on("order/" + order->id.str()).mutable_order_delivered();
  event->set_order(order->id.str());
  event->set_shipment(order->parcels.back().str());
  return out;
}

}  // namespace layerline::shipments
