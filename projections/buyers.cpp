#include "projections/buyers.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::buyers {
namespace {

Json unknown_buyer(std::string_view buyer) {
  return Json{{"id", buyer},         {"kind", Json()},           {"name", Json()},           {"company", Json()},
              {"email", Json()},     {"erased", false},          {"order_count", 0},         {"first_order", Json()},
              {"last_order", Json()}, {"sources", Json::Array{}}, {"ordered", Json::Array{}}, {"updated_at", Json()}};
}

// The sums, one of each currency.
void add(Json& sums, std::int64_t minor_units, std::string_view currency) {
  const auto known = std::ranges::find_if(sums.items(), [&](const Json& sum) { return sum.text("currency") == currency; });
  if (known == sums.items().end()) sums.push_back(money(minor_units, currency));
  else *known = money(known->integer("amount") + minor_units, currency);
}

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // A buyer has no stream of his own: his version counts what changed his document.
  Entry& changed(Entry& buyer) {
    ++buyer.version;
    buyer.json["updated_at"] = iso_time(commit.time_ms);
    return buyer;
  }
  Entry& buyer_of(const std::string& id) {
    if (Entry* known = documents.find("buyer", id)) return changed(*known);
    Entry& entry = documents.create("buyer", id, commit.time_ms);
    entry.customer = id;
    entry.json = unknown_buyer(id);
    documents.list(entry, "all", "all");
    return changed(entry);
  }
  // What an order says of him; what it does not name stays as it was known.
  void describe(Entry& buyer, const events::OrderPlaced& placed) {
    const events::Buyer& said = placed.buyer();
    const std::string_view kind = said.kind().empty() ? "person" : std::string_view(said.kind());
    documents.set_status(buyer, kind);
    buyer.json["kind"] = kind;
    buyer.json["erased"] = false;
    const auto know = [&](std::string_view path, const events::Sealed& sealed) {
      if (!sealed.clear().empty()) documents.personal(buyer, path, sealed);
    };
    know("name", said.name().clear().empty() ? placed.ship_to().name() : said.name());
    know("company", said.company());
    know("email", placed.customer_mail());
  }
  void operator()(const events::OrderPlaced& placed) {
    if (placed.customer().empty()) return;
    Entry& buyer = buyer_of(placed.customer());
    describe(buyer, placed);
    Json& json = buyer.json;
    json["order_count"] = json.integer("order_count") + 1;
    json["last_order"] = Json{{"id", placed.order()}, {"order_number", placed.number()}, {"at", iso_time(commit.time_ms)}};
    if (json["first_order"].is_null()) json["first_order"] = json["last_order"];
    const std::string at = iso_time(commit.time_ms);
    documents.place(buyer, {{"by-last_order", "all", at}, {"by-last_order", buyer.status, at}});
    const auto is_known = [&](const Json& source) { return source.text() == placed.source(); };
    if (std::ranges::none_of(json["sources"].items(), is_known)) json["sources"].push_back(placed.source());
    add(json["ordered"], placed.total(), placed.currency());
    documents.create("order", placed.order(), commit.time_ms).json =
        Json{{"buyer", placed.customer()}, {"total", placed.total()}, {"currency", placed.currency()}, {"counts", true}};
  }

  // ---- what his orders come to: without those that were called off or paid back ----

  void sum_up(const std::string& id, std::int64_t total, bool counts) {
    Entry* order = documents.find("order", id);
    if (order == nullptr) return;
    const std::int64_t before = order->json.flag("counts") ? order->json.integer("total") : 0;
    const std::int64_t now = counts ? total : 0;
    order->json["total"] = total;
    order->json["counts"] = counts;
    if (now != before) add(buyer_of(std::string(order->json.text("buyer"))).json["ordered"], now - before, order->json.text("currency"));
  }
  void count(const std::string& id, bool counts) {
    if (const Entry* order = documents.find("order", id)) sum_up(id, order->json.integer("total"), counts);
  }
  void operator()(const events::OrderLinesChanged& change) {
    if (const Entry* order = documents.find("order", change.order())) sum_up(change.order(), change.total(), order->json.flag("counts"));
  }
  void operator()(const events::OrderCancelled& cancelled) { count(cancelled.order(), false); }
  void operator()(const events::OrderRefunded& refunded) { count(refunded.order(), false); }
  void operator()(const events::OrderReopened& reopened) { count(reopened.order(), true); }

  void operator()(const events::SubjectErased& erased) {
    documents.erase_subject(erased.subject());
    if (Entry* buyer = documents.find("buyer", erased.subject())) changed(*buyer).json["erased"] = true;
  }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || PaymentEvent<T> ||
             StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T> ||
             OneOf<T, events::WorkshopOpened, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued,
                   events::ApiKeyRevoked, events::TimerSet, events::TimerFired, events::DailyReported, events::OrderObserved,
                   events::OrderLineMapped, events::OrderLinePlanned, events::OrderShortOfStock, events::OrderShortageAnswered,
                   events::OrderPartlyShipped, events::OrderRestCancelled, events::QualityPhotoTaken, events::OrderReleased,
                   events::OrderPaid, events::OrderQueued, events::OrderPrinting, events::OrderPrinted,
                   events::OrderQualityCheckStarted, events::OrderQualityFailed, events::OrderReadyToShip, events::OrderShipped,
                   events::OrderDelivered, events::OrderCompleted, events::OrderHeld, events::OrderResumed,
                   events::OrderShippingChanged>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "buyers", .version = 2, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view buyer) {
  return queries.get(view.name, scope, "buyer", buyer);
}

std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view kind, std::string_view by,
                                     const PageRequest& request) {
  if (!by.empty()) return queries.list(view.name, scope, std::string("by-").append(by), kind.empty() ? "all" : kind, "", request);
  if (kind.empty()) return queries.list(view.name, scope, "all", "all", "", request);
  return queries.list(view.name, scope, "status", kind, "", request);
}

}  // namespace layerline::projections::buyers
