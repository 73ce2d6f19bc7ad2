#include "projections/lots.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::lots {
namespace {

struct Part {
  std::string lot;
  std::string location;
  std::int64_t milligrams = 0;
};

std::string own_lot(const std::string& material) { return material + ".bulk"; }

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  static void set_mass(Json& json, const std::string& name, std::int64_t milligrams) {
    json[name + "_grams"] = grams(milligrams);
    json[name + "_mg"] = milligrams;
  }

  // ---- locations ----

  void location(const std::string& id, const std::string& name) {
    Entry* known = documents.find("location", id);
    Entry& entry = known != nullptr ? *known : documents.create("location", id, commit.time_ms);
    if (known == nullptr) {
      entry.json = Json{{"id", id}, {"name", Json()}, {"opened_at", iso_time(commit.time_ms)}};
      documents.list(entry, "locations", "all");
    }
    entry.version = event.version;
    entry.json["name"] = text_or_null(name);
  }
  void operator()(const events::WorkshopOpened&) { location("main", ""); }   // it is always there
  void operator()(const events::LocationOpened& opened) { location(opened.location(), opened.name()); }

  // ---- lots ----

  // Lots come into being with what comes in.
  Entry& lot(const std::string& id, const std::string& material) {
    Entry* known = documents.find("lot", id);
    Entry& entry = known != nullptr ? *known : documents.create("lot", id, commit.time_ms);
    entry.version = event.version;
    if (known == nullptr) {
      entry.json = Json{{"id", id}, {"material", material}, {"status", "empty"}, {"supplier_lot", Json()}, {"reference", Json()},
                        {"tare_grams", Json()}, {"tare_mg", Json()}, {"received_grams", 0}, {"received_mg", 0}, {"on_hand_grams", 0},
                        {"on_hand_mg", 0}, {"used_grams", 0}, {"used_mg", 0}, {"places", Json::Array{}},
                        {"received_at", iso_time(commit.time_ms)}, {"updated_at", Json()}};
      documents.list(entry, "all", "all");
      documents.list(entry, "material", material);
      documents.set_status(entry, "empty");
    }
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  void lie(Entry& entry, const std::string& location, std::int64_t change_mg, bool stays_if_empty);
  void change(const std::string& material, const Part& part) {
    Entry& entry = lot(part.lot, material);
    lie(entry, part.location, part.milligrams, true);
    set_mass(entry.json, "on_hand", entry.json.integer("on_hand_mg") + part.milligrams);
    const std::string_view status = entry.json.integer("on_hand_mg") > 0 ? "in_stock" : "empty";
    documents.set_status(entry, status);
    entry.json["status"] = status;
  }
  // Of events from before there were lots, all of it is of the material's own one.
  template <class Event>
  std::vector<Part> parts(const Event& stored, std::int64_t whole_mg) {
    std::vector<Part> out;
    for (const events::LotPart& part : stored.lots()) out.push_back({part.lot(), part.location(), part.milligrams()});
    if (out.empty() && whole_mg != 0) out.push_back({own_lot(stored.material()), "main", whole_mg});
    return out;
  }

  void operator()(const events::StockReceived& received);
  void operator()(const events::StockAdjusted& adjusted) {
    for (const Part& part : parts(adjusted, adjusted.milligrams())) change(adjusted.material(), part);
  }
  void operator()(const events::StockMoved& moved) {
    Entry& entry = lot(moved.lot(), moved.material());
    lie(entry, moved.from(), -moved.milligrams(), false);
    lie(entry, moved.to(), moved.milligrams(), true);
  }

  // ---- what was made of them ----

  void operator()(const events::ProductionOrderCreated& created) {
    documents.create("made", created.production_order(), commit.time_ms).json =
        Json{{"number", created.number()}, {"order", created.order()}, {"product", created.product()}};
  }
  Entry& use(const std::string& lot, const Json& print);
  void take(Json& print, const std::vector<Part>& parts);
  void operator()(const events::MaterialConsumed& consumed);
  void operator()(const events::ConsumptionCorrected& corrected) {
    Json& print = documents.edit("print", corrected.material() + "-" + corrected.job()).json;
    take(print, parts(corrected, corrected.milligrams() - corrected.missing_mg() - print.integer("taken_mg")));
  }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> ||
             PaymentEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T> ||
             OneOf<T, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked,
                   events::SubjectErased, events::TimerSet, events::TimerFired, events::MaterialDefined, events::MaterialReserved,
                   events::ShortageNoted, events::ReservationReleased, events::StockLow, events::PrintFileAttached,
                   events::PrintFileRefused, events::ProductionDeferred, events::ProductionUnitPrinted, events::ProductionUnitFailed,
                   events::ProductionCompleted, events::ProductionCancelled, events::ProductionReprintNeeded, events::WorkStepDone>
  void operator()(const T&) {}
};

void Fold::lie(Entry& entry, const std::string& location, std::int64_t change_mg, bool stays_if_empty) {
  Json::Array& places = entry.json["places"].items();
  auto found = std::ranges::find_if(places, [&](const Json& place) { return place.text("location") >= location; });
  if (found == places.end() || found->text("location") != location)
    found = places.insert(found, Json{{"location", location}, {"grams", 0}, {"mg", 0}});
  const std::int64_t there = found->integer("mg") + change_mg;
  if (there < 0) return documents.fail("more leaves a lot than lies there on " + event.stream);
  (*found)["grams"] = grams(there);
  (*found)["mg"] = there;
  if (there == 0 && !stays_if_empty) places.erase(found);
}

void Fold::operator()(const events::StockReceived& received) {
  const std::string id = received.lot().empty() ? own_lot(received.material()) : received.lot();
  change(received.material(), {id, received.location().empty() ? "main" : received.location(), received.milligrams()});
  Entry& entry = lot(id, received.material());
  set_mass(entry.json, "received", entry.json.integer("received_mg") + received.milligrams());
  if (received.lot().empty()) return;
  entry.json["supplier_lot"] = text_or_null(received.supplier_lot());
  entry.json["reference"] = text_or_null(received.reference());
  if (received.tare_mg() > 0) set_mass(entry.json, "tare", received.tare_mg());
}

void Fold::operator()(const events::MaterialConsumed& consumed) {
  const Entry* made = documents.find("made", consumed.production_order());
  const Json maker = made == nullptr ? Json() : made->json;
  Entry& print = documents.create("print", consumed.material() + "-" + consumed.job(), commit.time_ms);
  print.json = Json{{"material", consumed.material()},
                    {"order_id", text_or_null(maker.text("order"))},
                    {"production_order_id", consumed.production_order()},
                    {"production_order_number", text_or_null(maker.text("number"))},
                    {"product_id", text_or_null(maker.text("product"))},
                    {"job_id", consumed.job()},
                    {"taken_mg", 0}};
  take(print.json, parts(consumed, consumed.milligrams() - consumed.missing_mg()));
}

// What a print took of lots, or gave back because it had not used it.
void Fold::take(Json& print, const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    change(std::string(print.text("material")), {part.lot, part.location, -part.milligrams});
    Json& of = lot(part.lot, std::string(print.text("material"))).json;
    set_mass(of, "used", of.integer("used_mg") + part.milligrams);
    Json& used = use(part.lot, print).json;
    set_mass(used, "used", used.integer("used_mg") + part.milligrams);
    print["taken_mg"] = print.integer("taken_mg") + part.milligrams;
  }
}

// One for a lot and a print.
Entry& Fold::use(const std::string& lot, const Json& print) {
  const std::string id = lot + "/" + std::string(print.text("job_id"));
  Entry* known = documents.find("use", id);
  Entry& entry = known != nullptr ? *known : documents.create("use", id, commit.time_ms);
  entry.version = event.version;
  if (known != nullptr) return entry;
  entry.json = print;
  entry.json.erase("taken_mg");
  entry.json["lot"] = lot;
  entry.json["at"] = iso_time(commit.time_ms);
  documents.list(entry, "lot", lot);
  if (const std::string order(print.text("order_id")); !order.empty()) documents.list(entry, "order", order);
  return entry;
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "lots", .version = 1, .poison = Poison::stop, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view lot) {
  return queries.get(view.name, scope, "lot", lot);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view material, std::string_view status,
                                     const PageRequest& request) {
  if (!material.empty()) return queries.list(view.name, scope, "material", material, status, request);
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}
std::expected<Page, QueryError> uses_of_lot(const Queries& queries, const Scope& scope, std::string_view lot, const PageRequest& request) {
  return queries.list(view.name, scope, "lot", lot, "", request);
}
std::expected<Page, QueryError> materials_of_order(const Queries& queries, const Scope& scope, std::string_view order,
                                                   const PageRequest& request) {
  return queries.list(view.name, scope, "order", order, "", request);
}
std::expected<Page, QueryError> locations(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "locations", "all", "", request);
}

}  // namespace layerline::projections::lots
