#include "domain/shipments/shipment.hpp"

#include <fmt/format.h>

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
  workshop.shipments.emplace(id, Shipment{.id = id, .order = OrderId(event.order()), .carrier = event.carrier(), .tracking_number = {}});
  workshop.orders.at(OrderId(event.order())).shipment = id;
}

void evolve(Workshop& workshop, const events::ShipmentShipped& event, Time) {
  Shipment& shipment = workshop.shipments[ShipmentId(event.shipment())];
  shipment.id = ShipmentId(event.shipment());
  shipment.order = OrderId(event.order());
  shipment.status = Status::shipped;
  shipment.carrier = event.carrier();
  shipment.tracking_number = event.tracking_number();
}

void evolve(Workshop& workshop, const events::ShipmentDelivered& event, Time) {
  workshop.shipments.at(ShipmentId(event.shipment())).status = Status::delivered;
}

// ---- decisions ----

Decided decide(const RequestLabel& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status != orders::Status::ready_to_ship || order->held)
    return wrong_status(*order, "order-not-ready-to-ship", "READY_TO_SHIP");
  if (!order->shipment.empty()) return Events{};
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
  if (order->status == orders::Status::shipped) return Events{};
  if (order->status != orders::Status::ready_to_ship || order->held)
    return wrong_status(*order, "order-not-ready-to-ship", "READY_TO_SHIP");
  if (command.carrier.empty() || command.tracking_number.empty())
    return refuse("tracking-incomplete", "Shipping needs a carrier and a tracking number.");
  Events out;
  const ShipmentId id = order->shipment.empty() ? ShipmentId(context.ids.next(context.now)) : order->shipment;
  auto* shipped = out.on(stream(id)).mutable_shipment_shipped();
  shipped->set_shipment(id.str());
  shipped->set_order(order->id.str());
  shipped->set_carrier(command.carrier);
  shipped->set_tracking_number(command.tracking_number);
  shipped->set_by(context.actor);
  auto* event = out.on("order/" + order->id.str()).mutable_order_shipped();
  event->set_order(order->id.str());
  event->set_shipment(id.str());
  return out;
}

Decided decide(const DeliverOrder& command, const Context& context) {
  const orders::Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == orders::Status::delivered || order->status == orders::Status::complete) return Events{};
  if (order->status != orders::Status::shipped) return wrong_status(*order, "order-not-shipped", "SHIPPED");
  Events out;
  auto* delivered = out.on(stream(order->shipment)).mutable_shipment_delivered();
  delivered->set_shipment(order->shipment.str());
  delivered->set_order(order->id.str());
  delivered->set_by(context.actor);
  auto* event = out.on("order/" + order->id.str()).mutable_order_delivered();
  event->set_order(order->id.str());
  event->set_shipment(order->shipment.str());
  return out;
}

}  // namespace layerline::shipments
