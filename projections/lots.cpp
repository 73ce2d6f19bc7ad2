#include "projections/lots.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"
#include "projections/limits.hpp"

namespace layerline::projections::lots {
namespace {

struct Part {
  std::string lot;
  std::string location;
  std::int64_t milligrams = 0;
};

std::string own_lot(const std::string& material) { return material + ".bulk"; }
// Events from before there were others name no location.
std::string place(const std::string& location) { return location.empty() ? "main" : location; }

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  static void set_mass(Json& json, const std::string& name, std::int64_t milligrams) {
    json[name + "_grams"] = grams(milligrams);
    json[name + "_mg"] = milligrams;
  }

  // ---- locations ----

  Entry& location(const std::string& id) {
    Entry* known = documents.find("location", id);
    Entry& entry = known != nullptr ? *known : documents.create("location", id, commit.time_ms);
    if (known != nullptr) return entry;
    entry.json = Json{{"id", id}, {"name", Json()}, {"materials", Json::Array{}}, {"units", 0},
                      {"opened_at", iso_time(commit.time_ms)}};
    documents.list(entry, "locations", "all");
    return entry;
  }
  void operator()(const events::WorkshopOpened&) { location("main"); }   // it is always there
  void operator()(const events::LocationOpened& opened) {
    Entry& entry = location(opened.location());
    entry.version = event.version;
    entry.json["name"] = text_or_null(opened.name());
  }

  // ---- lots ----

  // Lots come into being with what comes in.
  Entry& lot(const std::string& id, const std::string& material) {
    Entry* known = documents.find("lot", id);
    Entry& entry = known != nullptr ? *known : documents.create("lot", id, commit.time_ms);
    entry.version = event.version;
    if (known == nullptr) {
      entry.json = Json{{"id", id}, {"material", material}, {"status", "empty"}, {"supplier_lot", Json()}, {"reference", Json()},
                        {"tare_grams", Json()}, {"tare_mg", Json()}, {"received_grams", 0}, {"received_mg", 0}, {"on_hand_grams", 0},
                        {"on_hand_mg", 0}, {"used_grams", 0}, {"used_mg", 0}, {"reserved_grams", 0}, {"reserved_mg", 0},
                        {"available_grams", 0}, {"available_mg", 0}, {"reservations", Json::Array{}}, {"places", Json::Array{}},
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
    set_mass(entry.json, "available", entry.json.integer("on_hand_mg") - entry.json.integer("reserved_mg"));
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
  void set_held(Json& lot, const std::string& production, std::int64_t milligrams, bool chosen);
  void operator()(const events::ReservationHeld& held);

  // ---- what was made of them ----
  //   made/<production order>                for which order, of which lots, and of whose pieces; also which lots are held for it
  //   use/<lot>/<production order>           what it took of a lot
  //   use/<lot>/<production order>/<order>   pieces of it that an order got from the stock
  //   pieces/<product>                       finished ones by who made them or where they were bought and lie, in order of arrival
  //   place/<product>/<location>             how many of them lie there, while any do

  void operator()(const events::ProductionOrderCreated& created) {
    documents.create("made", created.production_order(), commit.time_ms).json =
        Json{{"number", created.number()}, {"order", created.order()}, {"product", created.product()}, {"holder", created.holder()},
             {"lots", Json::Array{}}, {"parts", Json::Array{}}, {"held", Json::Array{}}};
  }
  Entry& use(const std::string& lot, const Json& print);
  void take(Json& print, const std::vector<Part>& parts);
  void operator()(const events::MaterialConsumed& consumed) {
    Json& print = documents.create("print", consumed.material() + "-" + consumed.job(), commit.time_ms).json;
    print = Json{{"material", consumed.material()}, {"made", consumed.production_order()}, {"taken_mg", 0}};
    take(print, parts(consumed, consumed.milligrams() - consumed.missing_mg()));
  }
  void operator()(const events::ConsumptionCorrected& corrected) {
    Json& print = documents.edit("print", corrected.material() + "-" + corrected.job()).json;
    take(print, parts(corrected, corrected.milligrams() - corrected.missing_mg() - print.integer("taken_mg")));
  }

  // ---- where the pieces lie, and who got them ----

  void operator()(const events::ProductDefined& defined) {
    documents.create("pieces", defined.product(), commit.time_ms).json = Json{{"sku", defined.sku()}, {"made", Json::Array{}}};
  }
  Json& pieces(const std::string& product) {
    Entry* known = documents.find("pieces", product);
    return (known != nullptr ? *known : documents.create("pieces", product, commit.time_ms)).json;
  }
  void arrive(const std::string& product, Json batch);
  void count_at(const std::string& location, const std::string& product, std::int64_t change);
  template <class Event, class First>
  Json::Array take_pieces(const Event& gone, std::int64_t units, const First& first, const std::string& to = "");
  void deliver(const std::string& holder, const std::string& made, std::int64_t units);
  void trace(const std::string& order, const std::string& made, std::int64_t units, int depth);
  void operator()(const events::UnitsReceived& received) {
    arrive(received.product(), Json{{"made", received.production_order()}, {"reference", received.reference()},
                                    {"location", place(received.location())}, {"units", received.quantity()}});
  }
  void operator()(const events::UnitsIssued& issued) {
    const auto made_for_it = [&](const Json& batch) {
      const Entry* maker = documents.find("made", batch.text("made"));
      return maker != nullptr && maker->json.text("holder") == issued.holder();
    };
    for (const Json& part : take_pieces(issued, issued.quantity(), made_for_it))
      deliver(issued.holder(), std::string(part.text("made")), part.integer("units"));
  }
  void operator()(const events::UnitsScrapped& scrapped) {
    take_pieces(scrapped, scrapped.quantity(), [&](const Json& batch) { return batch.text("made") == scrapped.production_order(); });
  }
  void operator()(const events::UnitsAdjusted& adjusted) {
    if (adjusted.quantity() > 0)
      arrive(adjusted.product(),
             Json{{"made", ""}, {"reference", ""}, {"location", place(adjusted.location())}, {"units", adjusted.quantity()}});
    else
      take_pieces(adjusted, -adjusted.quantity(), [&](const Json& batch) { return batch.text("location") == adjusted.location(); });
  }
  void operator()(const events::UnitsMoved& moved) {
    const std::string from = place(moved.from());
    take_pieces(moved, moved.quantity(), [&](const Json& batch) { return batch.text("location") == from; }, place(moved.to()));
  }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || ModelEvent<T> || QuoteEvent<T> || CatalogueEvent<T> || OrderEvent<T> ||
             PaymentEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T> ||
             OneOf<T, events::ProductCreated, events::BomDefined, events::UnitsAllocated, events::UnitsReleased, events::UnitsShortageNoted,
                   events::UnitsLow, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked,
                   events::SubjectErased, events::TimerSet, events::TimerFired, events::DailyReported, events::MaterialDefined,
                   events::MaterialReserved,
                   events::ShortageNoted, events::ReservationReleased, events::StockLow, events::PrintFileAttached,
                   events::PrintFileRefused, events::ProductionDeferred, events::ProductionUnitPrinted, events::ProductionUnitFailed,
                   events::ProductionCompleted, events::ProductionCancelled, events::ProductionReprintNeeded, events::WorkStepDone,
                   events::ProductionChecked, events::ProductionRescheduled, events::ProductionPiecesMade>
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

  Json::Array& materials = this->location(location).json["materials"].items();
  const std::string_view material = entry.json.text("material");
  auto line = std::ranges::find_if(materials, [&](const Json& known) { return known.text("material") == material; });
  if (line == materials.end()) line = materials.insert(line, Json{{"material", material}, {"grams", 0}, {"mg", 0}});
  (*line)["mg"] = line->integer("mg") + change_mg;
  (*line)["grams"] = grams(line->integer("mg"));
  if (line->integer("mg") == 0) materials.erase(line);
}

// So much of the lot is for the production order: nothing, or no longer what it was.
void Fold::set_held(Json& json, const std::string& production, std::int64_t milligrams, bool chosen) {
  Json::Array& lines = json["reservations"].items();
  std::int64_t before = 0;
  const auto known = std::ranges::find_if(lines, [&](const Json& line) { return line.text("production_order") == production; });
  if (known != lines.end()) {
    before = known->integer("mg");
    lines.erase(known);
  }
  if (milligrams > 0) lines.push_back(Json{{"production_order", production}, {"mg", milligrams}, {"chosen", chosen}});
  set_mass(json, "reserved", json.integer("reserved_mg") - before + milligrams);
  set_mass(json, "available", json.integer("on_hand_mg") - json.integer("reserved_mg"));
}

void Fold::operator()(const events::ReservationHeld& held) {
  Json::Array& known = documents.edit("made", held.production_order()).json["held"].items();
  const auto of_it = [&](const Json& part) { return part.text("material") == held.material(); };
  for (const Json& part : known)
    if (of_it(part)) set_held(lot(std::string(part.text("lot")), held.material()).json, held.production_order(), 0, false);
  std::erase_if(known, of_it);
  for (const events::HeldLot& part : held.lots()) {
    set_held(lot(part.lot(), held.material()).json, held.production_order(), part.milligrams(), held.chosen());
    known.push_back(Json{{"material", held.material()}, {"lot", part.lot()}});
  }
}

void Fold::operator()(const events::StockReceived& received) {
  const std::string id = received.lot().empty() ? own_lot(received.material()) : received.lot();
  change(received.material(), {id, place(received.location()), received.milligrams()});
  Entry& entry = lot(id, received.material());
  set_mass(entry.json, "received", entry.json.integer("received_mg") + received.milligrams());
  if (received.lot().empty()) return;
  entry.json["supplier_lot"] = text_or_null(received.supplier_lot());
  entry.json["reference"] = text_or_null(received.reference());
  if (received.tare_mg() > 0) set_mass(entry.json, "tare", received.tare_mg());
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

Entry& Fold::use(const std::string& lot, const Json& print) {
  const std::string production(print.text("made"));
  const std::string id = lot + "/" + production;
  Entry* known = documents.find("use", id);
  Entry& entry = known != nullptr ? *known : documents.create("use", id, commit.time_ms);
  entry.version = event.version;
  if (known != nullptr) return entry;
  Json& made = documents.edit("made", production).json;
  made["lots"].push_back(lot);
  const std::string order(made.text("order"));
  entry.json = Json{{"lot", lot},
                    {"material", print.text("material")},
                    {"order_id", text_or_null(order)},
                    {"production_order_id", production},
                    {"production_order_number", made.text("number")},
                    {"product_id", made.text("product")},
                    {"units_from_stock", Json()},
                    {"used_grams", 0},
                    {"used_mg", 0},
                    {"at", iso_time(commit.time_ms)}};
  documents.list(entry, "lot", lot);
  if (!order.empty()) documents.list(entry, "order", order);
  return entry;
}

namespace {

bool same_origin(const Json& a, const Json& b) { return a.text("made") == b.text("made") && a.text("reference") == b.text("reference"); }

// Neighbours of one origin are one batch for each location, as in domain/products/batches.cpp.
void add_to_neighbour(Json::Array& there, std::size_t at, Json more) {
  std::size_t end = at;
  while (end < there.size() && same_origin(there[end], more)) ++end;
  for (std::size_t behind = end; behind > 0 && same_origin(there[behind - 1], more); --behind) {
    Json& batch = there[behind - 1];
    if (batch.text("location") != more.text("location")) continue;
    batch["units"] = batch.integer("units") + more.integer("units");
    return;
  }
  there.insert(there.begin() + static_cast<std::ptrdiff_t>(at), std::move(more));
}

// What is taken is added to `taken`; how many are still missing. `to`: where it lies then, and keeps its place in the order; empty: gone.
template <class Wanted>
std::int64_t take_of(Json::Array& there, std::int64_t units, const Wanted& wanted, const std::string& to, Json::Array& taken) {
  for (std::size_t i = 0; i < there.size(); ++i) {
    const std::int64_t part = std::min(units, there[i].integer("units"));
    if (part <= 0 || !wanted(there[i])) continue;
    Json gone = there[i];
    gone["units"] = part;
    there[i]["units"] = there[i].integer("units") - part;
    units -= part;
    taken.push_back(gone);
    gone["location"] = to;
    if (!to.empty()) add_to_neighbour(there, i + 1, std::move(gone));
  }
  std::erase_if(there, [](const Json& batch) { return batch.integer("units") == 0; });
  return units;
}

}  // namespace

void Fold::arrive(const std::string& product, Json batch) {
  count_at(std::string(batch.text("location")), product, batch.integer("units"));
  Json::Array& there = pieces(product)["made"].items();
  add_to_neighbour(there, there.size(), std::move(batch));
}

// The batches that the event names. What it does not name, as there was a time without batches, as domain/products/batches.cpp folds it:
// what is to go first, and then the oldest.
template <class Event, class First>
Json::Array Fold::take_pieces(const Event& gone, std::int64_t units, const First& first, const std::string& to) {
  Json::Array& there = pieces(gone.product())["made"].items();
  Json::Array taken;
  for (const events::UnitBatch& named : gone.batches()) {
    const auto is_it = [&](const Json& batch) {
      return batch.text("made") == named.production_order() && batch.text("reference") == named.reference() &&
             batch.text("location") == place(named.location());
    };
    if (take_of(there, named.units(), is_it, to, taken) > 0) documents.fail("more leaves a batch than lies there on " + event.stream);
    units -= named.units();
  }
  units = take_of(there, units, first, to, taken);
  if (to.empty()) take_of(there, units, [](const Json&) { return true; }, to, taken);
  for (const Json& part : taken) {
    count_at(std::string(part.text("location")), gone.product(), -part.integer("units"));
    if (!to.empty()) count_at(to, gone.product(), part.integer("units"));
  }
  return taken;
}

void Fold::count_at(const std::string& location, const std::string& product, std::int64_t change) {
  const std::string id = product + "/" + location;
  const std::string sku(pieces(product).text("sku"));
  Entry* known = documents.find("place", id);
  Entry& entry = known != nullptr ? *known : documents.create("place", id, commit.time_ms);
  const std::int64_t on_hand = entry.json.integer("on_hand") + change;
  entry.version = event.version;
  entry.json = Json{{"product_id", product}, {"sku", text_or_null(sku)}, {"location", location}, {"on_hand", on_hand},
                    {"updated_at", iso_time(commit.time_ms)}};
  const auto each_list = [&](auto put) {
    put("units", "all", sku + '\0' + location);
    put("units_at", location, sku);
    put("units_of", product, location);
  };
  if (known == nullptr)
    each_list([&](std::string_view list, std::string_view value, std::string_view order) { documents.list(entry, list, value, order); });
  if (on_hand == 0) {
    each_list([&](std::string_view list, std::string_view value, std::string_view order) { documents.unlist(entry, list, value, order); });
    documents.erase(entry);
  }
  Json& there = this->location(location).json;
  there["units"] = there.integer("units") + change;
}

// To a line of an order, or into the pieces of a production order above.
void Fold::deliver(const std::string& holder, const std::string& made, std::int64_t units) {
  const std::size_t slash = holder.find('/');
  if (slash != std::string::npos) return trace(holder.substr(0, slash), made, units, 0);
  Entry* above = documents.find("made", holder);
  if (above == nullptr || made.empty()) return;
  above->json["parts"].push_back(Json{{"made", made}, {"units", units}});
  const std::string order(above->json.text("order"));
  if (!order.empty()) trace(order, made, units, 0);
}

// Through all levels: of which lots are the pieces that an order got from the stock? What was made for it stands there already.
void Fold::trace(const std::string& order, const std::string& made, std::int64_t units, int depth) {
  const Entry* found = documents.find("made", made);
  if (found == nullptr || found->json.text("order") == order || depth == traced_levels_max) return;
  const Json maker = found->json;
  for (const Json& of : *maker.find("lots")->array()) {
    const std::string lot(of.text());
    const std::string id = lot + "/" + made + "/" + order;
    Entry* known = documents.find("use", id);
    Entry& entry = known != nullptr ? *known : documents.create("use", id, commit.time_ms);
    entry.version = event.version;
    if (known == nullptr) {
      entry.json = documents.edit("use", lot + "/" + made).json;
      entry.json["order_id"] = order;
      entry.json["used_grams"] = entry.json["used_mg"] = Json();   // nobody weighed which grams are in which piece
      entry.json["at"] = iso_time(commit.time_ms);
      documents.list(entry, "lot", lot);
      documents.list(entry, "order", order);
    }
    entry.json["units_from_stock"] = entry.json.integer("units_from_stock") + units;
  }
  for (const Json& part : *maker.find("parts")->array()) trace(order, std::string(part.text("made")), part.integer("units"), depth + 1);
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "lots", .version = 4, .poison = Poison::stop, .apply = apply};

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
std::expected<Page, QueryError> units(const Queries& queries, const Scope& scope, std::string_view product, std::string_view location,
                                      const PageRequest& request) {
  if (product.empty() && location.empty()) return queries.list(view.name, scope, "units", "all", "", request);
  if (product.empty()) return queries.list(view.name, scope, "units_at", location, "", request);
  const auto lies_there = [&](const Document& document) {
    const auto json = Json::parse(document.json);
    return json && (location.empty() || json->text("location") == location);
  };
  return queries.list(view.name, scope, "units_of", product, "", request, lies_there);
}

}  // namespace layerline::projections::lots
