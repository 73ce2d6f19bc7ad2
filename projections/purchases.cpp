#include "projections/purchases.hpp"

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::purchases {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  std::string currency() {
    const Entry* settings = documents.find("settings", "workshop");
    return settings == nullptr ? "" : std::string(settings->json.text("currency"));
  }
  Entry& changed(const std::string& purchase) {
    Entry& entry = documents.edit("purchase", purchase);
    entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  void set_state(Entry& entry, std::string_view status) {
    entry.json["status"] = status;
    documents.set_status(entry, status);
    const std::string due(entry.json.text("due_at"));
    documents.place(entry, {{"by-due_at", "all", due}, {"by-due_at", std::string(status), due}});
  }
  Json line_json(const events::PurchaseLine& line);
  Json lines_json(const google::protobuf::RepeatedPtrField<events::PurchaseLine>& lines) {
    Json::Array out;
    for (const events::PurchaseLine& line : lines) out.push_back(line_json(line));
    return Json(std::move(out));
  }

  void operator()(const events::WorkshopOpened& opened) {
    documents.create("settings", "workshop", commit.time_ms).json["currency"] = opened.currency();
  }
  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::ProductDefined& defined) {
    documents.create("product", defined.product(), commit.time_ms).json = Json{{"sku", defined.sku()}, {"name", defined.entry().name()}};
  }
  void operator()(const events::SupplierAdded& added) {
    Entry& entry = documents.create("supplier", added.supplier(), commit.time_ms);
    entry.version = event.version;
    entry.json = Json{{"id", added.supplier()}, {"name", Json()}, {"contact", Json()}, {"created_at", iso_time(commit.time_ms)}};
    documents.personal(entry, "name", added.name());
    documents.personal(entry, "contact", added.contact());
    documents.list(entry, "suppliers", "all");
  }
  void operator()(const events::PurchaseDrafted& drafted);
  void operator()(const events::PurchasePlaced& placed) {
    Entry& entry = changed(placed.purchase_order());
    entry.json["supplier_id"] = placed.supplier();
    entry.json["lines"] = lines_json(placed.lines());
    entry.json["due_at"] = iso_time(placed.due_ms());
    if (entry.status != "ordered") entry.json["ordered_at"] = iso_time(commit.time_ms);   // else its day was moved
    set_state(entry, "ordered");
  }
  void operator()(const events::PurchaseReceived& received);
  void operator()(const events::PurchaseCancelled& cancelled) { set_state(changed(cancelled.purchase_order()), "cancelled"); }

  template <class T>
    requires ShopEvent<T> ||
             OneOf<T, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::TimerSet,
                   events::TimerFired, events::DailyReported, events::ProductCreated, events::BomDefined, events::ProductChanged,
                   events::ProductFileSet,
                   events::ProductFileRemoved, events::BomVersionDefined, events::BomVersionActivated, events::ProductCostRolled,
                   events::SkuMapped, events::SkuUnmapped> ||
             PlanningEvent<T> || ModelEvent<T> || QuoteEvent<T> || UnitsEvent<T> || OrderEvent<T> || PaymentEvent<T> || StockEvent<T> ||
             ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

Json Fold::line_json(const events::PurchaseLine& line) {
  const Entry* product = documents.find("product", line.product());
  const bool of_material = !line.material().empty();
  return Json{{"line", line.line()},
              {"material", text_or_null(line.material())},
              {"product_id", text_or_null(line.product())},
              {"sku", of_material ? Json(line.material()) : product == nullptr ? Json() : Json(product->json.text("sku"))},
              {"unit", of_material ? "mg" : "piece"},
              {"quantity", line.quantity()},
              {"received", 0},
              {"open", line.quantity()},
              {"unit_cost", line.unit_cost() == 0 ? Json() : money(line.unit_cost(), currency())}};
}

void Fold::operator()(const events::PurchaseDrafted& drafted) {
  Entry& entry = documents.create("purchase", drafted.purchase_order(), commit.time_ms);
  entry.version = event.version;
  Json::Array pegs;
  for (const events::PlanningPeg& peg : drafted.pegs()) pegs.push_back(Json{{"demand", peg.demand()}, {"quantity", peg.quantity()}});
  const std::string_view status = drafted.origin() == "manual" ? "draft" : "suggested";
  entry.json = Json{{"id", drafted.purchase_order()}, {"number", drafted.number()}, {"status", status}, {"origin", drafted.origin()},
                    {"supplier_id", text_or_null(drafted.supplier())}, {"lines", lines_json(drafted.lines())},
                    {"due_at", iso_time(drafted.due_ms())}, {"pegs", Json(std::move(pegs))}, {"receipts", Json::Array{}},
                    {"created_at", iso_time(commit.time_ms)}, {"ordered_at", Json()}, {"updated_at", iso_time(commit.time_ms)}};
  documents.list(entry, "all", "all");
  documents.name(entry, "number", drafted.number());
  set_state(entry, status);
}

void Fold::operator()(const events::PurchaseReceived& received) {
  Entry& entry = changed(received.purchase_order());
  bool all = true;
  for (Json& line : entry.json["lines"].items()) {
    for (const events::PurchaseReceipt& receipt : received.receipts())
      if (line.text("line") == receipt.line()) line["received"] = line.integer("received") + receipt.quantity();
    line["open"] = line.integer("quantity") - line.integer("received");
    all = all && line.integer("open") == 0;
  }
  Json::Array receipts;
  for (const events::PurchaseReceipt& receipt : received.receipts())
    receipts.push_back(Json{{"line", receipt.line()}, {"quantity", receipt.quantity()}});
  entry.json["receipts"].push_back(Json{{"at", iso_time(commit.time_ms)}, {"by", received.by()},
                                        {"reference", text_or_null(received.reference())}, {"lines", Json(std::move(receipts))}});
  set_state(entry, all ? "received" : "partly_received");
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "purchases", .version = 2, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view purchase) {
  return queries.get(view.name, scope, "purchase", purchase);
}
std::expected<Document, QueryError> find_supplier(const Queries& queries, const Scope& scope, std::string_view supplier) {
  return queries.get(view.name, scope, "supplier", supplier);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, std::string_view by,
                                     const PageRequest& request) {
  if (!by.empty()) return queries.list(view.name, scope, std::string("by-").append(by), status.empty() ? "all" : status, "", request);
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}
std::expected<Page, QueryError> suppliers(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "suppliers", "all", "", request);
}

}  // namespace layerline::projections::purchases
