#include "projections/inventory.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/document.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::inventory {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- balances ----

  // Materials come into being with their first event, whichever it is.
  Entry& material(const std::string& id) {
    Entry* known = documents.find("material", id);
    Entry& entry = known != nullptr ? *known : documents.create("material", id, commit.time_ms);
    entry.version = event.version;
    if (known != nullptr) return entry;
    entry.json = Json{{"id", id}, {"material", Json()}, {"color", Json()}, {"color_rgb", Json()}, {"status", "ok"}, {"on_hand_grams", 0},
                      {"on_hand_mg", 0}, {"reserved_grams", 0}, {"reserved_mg", 0}, {"available_grams", 0}, {"available_mg", 0},
                      {"low_stock_grams", 0}, {"low_stock_mg", 0}, {"safety_stock_mg", 0}, {"short_grams", 0}, {"short_mg", 0},
                      {"reservations", Json::Array{}}, {"shortages", Json::Array{}}, {"updated_at", Json()}};
    documents.list(entry, "all", "all");
    documents.set_status(entry, "ok");
    set_spots(entry);
    return entry;
  }
  void set_spots(Entry& entry) {
    documents.place(entry, {{"by-id", "all", a_to_z(entry.json.text("id"))},
                            {"by-available_mg", "all", smallest_first(entry.json.integer("available_mg"))}});
  }
  static void set_mass(Json& json, const std::string& name, std::int64_t milligrams) {
    json[name + "_grams"] = grams(milligrams);
    json[name + "_mg"] = milligrams;
  }
  void move(Entry& entry, std::int64_t on_hand_mg, std::int64_t reserved_mg) {
    Json& json = entry.json;
    set_mass(json, "on_hand", json.integer("on_hand_mg") + on_hand_mg);
    set_mass(json, "reserved", json.integer("reserved_mg") + reserved_mg);
    set_mass(json, "available", json.integer("on_hand_mg") - json.integer("reserved_mg"));
    json["updated_at"] = iso_time(commit.time_ms);
    const std::int64_t level = std::max(json.integer("low_stock_mg"), json.integer("safety_stock_mg"));
    const std::string_view status = json.integer("available_mg") < level ? "low" : "ok";
    documents.set_status(entry, status);
    json["status"] = status;
    set_spots(entry);
  }
  void reserve(Entry& entry, const std::string& production_order, std::int64_t milligrams);

  // ---- the ledger ----

  // One line per event; `change_mg` is what it did to the stock on hand.
  void line(const Entry& entry, std::string_view what, std::int64_t change_mg, Json details) {
    const std::string material = std::string(entry.json.text("id"));
    const std::string number = std::to_string(event.version);
    const std::string id = material + "-" + std::string(number.size() < 12 ? 12 - number.size() : 0, '0') + number;
    Entry& document = documents.create("ledger", id, commit.time_ms);
    document.final = true;
    document.version = event.version;
    document.json = Json{{"id", id}, {"material", material}, {"event", what}, {"at", iso_time(commit.time_ms)}, {"actor", commit.actor},
                         {"change_grams", grams(change_mg)}, {"change_mg", change_mg}, {"on_hand_mg", entry.json.integer("on_hand_mg")},
                         {"reserved_mg", entry.json.integer("reserved_mg")}, {"details", std::move(details)}};
    documents.list(document, "ledger", material, newest_first(static_cast<std::int64_t>(event.version)));
  }

  // Events from before there were lots name none.
  static void add_lots(Json& details, const google::protobuf::RepeatedPtrField<events::LotPart>& lots) {
    for (const events::LotPart& part : lots)
      details["lots"].push_back(Json{{"lot", part.lot()}, {"location", part.location()}, {"mg", part.milligrams()}});
  }

  void operator()(const events::MaterialDefined& defined) {
    Entry& entry = material(defined.material());
    entry.json["material"] = defined.type();
    entry.json["color"] = text_or_null(defined.colour());
    entry.json["color_rgb"] = text_or_null(defined.colour_rgb());
    set_mass(entry.json, "low_stock", defined.low_stock_mg());
    move(entry, 0, 0);
  }
  // An event of another stream: the document's version stays.
  void operator()(const events::ItemRulesSet& rules) {
    Entry* entry = rules.material().empty() ? nullptr : documents.find("material", rules.material());
    if (entry == nullptr) return;
    entry->json["safety_stock_mg"] = rules.safety_stock();
    move(*entry, 0, 0);
  }
  void operator()(const events::StockReceived& received) {
    Entry& entry = material(received.material());
    move(entry, received.milligrams(), 0);
    Json details{{"by", received.by()}, {"reference", text_or_null(received.reference())}};
    if (!received.lot().empty()) details["lot"] = received.lot();
    line(entry, "received", received.milligrams(), std::move(details));
  }
  void operator()(const events::StockAdjusted& adjusted) {
    Entry& entry = material(adjusted.material());
    move(entry, adjusted.milligrams(), 0);
    Json details{{"by", adjusted.by()}, {"reason", text_or_null(adjusted.reason())}};
    add_lots(details, adjusted.lots());
    line(entry, "adjusted", adjusted.milligrams(), std::move(details));
  }
  void operator()(const events::StockMoved& moved) {
    line(material(moved.material()), "moved", 0,
         Json{{"by", moved.by()}, {"lot", moved.lot()}, {"from", moved.from()}, {"to", moved.to()}, {"moved_mg", moved.milligrams()}});
  }
  void operator()(const events::LocationOpened&) {}
  void operator()(const events::MaterialReserved& reserved) {
    Entry& entry = material(reserved.material());
    reserve(entry, reserved.production_order(), reserved.milligrams());
    line(entry, "reserved", 0, Json{{"production_order", reserved.production_order()}, {"reserved_mg", reserved.milligrams()}});
  }
  void operator()(const events::ReservationReleased& released) {
    Entry& entry = material(released.material());
    reserve(entry, released.production_order(), -released.milligrams());
    line(entry, "released", 0, Json{{"production_order", released.production_order()}, {"released_mg", released.milligrams()}});
  }
  void operator()(const events::ReservationHeld& held) {
    Entry& entry = material(held.material());
    for (Json& kept : entry.json["reservations"].items()) {
      if (kept.text("production_order") != held.production_order()) continue;
      kept["lots"] = held_lots(held);
      kept["chosen"] = held.chosen();
    }
    line(entry, "held", 0,
         Json{{"production_order", held.production_order()}, {"lots", held_lots(held)}, {"chosen", held.chosen()},
              {"by", text_or_null(held.by())}});
  }
  void operator()(const events::ShortageNoted& noted);
  void operator()(const events::MaterialConsumed& consumed);
  void operator()(const events::ConsumptionCorrected& corrected);
  void operator()(const events::StockLow& low) {
    Entry& entry = material(low.material());
    line(entry, "low", 0, Json{{"available_mg", low.available_mg()}, {"low_stock_mg", low.low_stock_mg()}});
  }

  template <class T>
    requires WorkshopEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> || PaymentEvent<T> ||
             ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

// Adds to what is kept for a production order, or takes from it.
void Fold::reserve(Entry& entry, const std::string& production_order, std::int64_t milligrams) {
  Json::Array& kept = entry.json["reservations"].items();
  auto found = std::ranges::find_if(kept, [&](const Json& line) { return line.text("production_order") == production_order; });
  const std::int64_t before = found == kept.end() ? 0 : found->integer("mg");
  if (before + milligrams < 0) return documents.fail("more than was reserved is released on " + event.stream);
  if (found == kept.end()) found = kept.insert(kept.end(), Json{{"production_order", production_order}, {"mg", 0}, {"lots", Json::Array{}},
                                                             {"chosen", false}});
  (*found)["mg"] = before + milligrams;
  if (before + milligrams == 0) kept.erase(found);
  move(entry, 0, milligrams);
}

void Fold::operator()(const events::ShortageNoted& noted) {
  Entry& entry = material(noted.material());
  Json::Array& shortages = entry.json["shortages"].items();
  std::erase_if(shortages, [&](const Json& line) { return line.text("production_order") == noted.production_order(); });
  if (noted.milligrams() > 0) shortages.push_back(Json{{"production_order", noted.production_order()}, {"mg", noted.milligrams()}});
  std::int64_t sum = 0;
  for (const Json& shortage : shortages) sum += shortage.integer("mg");
  set_mass(entry.json, "short", sum);
  move(entry, 0, 0);
  line(entry, "shortage", 0, Json{{"production_order", noted.production_order()}, {"short_mg", noted.milligrams()}});
}

void Fold::operator()(const events::MaterialConsumed& consumed) {
  Entry& entry = material(consumed.material());
  if (consumed.from_reservation_mg() > 0) reserve(entry, consumed.production_order(), -consumed.from_reservation_mg());
  const std::int64_t taken = consumed.milligrams() - consumed.missing_mg();
  move(entry, -taken, 0);
  Entry& print = documents.create("consumption", consumed.material() + "-" + consumed.job(), commit.time_ms);
  print.json = Json{{"taken_mg", taken}};
  Json details{{"job", consumed.job()}, {"production_order", consumed.production_order()}, {"used_mg", consumed.milligrams()},
               {"origin", consumed.origin()}, {"from_reservation_mg", consumed.from_reservation_mg()},
               {"missing_mg", consumed.missing_mg()}};
  add_lots(details, consumed.lots());
  line(entry, "consumed", -taken, std::move(details));
}

void Fold::operator()(const events::ConsumptionCorrected& corrected) {
  Entry& entry = material(corrected.material());
  Entry& print = documents.edit("consumption", corrected.material() + "-" + corrected.job());
  const std::int64_t taken = corrected.milligrams() - corrected.missing_mg();
  const std::int64_t change = print.json.integer("taken_mg") - taken;
  print.json["taken_mg"] = taken;
  move(entry, change, 0);
  Json details{{"job", corrected.job()}, {"used_mg", corrected.milligrams()}, {"origin", corrected.origin()}, {"by", corrected.by()},
               {"missing_mg", corrected.missing_mg()}};
  add_lots(details, corrected.lots());
  line(entry, "corrected", change, std::move(details));
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "inventory", .version = 5, .poison = Poison::stop, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view material) {
  return queries.get(view.name, scope, "material", material);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, std::string_view by,
                                     const PageRequest& request) {
  if (!by.empty()) return queries.list(view.name, scope, std::string("by-").append(by), "all", status, request);
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}
std::expected<Page, QueryError> ledger(const Queries& queries, const Scope& scope, std::string_view material, const PageRequest& request) {
  return queries.list(view.name, scope, "ledger", material, "", request);
}

}  // namespace layerline::projections::inventory
