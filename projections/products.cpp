#include "projections/products.hpp"

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::products {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::ProductCreated& created) {
    Entry& entry = documents.create("product", created.product(), commit.time_ms);
    entry.version = event.version;
    entry.json = Json{{"id", created.product()}, {"sku", created.sku()}, {"name", Json()}, {"quote_id", text_or_null(created.quote())},
                      {"bom", Json::Array{}}, {"created_at", iso_time(commit.time_ms)}};
    documents.personal(entry, "name", created.name());
    documents.list(entry, "all", "all");
    documents.name(entry, "sku", created.sku());
  }
  void operator()(const events::BomDefined& defined) {
    Entry& entry = documents.edit("product", defined.product());
    entry.version = event.version;
    Json::Array lines;
    for (const events::BomLine& line : defined.lines())
      lines.push_back(Json{{"material", line.material()},
                           {"grams_per_unit", grams(line.milligrams_per_unit())},
                           {"mg_per_unit", line.milligrams_per_unit()},
                           {"model", line.model()},
                           {"file", text_or_null(line.file())},
                           {"print_time_hours_per_unit", hours(line.print_ms_per_unit())},
                           {"print_time_ms_per_unit", line.print_ms_per_unit()}});
    entry.json["bom"] = std::move(lines);
  }

  template <class T>
    requires OneOf<T, events::WorkshopOpened, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued,
                   events::ApiKeyRevoked, events::TimerSet, events::TimerFired> ||
             ModelEvent<T> || QuoteEvent<T> || OrderEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> ||
             PrintEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "products", .version = 1, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view product) {
  return queries.get(view.name, scope, "product", product);
}
std::expected<Document, QueryError> find_by_sku(const Queries& queries, const Scope& scope, std::string_view sku) {
  return queries.named(view.name, scope, "sku", sku);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "all", "all", "", request);
}

}  // namespace layerline::projections::products
