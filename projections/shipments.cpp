#include "projections/shipments.hpp"

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::shipments {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- parcels ----

  Entry& parcel(const std::string& shipment, const std::string& order, std::string_view status) {
    Entry* known = documents.find("shipment", shipment);
    Entry& entry = known != nullptr ? *known : documents.create("shipment", shipment, commit.time_ms);
    entry.version = event.version;
    if (known == nullptr) {
      entry.json = Json{{"id", shipment}, {"order_id", order}, {"order_number", Json()}, {"status", status}, {"carrier", Json()},
                        {"tracking_number", Json()}, {"pieces", Json::Array{}}, {"requested_at", Json()}, {"shipped_at", Json()},
                        {"delivered_at", Json()}};
      if (const Entry* tracking = documents.find("tracking", order)) {
        entry.customer = tracking->customer;
        entry.json["order_number"] = tracking->json.text("order_number");
      }
      documents.list(entry, "all", "all");
    }
    documents.set_status(entry, status);
    entry.json["status"] = status;
    return entry;
  }
  void operator()(const events::LabelRequested& requested) {
    Json& json = parcel(requested.shipment(), requested.order(), "label_requested").json;
    json["carrier"] = text_or_null(requested.carrier());
    json["requested_at"] = iso_time(commit.time_ms);
  }
  void operator()(const events::ShipmentShipped& shipped) {
    Json& json = parcel(shipped.shipment(), shipped.order(), "shipped").json;
    json["carrier"] = shipped.carrier();
    json["tracking_number"] = shipped.tracking_number();
    json["shipped_at"] = iso_time(commit.time_ms);
    Entry* tracking = documents.find("tracking", shipped.order());
    std::int64_t all = 0;
    for (const events::Piece& piece : shipped.pieces()) {
      json["pieces"].push_back(Json{{"line_id", text_or_null(piece.line())}, {"quantity", piece.quantity()}});
      all += piece.quantity();
    }
    if (tracking == nullptr) return;
    if (shipped.pieces().empty()) all = tracking->json.integer("quantity");   // there was a time without others
    tracking->json["carrier"] = shipped.carrier();
    tracking->json["tracking_number"] = shipped.tracking_number();
    tracking->json["parcels"].push_back(Json{{"id", shipped.shipment()}, {"carrier", shipped.carrier()},
                                             {"tracking_number", shipped.tracking_number()}, {"pieces", all},
                                             {"shipped_at", iso_time(commit.time_ms)}, {"delivered_at", Json()}});
  }
  void operator()(const events::ShipmentDelivered& delivered) {
    parcel(delivered.shipment(), delivered.order(), "delivered").json["delivered_at"] = iso_time(commit.time_ms);
    Entry* tracking = documents.find("tracking", delivered.order());
    if (tracking == nullptr) return;
    for (Json& sent : tracking->json["parcels"].items())
      if (sent.text("id") == delivered.shipment()) sent["delivered_at"] = iso_time(commit.time_ms);
  }

  // ---- tracking ----

  void step(Entry& entry, std::string_view status, std::int64_t time_ms) {
    entry.status = status;
    entry.json["status"] = status;
    entry.json["timeline"].push_back(Json{{"event", status}, {"at", iso_time(time_ms)}});
    entry.json["updated_at"] = iso_time(commit.time_ms);
  }
  void step(const std::string& order, std::string_view status) {
    Entry& entry = documents.edit("tracking", order);
    entry.version = event.version;
    step(entry, status, commit.time_ms);
  }
  void operator()(const events::OrderPlaced& placed) {
    Entry& entry = documents.create("tracking", placed.order(), commit.time_ms);
    entry.version = event.version;
    entry.customer = placed.customer();
    entry.json = Json{{"order_number", placed.number()}, {"status", "QUOTED"}, {"on_hold", false}, {"quantity", placed.quantity()},
                      {"carrier", Json()}, {"tracking_number", Json()}, {"parcels", Json::Array{}}, {"shortage", Json()},
                      {"timeline", Json::Array{}}, {"created_at", iso_time(commit.time_ms)}, {"updated_at", iso_time(commit.time_ms)}};
    if (placed.uploaded_ms() > 0) step(entry, "OPPORTUNITY", placed.uploaded_ms());
    step(entry, "QUOTED", placed.quoted_ms() > 0 ? placed.quoted_ms() : commit.time_ms);
  }
  void operator()(const events::OrderPaid& paid) {
    // A released order is already on its way when it is paid.
    if (documents.edit("tracking", paid.order()).status == "QUOTED") step(paid.order(), "PAID");
  }
  void operator()(const events::OrderQueued& queued) { step(queued.order(), "QUEUED"); }
  void operator()(const events::OrderPrinting& printing) { step(printing.order(), "PRINTING"); }
  void operator()(const events::OrderPrinted& printed) { step(printed.order(), "PRINTED"); }
  void operator()(const events::OrderQualityCheckStarted& started) { step(started.order(), "QUALITY_CHECK"); }
  void operator()(const events::OrderQualityFailed& failed) { step(failed.order(), "QUEUED"); }
  void operator()(const events::OrderReadyToShip& ready) { step(ready.order(), "READY_TO_SHIP"); }
  void operator()(const events::OrderShipped& shipped) { step(shipped.order(), "SHIPPED"); }
  void operator()(const events::OrderDelivered& delivered) { step(delivered.order(), "DELIVERED"); }
  void operator()(const events::OrderCompleted& completed) { step(completed.order(), "COMPLETE"); }
  void operator()(const events::OrderCancelled& cancelled) { step(cancelled.order(), "CANCELLED"); }
  void operator()(const events::OrderRefunded& refunded) { step(refunded.order(), "REFUNDED"); }
  void operator()(const events::OrderReopened& reopened) { step(reopened.order(), "QUOTED"); }
  // What the shelf did not have: the link asks for the answer.
  void operator()(const events::OrderShortOfStock& short_of) {
    std::int64_t pieces = 0;
    for (const auto& line : short_of.lines()) pieces += line.quantity();
    documents.edit("tracking", short_of.order()).json["shortage"] = Json{{"pieces", pieces}, {"answer", Json()}};
  }
  void operator()(const events::OrderShortageAnswered& answered) {
    documents.edit("tracking", answered.order()).json["shortage"]["answer"] = answered.answer();
  }
  void operator()(const events::OrderHeld& held) { documents.edit("tracking", held.order()).json["on_hold"] = true; }
  void operator()(const events::OrderResumed& resumed) { documents.edit("tracking", resumed.order()).json["on_hold"] = false; }

  template <class T>
    requires OneOf<T, events::OrderReleased, events::OrderShippingChanged, events::OrderObserved, events::OrderLinesChanged,
                   events::OrderLineMapped, events::OrderLinePlanned, events::OrderPartlyShipped, events::OrderRestCancelled,
                   events::QualityPhotoTaken> ||
             WorkshopEvent<T> || ModelEvent<T> || QuoteEvent<T> ||
             ProductEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> ||
             PrintEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "shipments", .version = 3, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view shipment) {
  return queries.get(view.name, scope, "shipment", shipment);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, const PageRequest& request) {
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}
std::expected<Document, QueryError> find_tracking(const Queries& queries, const Scope& scope, std::string_view order) {
  return queries.get(view.name, scope, "tracking", order);
}

}  // namespace layerline::projections::shipments
