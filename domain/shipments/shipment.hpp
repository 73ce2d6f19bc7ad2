// Shipments: the label, the parcel on its way, the delivery. An order leaves in one parcel, or in several.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/orders/lines.hpp"

namespace layerline::orders { struct Order; }

namespace layerline::shipments {

enum class Status { label_requested, shipped, delivered };

struct Shipment {
  ShipmentId id;
  OrderId order;
  Status status = Status::label_requested;
  std::string carrier;
  std::string tracking_number;
  std::vector<orders::Piece> pieces;   // that lie in it
};

// ---- commands ----

struct RequestLabel { OrderId order; std::string carrier; };
// Without pieces: all that has not left yet. Less than that may leave while the rest is made or checked.
struct ShipOrder { OrderId order; std::string carrier, tracking_number; std::vector<orders::Piece> pieces = {}; };
struct DeliverOrder { OrderId order; ShipmentId parcel = {}; };   // without a parcel: all of them

// ---- decisions ----

[[nodiscard]] Decided decide(const RequestLabel&, const Context&);
[[nodiscard]] Decided decide(const ShipOrder&, const Context&);
[[nodiscard]] Decided decide(const DeliverOrder&, const Context&);

// ---- queries ----

// Of what is left to send of a line, so many pieces are there: units that are held for it; of a custom product, pieces that are printed
// and finished. A line that is empty: of an order of a quote.
[[nodiscard]] std::int64_t ready(const orders::Order&, const std::string& line, const Workshop&);
[[nodiscard]] bool all_delivered(const orders::Order&, const Workshop&);

void evolve(Workshop&, const events::LabelRequested&, Time);
void evolve(Workshop&, const events::ShipmentShipped&, Time);
void evolve(Workshop&, const events::ShipmentDelivered&, Time);

}  // namespace layerline::shipments
