#include "projections/order_parcels.hpp"

#include "projections/format.hpp"

namespace layerline::projections {

using store::Json;

namespace {

Json piece(std::string_view line, std::int64_t quantity) { return Json{{"line_id", text_or_null(line)}, {"quantity", quantity}}; }

// A parcel that does not say what lies in it is from a time when an order had one.
Json all_pieces(Json& order) {
  Json pieces = Json::Array{};
  for (const Json& line : order["lines"].items()) pieces.push_back(piece(line.text("id"), line.integer("quantity")));
  if (order["lines"].items().empty()) pieces.push_back(piece("", order.integer("quantity")));
  return pieces;
}

}  // namespace

void add_label(Json& order, const events::LabelRequested& requested) {
  order["shipment"] = Json{{"id", requested.shipment()}, {"carrier", requested.carrier()}, {"tracking_number", Json()},
                           {"shipped_at", Json()}, {"delivered_at", Json()}};
}

void add_parcel(Json& order, const events::ShipmentShipped& shipped, std::int64_t time_ms) {
  Json pieces = Json::Array{};
  for (const events::Piece& stored : shipped.pieces()) pieces.push_back(piece(stored.line(), stored.quantity()));
  if (shipped.pieces().empty()) pieces = all_pieces(order);
  for (const Json& piece : *pieces.array()) {
    order["pieces_sent"] = order.integer("pieces_sent") + piece.integer("quantity");
    for (Json& line : order["lines"].items())
      if (line.text("id") == piece.text("line_id")) line["sent"] = line.integer("sent") + piece.integer("quantity");
  }
  Json parcel{{"id", shipped.shipment()}, {"carrier", shipped.carrier()}, {"tracking_number", shipped.tracking_number()},
              {"shipped_at", iso_time(time_ms)}, {"delivered_at", Json()}};
  order["shipment"] = parcel;
  parcel["pieces"] = std::move(pieces);
  order["parcels"].push_back(std::move(parcel));
}

void parcel_arrived(Json& order, const std::string& shipment, std::int64_t time_ms) {
  if (order["shipment"].text("id") == shipment) order["shipment"]["delivered_at"] = iso_time(time_ms);
  for (Json& parcel : order["parcels"].items())
    if (parcel.text("id") == shipment) parcel["delivered_at"] = iso_time(time_ms);
}

}  // namespace layerline::projections
