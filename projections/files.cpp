#include "projections/files.hpp"

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::files {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::FileUploaded& uploaded) {
    Entry& entry = documents.create("file", uploaded.file(), commit.time_ms);
    entry.version = event.version;
    entry.customer = uploaded.customer();
    entry.json = Json{{"id", uploaded.file()}, {"model", uploaded.model()}, {"customer_id", uploaded.customer()}, {"name", Json()},
                      {"size_bytes", uploaded.size_bytes()}, {"status", "uploaded"}, {"error", Json()}, {"facts", Json()},
                      {"uploaded_at", iso_time(commit.time_ms)}};
    documents.personal(entry, "name", uploaded.name());
    entry.status = "uploaded";
    documents.list(entry, "all", "all");
    documents.list(entry, "customer", uploaded.customer());
  }
  void operator()(const events::ModelAnalysed& analysed) {
    Entry* entry = documents.find("file", analysed.file());
    if (entry == nullptr) return;
    entry->status = "analysed";
    entry->json["status"] = "analysed";
    entry->json["facts"] = facts(analysed.facts());
  }
  void operator()(const events::ModelRefused& refused) {
    Entry* entry = documents.find("file", refused.file());
    if (entry == nullptr) return;
    entry->status = "refused";
    entry->json["status"] = "refused";
    entry->json["error"] = refused.reason();
  }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> ||
             OneOf<T, events::WorkshopOpened, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued,
                   events::ApiKeyRevoked, events::TimerSet, events::TimerFired, events::DailyReported> ||
             QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> ||
             PrinterEvent<T> || PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "files", .version = 1, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view file) {
  return queries.get(view.name, scope, "file", file);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view customer, const PageRequest& request) {
  if (!customer.empty()) return queries.list(view.name, scope, "customer", customer, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}

}  // namespace layerline::projections::files
