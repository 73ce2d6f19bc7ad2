// Shipments: the label, the parcel on its way, the delivery.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::shipments {

enum class Status { label_requested, shipped, delivered };

struct Shipment {
  ShipmentId id;
  OrderId order;
  Status status = Status::label_requested;
  std::string carrier;
  std::string tracking_number;
};

// ---- commands ----

struct RequestLabel { OrderId order; std::string carrier; };
struct ShipOrder { OrderId order; std::string carrier, tracking_number; };
struct DeliverOrder { OrderId order; };

// ---- decisions ----

[[nodiscard]] Decided decide(const RequestLabel&, const Context&);
[[nodiscard]] Decided decide(const ShipOrder&, const Context&);
[[nodiscard]] Decided decide(const DeliverOrder&, const Context&);

void evolve(Workshop&, const events::LabelRequested&, Time);
void evolve(Workshop&, const events::ShipmentShipped&, Time);
void evolve(Workshop&, const events::ShipmentDelivered&, Time);

}  // namespace layerline::shipments
