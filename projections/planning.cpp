#include "projections/planning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

// Facts, all of kind "fact":
//   item "product/<id>", "material/<id>"
//   demand "line/<order>/<line>" before it is planned, "short/<item>/<holder>" of what somebody waits for
//   supply "made/<production order>" for the stock, "bought/<purchase order>/<line>", "firm/<planned order>"
// A production order for somebody is no supply, and what it makes no demand: they cancel each other out.
// Lists: "short" of what is waited for, by item and in the order in which its stock serves it; "placed", by item, of what suppliers owe.
namespace layerline::projections::planning {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string product_key(std::string_view id) { return std::string("product/").append(id); }
std::string material_key(std::string_view id) { return std::string("material/").append(id); }

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- items ----

  Entry& new_item(const std::string& key, std::string_view id, std::string_view sku, bool make) {
    Entry& entry = documents.create("fact", key, commit.time_ms);
    entry.json = Json{{"type", "item"}, {"key", key}, {"id", id}, {"sku", sku}, {"make", make}, {"on_hand", 0}, {"allocated", 0},
                      {"low_stock", 0}, {"rules", Json()}, {"bom", Json::Array{}}, {"orders", 0}};
    return entry;
  }
  // Materials come into being with their first event, whichever it is.
  Entry& material(const std::string& id) {
    Entry* known = documents.find("fact", material_key(id));
    return known != nullptr ? *known : new_item(material_key(id), id, id, false);
  }
  // nullptr: not of the catalogue.
  Entry* product(const std::string& id) { return documents.find("fact", product_key(id)); }
  static void add(Entry& entry, std::string_view name, std::int64_t difference) {
    entry.json[name] = entry.json.integer(name) + difference;
  }
  static void move(Entry& entry, std::int64_t on_hand, std::int64_t allocated) {
    add(entry, "on_hand", on_hand);
    add(entry, "allocated", allocated);
  }
  void count(const std::string& id, std::int64_t on_hand, std::int64_t allocated) {
    if (Entry* entry = product(id)) move(*entry, on_hand, allocated);
  }
  void forget(const std::string& fact) {
    if (Entry* entry = documents.find("fact", fact)) documents.erase(*entry);
  }
  void demand(const std::string& fact, std::string_view item, std::int64_t quantity, std::int64_t due_ms, std::string_view label) {
    if (quantity <= 0) return forget(fact);
    documents.create("fact", fact, commit.time_ms).json =
        Json{{"type", "demand"}, {"item", item}, {"quantity", quantity}, {"due_ms", due_ms}, {"label", label}};
  }
  void supply(const std::string& fact, std::string_view item, std::int64_t quantity, std::int64_t due_ms, std::string_view kind,
              std::string_view id) {
    if (quantity <= 0) return forget(fact);
    documents.create("fact", fact, commit.time_ms).json =
        Json{{"type", "supply"}, {"item", item}, {"quantity", quantity}, {"due_ms", due_ms}, {"kind", kind}, {"id", id}};
  }

  // ---- materials ----

  void operator()(const events::MaterialDefined& e) { material(e.material()).json["low_stock"] = e.low_stock_mg(); }
  void operator()(const events::StockReceived& e) { move(material(e.material()), e.milligrams(), 0); }
  void operator()(const events::StockAdjusted& e) { move(material(e.material()), e.milligrams(), 0); }
  void operator()(const events::MaterialReserved& e) { move(material(e.material()), 0, e.milligrams()); }
  void operator()(const events::ReservationReleased& e) { move(material(e.material()), 0, -e.milligrams()); }
  void operator()(const events::MaterialConsumed& e) {
    const std::int64_t taken = e.milligrams() - e.missing_mg();
    move(material(e.material()), -taken, -e.from_reservation_mg());
    documents.create("taken", e.material() + "-" + e.job(), commit.time_ms).json = Json{{"mg", taken}};
  }
  void operator()(const events::ConsumptionCorrected& e) {
    Entry& print = documents.edit("taken", e.material() + "-" + e.job());
    const std::int64_t taken = e.milligrams() - e.missing_mg();
    move(material(e.material()), print.json.integer("mg") - taken, 0);
    print.json["mg"] = taken;
  }
  void operator()(const events::ShortageNoted& e) {
    (void)material(e.material());
    wait_for(material_key(e.material()), e.production_order(), e.milligrams());
  }

  // ---- products ----

  void operator()(const events::ProductDefined& e) {
    new_item(product_key(e.product()), e.product(), e.sku(), e.entry().kind() != "material");
  }
  void operator()(const events::ProductChanged& e) {
    if (Entry* entry = product(e.product())) entry->json["make"] = e.entry().kind() != "material";
  }
  void operator()(const events::BomVersionDefined& e) {
    Json::Array lines;
    for (const events::BomLine& line : e.lines())
      lines.push_back(Json{{"item", line.component().empty() ? material_key(line.material()) : product_key(line.component())},
                           {"quantity", line.component().empty() ? line.milligrams_per_unit() : line.quantity()},
                           {"scrap_ppm", line.scrap_ppm()}});
    documents.create("bom", bom_id(e.product(), e.version()), commit.time_ms).json = Json{{"lines", Json(std::move(lines))}};
  }
  void operator()(const events::BomVersionActivated& e) {
    Entry& bom = documents.edit("bom", bom_id(e.product(), e.version()));
    if (Entry* entry = product(e.product())) entry->json["bom"] = bom.json["lines"];
  }
  static std::string bom_id(std::string_view product, std::int64_t version) {
    return std::string(product).append("/").append(std::to_string(version));
  }
  void operator()(const events::UnitsReceived& e) {
    count(e.product(), e.quantity(), 0);
    if (e.reference().empty()) made(e.production_order(), -e.quantity());   // what a print made too many was never on its way
  }
  void operator()(const events::UnitsAllocated& e) { count(e.product(), 0, e.quantity()); }
  void operator()(const events::UnitsReleased& e) { count(e.product(), 0, -e.quantity()); }
  void operator()(const events::UnitsIssued& e) { count(e.product(), -e.quantity(), -e.quantity()); }
  void operator()(const events::UnitsScrapped& e) {
    count(e.product(), -e.quantity(), e.holder().empty() ? 0 : -e.quantity());
    made(e.production_order(), e.quantity());
  }
  void operator()(const events::UnitsAdjusted& e) { count(e.product(), e.quantity(), 0); }
  void operator()(const events::UnitsShortageNoted& e) { wait_for(product_key(e.product()), e.holder(), e.quantity()); }

  // ---- orders ----

  void operator()(const events::WorkshopOpened& e) { set(documents.create("settings", "workshop", commit.time_ms).json, e.rules()); }
  void operator()(const events::WorkshopConfigured& e) { set(documents.edit("settings", "workshop").json, e.rules()); }
  static void set(Json& settings, const events::PricingRules& rules) {
    settings["delivery_days"] = rules.extra_delivery_days();
    settings["finishes"] = Json::Array{};
    for (const auto& finish : rules.finishes()) settings["finishes"].push_back(finish.name());
    settings["ms_of_steps"] = Json::Object{};
    for (const auto& work : rules.work_steps()) settings["ms_of_steps"][work.step()] = work.ms_per_piece();
  }
  void operator()(const events::OrderPlaced& e);
  void operator()(const events::OrderLinesChanged& e);
  void operator()(const events::OrderLineMapped& e) {
    change_line(e.order(), e.line(), [&](Json& line) { line["product"] = e.product(); });
  }
  void operator()(const events::OrderLinePlanned& e) {
    change_line(e.order(), e.line(), [](Json& line) { line["planned"] = true; });
  }
  void operator()(const events::OrderShipped& e) { order_over(e.order()); }
  void operator()(const events::OrderRefunded& e) { order_over(e.order()); }
  // Money that comes after it opens it again.
  void operator()(const events::OrderCancelled& e) { set_open(e.order(), false); }
  void operator()(const events::OrderReopened& e) {
    set_open(e.order(), true);
    Entry* entry = documents.find("order", e.order());
    if (entry == nullptr) return;
    for (Json& line : entry->json["lines"].items()) {
      line["planned"] = false;
      show_line(e.order(), *entry, line);
    }
  }
  void set_open(const std::string& order, bool open) {
    Entry* entry = documents.find("order", order);
    if (entry == nullptr) return;
    entry->json["open"] = open;
    for (const Json& line : entry->json["lines"].items()) show_line(order, *entry, line);
  }
  static Json line_json(const events::OrderLine& line) {
    return Json{{"line", line.line()}, {"sku", line.sku()}, {"product", line.product()}, {"quantity", line.quantity()}, {"planned", false}};
  }
  static bool same_goods(const Json& a, const Json& b) {
    return a.text("line") == b.text("line") && a.text("product") == b.text("product") && a.text("sku") == b.text("sku") &&
           a.integer("quantity") == b.integer("quantity");
  }
  static std::string line_fact(std::string_view order, std::string_view line) {
    return std::string("line/").append(order).append("/").append(line);
  }
  void show_line(const std::string& order, const Entry& entry, const Json& line) {
    const bool open = entry.json.flag("open") && !line.flag("planned") && product(std::string(line.text("product"))) != nullptr;
    demand(line_fact(order, line.text("line")), product_key(line.text("product")), open ? line.integer("quantity") : 0,
           entry.json.integer("due_ms"), entry.json.text("number"));
  }
  template <class Change>
  void change_line(const std::string& order, const std::string& line, const Change& change) {
    Entry* entry = documents.find("order", order);
    if (entry == nullptr) return;
    for (Json& known : entry->json["lines"].items()) {
      if (known.text("line") != line) continue;
      change(known);
      show_line(order, *entry, known);
    }
  }
  void order_over(const std::string& order) {
    Entry* entry = documents.find("order", order);
    if (entry == nullptr) return;
    for (const Json& line : entry->json["lines"].items()) forget(line_fact(order, line.text("line")));
    documents.erase(*entry);
  }
  static std::string short_fact(std::string_view item, std::string_view holder) {
    return std::string("short/").append(item).append("/").append(holder);
  }
  // "<order>/<line>" or a production order, by the number that people know, and when that needs it. It keeps its place in the line.
  void wait_for(const std::string& item, const std::string& holder, std::int64_t quantity) {
    const std::string fact = short_fact(item, holder);
    const Entry* known = documents.find("fact", fact);
    const std::string place = known == nullptr ? fmt::format("{}/{:016x}", item, event.version) : std::string(known->json.text("place"));
    if (known != nullptr && quantity <= 0) documents.unlist(*known, "short", "all", place);
    Entry* order = documents.find("order", holder.substr(0, holder.find('/')));
    Entry* production = order == nullptr ? documents.find("production", holder) : nullptr;
    const Entry* waiting = order == nullptr ? production : order;
    const std::string label = waiting == nullptr ? holder : std::string(waiting->json.text("number"));
    const std::int64_t needed_ms = waiting == nullptr ? commit.time_ms : waiting->json.integer(order == nullptr ? "parts_ms" : "due_ms");
    demand(fact, item, quantity, needed_ms, label);
    if (quantity <= 0) return;
    if (production != nullptr) note_waiting(production->json["waits_for"].items(), item);
    Entry& entry = documents.edit("fact", fact);
    entry.json["holder"] = holder;
    entry.json["place"] = place;
    documents.list(entry, "short", "all", place);
  }

  static void note_waiting(Json::Array& waits_for, const std::string& item) {
    if (std::ranges::none_of(waits_for, [&](const Json& known) { return known.text() == item; })) waits_for.emplace_back(item);
  }

  // ---- production ----

  void operator()(const events::ProductionOrderCreated& e);
  // What it waits for is needed on another day too, and so it comes to the stock.
  void operator()(const events::ProductionRescheduled& e) {
    Entry& entry = documents.edit("production", e.production_order());
    set_due(entry, e.due_ms());
    made(e.production_order(), 0);
    for (const Json& item : entry.json["waits_for"].items())
      if (Entry* waiting = documents.find("fact", short_fact(item.text(), e.production_order())))
        waiting->json["due_ms"] = entry.json.integer("parts_ms");
  }
  // The day that somebody said; 0: the usual one. Its parts are needed so long before a said one as it takes, as those of a firm order.
  void set_due(Entry& production_order, std::int64_t said_ms) {
    Json& json = production_order.json;
    const Entry* item = product(std::string(json.text("product")));
    const Json* rules = item == nullptr ? nullptr : item->json.find("rules");
    const std::int64_t lead_time_days = rules == nullptr ? 0 : rules->integer("lead_time_days");
    json["due_ms"] = said_ms > 0 ? said_ms : json.integer("usual_ms");
    json["parts_ms"] = said_ms > 0 ? said_ms - lead_time_days * day_ms : json.integer("usual_ms");
  }
  void operator()(const events::ProductionCancelled& e) {
    documents.edit("production", e.production_order()).json["cancelled"] = true;
    made(e.production_order(), 0);
  }
  // What is scrapped and not made again is no longer to come; what lay in stock already has come back to be made by its UnitsScrapped.
  void operator()(const events::ProductionChecked& e) { made(e.production_order(), e.rework() ? 0 : -e.scrapped()); }
  // So much more of a production order is still to come.
  void made(const std::string& id, std::int64_t difference) {
    Entry* entry = id.empty() ? nullptr : documents.find("production", id);
    if (entry == nullptr) return;
    add(*entry, "rest", difference);
    const bool comes = entry->json.flag("for_stock") && !entry->json.flag("cancelled");
    const std::string item = product_key(entry->json.text("product"));
    supply("made/" + id, item, comes ? entry->json.integer("rest") : 0, entry->json.integer("due_ms"), "production_released",
           entry->json.text("number"));
  }

  // ---- what is bought, rules, and what is fixed ----

  Entry* item_of(const std::string& material_id, const std::string& product_id) {
    return material_id.empty() ? product(product_id) : &material(material_id);
  }
  void operator()(const events::PurchaseDrafted& e) {
    Entry& entry = documents.create("purchase", e.purchase_order(), commit.time_ms);
    entry.json = Json{{"number", e.number()}, {"lines", Json::Array{}}};
    for (const events::PurchaseLine& line : e.lines())
      if (Entry* item = item_of(line.material(), line.product())) add(*item, "orders", 1);
    expect(entry, e);
  }
  void operator()(const events::PurchasePlaced& e) {
    Entry& entry = documents.edit("purchase", e.purchase_order());
    entry.json["placed"] = true;
    expect(entry, e);
  }
  template <class Event>
  void expect(Entry& entry, const Event& e) {
    entry.json["due_ms"] = e.due_ms();
    entry.json["lines"] = Json::Array{};
    for (const events::PurchaseLine& line : e.lines()) {
      const std::string item = line.material().empty() ? product_key(line.product()) : material_key(line.material());
      entry.json["lines"].push_back(Json{{"line", line.line()}, {"item", item}, {"open", line.quantity()}});
    }
    show_purchase(e.purchase_order(), entry);
  }
  void show_purchase(const std::string& id, Entry& entry) {
    for (const Json& line : entry.json["lines"].items()) {
      const std::string fact = "bought/" + id + "/" + std::string(line.text("line"));
      const std::string_view item = line.text("item");
      const std::int64_t open = line.integer("open");
      const Entry* known = documents.find("fact", fact);
      if (known != nullptr && open <= 0) documents.unlist(*known, "placed", item, id);
      supply(fact, item, open, entry.json.integer("due_ms"), "purchase", entry.json.text("number"));
      if (entry.json.flag("placed") && open > 0) documents.list(documents.edit("fact", fact), "placed", item, id);
    }
  }
  void operator()(const events::PurchaseReceived& e) {
    Entry& entry = documents.edit("purchase", e.purchase_order());
    for (Json& line : entry.json["lines"].items())
      for (const events::PurchaseReceipt& receipt : e.receipts())
        if (line.text("line") == receipt.line()) line["open"] = line.integer("open") - receipt.quantity();
    show_purchase(e.purchase_order(), entry);
  }
  void operator()(const events::PurchaseCancelled& e) {
    Entry& entry = documents.edit("purchase", e.purchase_order());
    for (Json& line : entry.json["lines"].items()) line["open"] = 0;
    show_purchase(e.purchase_order(), entry);
  }
  void operator()(const events::ItemRulesSet& e) {
    Entry* item = item_of(e.material(), e.product());
    if (item == nullptr) return;
    item->json["rules"] = Json{{"safety_stock", e.safety_stock()}, {"lead_time_days", e.lead_time_days()}, {"lot_rule", e.lot_rule()},
                               {"lot_quantity", e.lot_quantity()}, {"lot_days", e.lot_days()}};
  }
  void operator()(const events::PlannedOrderFirmed& e) {
    if (Entry* item = product(e.product())) add(*item, "orders", 1);
    supply("firm/" + e.planned_order(), product_key(e.product()), e.quantity(), e.due_ms(), "production_firm", e.planned_order());
  }
  void operator()(const events::PlannedOrderTaken& e) {
    Entry& entry = documents.edit("fact", "firm/" + e.planned_order());
    add(entry, "quantity", -e.quantity());
    if (entry.json.integer("quantity") <= 0) documents.erase(entry);
  }
  void operator()(const events::PlannedOrderDropped& e) { forget("firm/" + e.planned_order()); }

  template <class T>
    requires ShopEvent<T> || ModelEvent<T> || QuoteEvent<T> || PaymentEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> ||
             EffectEvent<T> ||
             OneOf<T, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::SubjectErased, events::TimerSet,
                   events::TimerFired, events::DailyReported, events::ProductCreated, events::BomDefined, events::ProductFileSet,
                   events::ProductFileRemoved,
                   events::ProductCostRolled, events::SkuMapped, events::SkuUnmapped, events::SupplierAdded, events::StockLow,
                   events::UnitsLow, events::UnitsMoved, events::StockMoved, events::LocationOpened, events::ReservationHeld,
                   events::WorkStepDone,
                   events::OrderReleased, events::OrderPaid, events::OrderQueued, events::OrderPrinting, events::OrderPrinted,
                   events::OrderQualityCheckStarted, events::OrderQualityFailed, events::OrderReadyToShip, events::OrderDelivered,
                   events::OrderCompleted, events::OrderHeld, events::OrderResumed, events::OrderShippingChanged, events::OrderObserved,
                   events::OrderShortOfStock, events::OrderShortageAnswered, events::OrderPartlyShipped, events::OrderRestCancelled,
                   events::QualityPhotoTaken,
                   events::PrintFileAttached, events::PrintFileRefused, events::ProductionDeferred, events::ProductionUnitPrinted,
                   events::ProductionUnitFailed, events::ProductionCompleted, events::ProductionReprintNeeded,
                   events::ProductionPiecesMade>
  void operator()(const T&) {}
};

// Due on the day that was asked for, else when the workshop usually delivers.
void Fold::operator()(const events::OrderPlaced& e) {
  const Entry* settings = documents.find("settings", "workshop");
  const std::int64_t days = settings == nullptr ? 0 : settings->json.integer("delivery_days");
  const std::int64_t due_ms = e.due_ms() > 0 ? e.due_ms() : commit.time_ms + days * day_ms;
  Entry& entry = documents.create("order", e.order(), commit.time_ms);
  entry.json = Json{{"number", e.number()}, {"open", true}, {"due_ms", due_ms}, {"lines", Json::Array{}}};
  for (const events::OrderLine& line : e.lines()) show_line(e.order(), entry, entry.json["lines"].push_back(line_json(line)));
}

// A line whose goods stay the same stays planned.
void Fold::operator()(const events::OrderLinesChanged& e) {
  Entry* entry = documents.find("order", e.order());
  if (entry == nullptr) return;
  const Json before = entry->json["lines"];
  for (const Json& line : *before.array()) forget(line_fact(e.order(), line.text("line")));
  entry->json["lines"] = Json::Array{};
  for (const events::OrderLine& stored : e.lines()) {
    Json line = line_json(stored);
    for (const Json& known : *before.array())
      if (same_goods(known, line)) line["planned"] = known.flag("planned");
    show_line(e.order(), *entry, entry->json["lines"].push_back(std::move(line)));
  }
}

void Fold::operator()(const events::ProductionOrderCreated& e) {
  const Entry* order = documents.find("order", e.order());
  Entry* item = product(e.product());
  const bool for_stock = e.order().empty() && e.holder().empty();
  if (item != nullptr && for_stock) add(*item, "orders", 1);
  // What is made for an order is known by the order's number.
  const std::string number(order == nullptr ? std::string_view(e.number()) : order->json.text("number"));
  const std::int64_t usual_ms = order == nullptr ? commit.time_ms : order->json.integer("due_ms");
  Entry& entry = documents.create("production", e.production_order(), commit.time_ms);
  entry.json = Json{{"number", number}, {"usual_ms", usual_ms}, {"product", e.product()}, {"for_stock", for_stock && item != nullptr},
                    {"cancelled", false}, {"rest", e.quantity()}, {"waits_for", Json::Array{}}};
  set_due(entry, e.due_ms());
  made(e.production_order(), 0);
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "planning", .version = 6, .poison = Poison::park, .apply = apply};

namespace {

FollowedDocuments::Visit parsed(const Visit& visit) {
  return [&visit](std::string_view name, const Document* document) {
    if (document == nullptr) {
      visit(name, nullptr);
      return true;
    }
    const auto fact = Json::parse(document->json);
    if (fact) visit(name, &*fact);
    return fact.has_value();
  };
}

}  // namespace

std::expected<FollowedDocuments, QueryError> follow(const Queries& queries, const Scope& scope, const Visit& visit) {
  return queries.follow(view.name, scope, "fact", parsed(visit));
}

std::expected<bool, QueryError> changed(FollowedDocuments& facts, const Visit& visit) { return facts.changed(parsed(visit)); }

std::expected<AfterPrinting, QueryError> after_printing(const Queries& queries, const Scope& scope) {
  const auto settings = queries.get(view.name, scope, "settings", "workshop");
  const auto json = settings ? store::Json::parse(settings->json) : std::nullopt;
  if (!json) return std::unexpected(settings ? QueryError::damaged : settings.error());
  AfterPrinting out{.delivery_days = json->integer("delivery_days"), .ms_of_steps = {}, .finishes = {}};
  if (const Json* finishes = json->find("finishes"))
    for (const Json& finish : *finishes->array()) out.finishes.emplace_back(finish.text());
  const Json* steps = json->find("ms_of_steps");
  if (steps == nullptr || steps->object() == nullptr) return out;
  for (const store::Member& step : *steps->object()) out.ms_of_steps.emplace(step.name, step.value.integer());
  return out;
}

std::expected<Page, QueryError> shortages(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "short", "all", "", request);
}

std::expected<Page, QueryError> placed(const Queries& queries, const Scope& scope, std::string_view item, const PageRequest& request) {
  return queries.list(view.name, scope, "placed", item, "", request);
}

std::expected<Document, QueryError> item(const Queries& queries, const Scope& scope, std::string_view key) {
  return queries.get(view.name, scope, "fact", key);
}

}  // namespace layerline::projections::planning
