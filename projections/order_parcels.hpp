// What of an order has left, in its document: its lines' "sent", and its "parcels".
#pragma once

#include <cstdint>
#include <string>

#include "infra/store/json_tree.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::projections {

void add_label(store::Json& order, const events::LabelRequested& requested);
void add_parcel(store::Json& order, const events::ShipmentShipped& shipped, std::int64_t time_ms);
void parcel_arrived(store::Json& order, const std::string& shipment, std::int64_t time_ms);

}  // namespace layerline::projections
