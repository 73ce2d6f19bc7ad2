#include "projections/quotes.hpp"

#include <fmt/format.h>

#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"

namespace layerline::projections::quotes {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  Entry& changed(const std::string& quote) {
    Entry& entry = documents.edit("quote", quote);
    if (event.stream == "quote/" + quote) entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  void status(const std::string& quote, std::string_view word) {
    Entry& entry = changed(quote);
    documents.set_status(entry, word);
    entry.json["status"] = word;
  }
  std::string currency() {
    const Entry* settings = documents.find("settings", "workshop");
    return settings == nullptr ? "" : std::string(settings->json.text("currency"));
  }

  void operator()(const events::WorkshopOpened& opened) {
    documents.create("settings", "workshop", commit.time_ms).json["currency"] = opened.currency();
  }
  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::FileUploaded& uploaded) {
    Entry& file = documents.create("file", uploaded.file(), commit.time_ms);
    file.json = Json{{"id", uploaded.file()}, {"model", uploaded.model()}, {"name", Json()}, {"size_bytes", uploaded.size_bytes()}};
    file.json["subject"] = uploaded.name().subject();
    documents.personal(file, "name", uploaded.name());
  }
  void operator()(const events::QuoteDrafted& drafted);
  void operator()(const events::QuoteChanged& change);
  void operator()(const events::ModelAnalysed& analysed);
  void operator()(const events::ModelRefused& refused);
  void operator()(const events::QuotePriced& priced);
  void operator()(const events::QuoteSubmitted& submitted) {
    status(submitted.quote(), "pending");
    Json::Array reasons(submitted.reasons().begin(), submitted.reasons().end());
    documents.edit("quote", submitted.quote()).json["pending_reasons"] = std::move(reasons);
  }
  void operator()(const events::QuoteApproved& approved) {
    status(approved.quote(), "approved");
    Json& json = documents.edit("quote", approved.quote()).json;
    json["approved_by"] = approved.by();
    json["approved_at"] = iso_time(commit.time_ms);
    json["expires_at"] = iso_time(approved.expires_ms());
  }
  void operator()(const events::QuoteNoted& noted) {
    Entry& entry = changed(noted.quote());
    const std::size_t index = entry.json["notes"].items().size();
    entry.json["notes"].push_back(Json{{"by", noted.by()}, {"at", iso_time(commit.time_ms)}, {"text", Json()}});
    documents.personal(entry, fmt::format("notes/{}/text", index), noted.note());
  }
  void operator()(const events::QuoteAccepted& accepted) {
    status(accepted.quote(), "accepted");
    Entry& entry = documents.edit("quote", accepted.quote());
    entry.json["order_id"] = accepted.order();
    entry.json["product_id"] = accepted.product();
    documents.name(entry, "order", accepted.order());
  }
  void operator()(const events::OrderPlaced& placed) {
    if (placed.quote().empty()) return;
    changed(placed.quote()).json["order_number"] = placed.number();
  }
  void operator()(const events::QuoteRejected& rejected) {
    status(rejected.quote(), "rejected");
    Entry& entry = documents.edit("quote", rejected.quote());
    entry.json["rejection"] = Json{{"reason", rejected.reason()}, {"by", rejected.by()}, {"note", Json()}};
    documents.personal(entry, "rejection/note", rejected.note());
  }
  void operator()(const events::QuoteCancelled& cancelled) { status(cancelled.quote(), "cancelled"); }
  void operator()(const events::QuoteExpired& expired) { status(expired.quote(), "expired"); }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> ||
             OneOf<T, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::TimerSet,
                   events::TimerFired, events::DailyReported, events::OrderReleased, events::OrderPaid, events::OrderQueued,
                   events::OrderPrinting,
                   events::OrderPrinted, events::OrderQualityCheckStarted, events::OrderQualityFailed, events::OrderReadyToShip,
                   events::OrderShipped, events::OrderDelivered, events::OrderCompleted, events::OrderHeld, events::OrderResumed,
                   events::OrderCancelled, events::OrderRefunded, events::OrderShippingChanged, events::OrderReopened> ||
             OrderLineEvent<T> ||
             ProductEvent<T> || PaymentEvent<T> || StockEvent<T> || ProductionEvent<T> || PrinterEvent<T> || PrintEvent<T> ||
             ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void store_options(Json& json, const events::QuoteOptions& options) {
  json["quantity"] = options.quantity();
  json["material"] = options.material_type();
  json["material_type"] = options.material_type();
  json["color"] = text_or_null(options.colour());
  json["infill"] = options.infill_percent();
  json["finish"] = options.finish();
  json["rush"] = options.rush();
}

void Fold::operator()(const events::QuoteDrafted& drafted) {
  Entry& entry = documents.create("quote", drafted.quote(), commit.time_ms);
  entry.version = event.version;
  entry.customer = drafted.customer();
  Json& json = entry.json;
  json = Json{{"id", drafted.quote()}, {"quote_number", drafted.number()}, {"status", "draft"}, {"customer_id", drafted.customer()},
              {"customer_name", Json()}, {"customer_email", Json()}, {"product_name", Json()}};
  store_options(json, drafted.options());
  json["files"] = Json::Array{};
  for (const char* later :
       {"unit_price", "total_price", "breakdown", "priced_by", "estimated_delivery_days", "pending_reasons", "approved_by", "approved_at",
        "expires_at", "rejection", "customer_note", "notes", "order_id", "order_number", "product_id"})
    json[later] = Json();
  json["pending_reasons"] = Json::Array{};
  json["notes"] = Json::Array{};
  json["created_at"] = iso_time(commit.time_ms);
  json["updated_at"] = iso_time(commit.time_ms);
  documents.personal(entry, "product_name", drafted.product_name());
  documents.personal(entry, "customer_name", drafted.customer_name());
  documents.personal(entry, "customer_email", drafted.customer_mail());
  documents.personal(entry, "customer_note", drafted.customer_note());
  for (const events::QuoteFile& file : drafted.files()) {
    const std::size_t index = json["files"].items().size();
    json["files"].push_back(Json{{"id", file.file()},
                                 {"model", file.model()},
                                 {"name", Json()},
                                 {"facts", Json()},
                                 {"material_grams", Json()},
                                 {"material_mg", Json()},
                                 {"print_time_hours", Json()},
                                 {"print_time_ms", Json()},
                                 {"error", Json()}});
    if (const Entry* uploaded = documents.find("file", file.file()))
      documents.personal(entry, fmt::format("files/{}/name", index), uploaded->json.text("subject"), uploaded->json.text("name"));
  }
  documents.set_status(entry, "draft");
  documents.list(entry, "all", "all");
  documents.list(entry, "customer", drafted.customer());
  documents.name(entry, "number", drafted.number());
}

void Fold::operator()(const events::QuoteChanged& change) {
  status(change.quote(), "draft");
  Entry& entry = documents.edit("quote", change.quote());
  store_options(entry.json, change.options());
  // The old price does not hold for the new options.
  for (const char* gone :
       {"unit_price", "total_price", "breakdown", "priced_by", "estimated_delivery_days", "approved_by", "approved_at", "expires_at"})
    entry.json[gone] = Json();
  entry.json["pending_reasons"] = Json::Array{};
  if (!change.product_name().clear().empty()) documents.personal(entry, "product_name", change.product_name());
}

void Fold::operator()(const events::ModelAnalysed& analysed) {
  if (analysed.quote().empty()) return;
  Entry& entry = changed(analysed.quote());
  // An answer for options that were changed meanwhile.
  if (entry.json.text("material_type") != analysed.material_type() || entry.json.integer("infill") != analysed.infill_percent()) return;
  for (Json& file : entry.json["files"].items()) {
    if (file.text("id") != analysed.file()) continue;
    file["facts"] = facts(analysed.facts());
    file["material_grams"] = grams(analysed.milligrams());
    file["material_mg"] = analysed.milligrams();
    file["print_time_hours"] = hours(analysed.print_ms());
    file["print_time_ms"] = analysed.print_ms();
  }
}

void Fold::operator()(const events::ModelRefused& refused) {
  if (refused.quote().empty()) return;
  for (Json& file : changed(refused.quote()).json["files"].items())
    if (file.text("id") == refused.file()) file["error"] = refused.reason();
}

void Fold::operator()(const events::QuotePriced& priced) {
  Entry& entry = changed(priced.quote());
  const events::PriceBreakdown& price = priced.price();
  const std::string unit = currency();
  Json& json = entry.json;
  json["unit_price"] = money(price.line_unit_price(), unit);
  json["total_price"] = money(price.total(), unit);
  json["priced_by"] = priced.by();
  json["estimated_delivery_days"] = priced.delivery_days();
  json["breakdown"] = Json{
      {"material_grams", grams(price.milligrams())},
      {"material_mg", price.milligrams()},
      {"print_time_hours", hours(price.print_ms())},
      {"print_time_ms", price.print_ms()},
      {"material_cost", money(price.material_cost(), unit)},
      {"machine_cost", money(price.machine_cost(), unit)},
      {"labour_cost", money(price.labour_cost(), unit)},
      {"overhead_cost", money(price.overhead_cost(), unit)},
      {"unit_cost", money(price.unit_cost(), unit)},
      {"markup_percent", percent(price.markup_basis_points())},
      {"marked_up", money(price.marked_up(), unit)},
      {"discount_percent", percent(price.discount_basis_points())},
      {"discounted_unit_price", money(price.unit_price(), unit)},
      {"finish_price", money(price.finish_price(), unit)},
      {"rush_price", money(price.rush_price(), unit)},
      {"unit_price", money(price.line_unit_price(), unit)},
      {"quantity", json.integer("quantity")},
      {"total", money(price.total(), unit)},
  };
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "quotes", .version = 1, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view quote) {
  return queries.get(view.name, scope, "quote", quote);
}
std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number) {
  return queries.named(view.name, scope, "number", number);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view customer, std::string_view status,
                                     const PageRequest& request) {
  if (!customer.empty()) return queries.list(view.name, scope, "customer", customer, status, request);
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}

}  // namespace layerline::projections::quotes
