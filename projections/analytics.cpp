#include "projections/analytics.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "projections/dispatch.hpp"
#include "projections/document.hpp"
#include "projections/documents.hpp"
#include "projections/figures.hpp"
#include "projections/format.hpp"
#include "projections/limits.hpp"
#include "projections/parts.hpp"

namespace layerline::projections::analytics {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t milligrams_per_kg = 1'000'000;

using figures::add;
using figures::divide;
using figures::item_of;

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- days ----

  Json& day(std::int64_t time_ms) {
    const std::string date = iso_time(time_ms).substr(0, 10);
    if (Entry* known = documents.find("day", date)) return known->json;
    Entry& entry = documents.create("day", date, time_ms);
    entry.version = 1;
    entry.json = Json{{"date", date}};
    figures::add_all(entry.json, figures::empty_day(rules().text("currency")));
    return entry.json;
  }
  Json& today() { return day(commit.time_ms); }
  void count(std::string_view group, std::string_view what) { add(today()[group], what, 1); }

  // ---- what things cost, and what they are ----

  Json& rules() { return documents.edit("rules", "now").json; }
  void price(const events::PricingRules& said) {
    Json& known = rules();
    known["machine_price_per_hour"] = said.machine_price_per_hour();
    known["materials"] = Json::Array{};
    for (const auto& material : said.materials())
      known["materials"].push_back(Json{{"type", material.type()}, {"price_per_kg", material.price_per_kg()}});
  }
  void operator()(const events::WorkshopOpened& opened) {
    documents.create("rules", "now", commit.time_ms).json = Json{{"currency", opened.currency()}};
    price(opened.rules());
  }
  void operator()(const events::WorkshopConfigured& configured) { price(configured.rules()); }
  void operator()(const events::MaterialDefined& defined) {
    documents.create("material", defined.material(), commit.time_ms).json = Json{{"type", defined.type()}};
  }
  // A printer without a price of its own costs what the rules say.
  void operator()(const events::PrinterAdded& added) {
    documents.create("printer", added.printer(), commit.time_ms).json =
        Json{{"price_per_hour", added.currency().empty() ? Json() : Json(added.price_per_hour())}};
  }
  // What is booked from now on costs that.
  void operator()(const events::PrinterChanged& change) {
    documents.edit("printer", change.printer()).json["price_per_hour"] =
        change.currency().empty() ? Json() : Json(change.price_per_hour());
  }
  std::int64_t price_per_hour(const std::string& printer) {
    Entry* known = documents.find("printer", printer);
    const Json* own = known == nullptr ? nullptr : known->json.find("price_per_hour");
    return own == nullptr || own->is_null() ? rules().integer("machine_price_per_hour") : own->integer();
  }
  std::int64_t cost(const std::string& printer, const std::string& material, std::int64_t milligrams, std::int64_t print_ms) {
    const Entry* known = documents.find("material", material);
    const std::string type(known == nullptr ? "" : known->json.text("type"));
    const Json::Array& prices = rules()["materials"].items();
    const auto price = std::ranges::find_if(prices, [&](const Json& item) { return item.text("type") == type; });
    const std::int64_t per_kg = price == prices.end() ? 0 : price->integer("price_per_kg");
    return divide(milligrams * per_kg, milligrams_per_kg) + divide(print_ms * price_per_hour(printer), hour_ms);
  }

  // ---- quotes and orders ----

  void operator()(const events::QuoteDrafted&) { count("quotes", "drafted"); }
  void operator()(const events::QuotePriced& priced) {
    documents.create("quote", priced.quote(), commit.time_ms).json = Json{{"delivery_days", priced.delivery_days()}};
  }
  void operator()(const events::QuoteApproved&) { count("quotes", "approved"); }
  void operator()(const events::QuoteAccepted&) { count("quotes", "accepted"); }
  void operator()(const events::QuoteRejected&) { count("quotes", "rejected"); }
  void operator()(const events::QuoteExpired&) { count("quotes", "expired"); }

  void operator()(const events::OrderPlaced& placed) {
    count("orders", "placed");
    const Entry* quote = placed.quote().empty() ? nullptr : documents.find("quote", placed.quote());
    const std::int64_t days = quote == nullptr ? 0 : quote->json.integer("delivery_days");
    documents.create("order", placed.order(), commit.time_ms).json =
        Json{{"number", placed.number()}, {"placed_ms", commit.time_ms}, {"delivery_days", days}, {"promised_ms", 0},
             {"due_ms", placed.due_ms()}, {"made_due_ms", 0}};
  }
  // What was promised counts from the payment.
  void operator()(const events::OrderPaid& paid) {
    count("orders", "paid");
    Json& order = documents.edit("order", paid.order()).json;
    const std::int64_t days = order.integer("delivery_days");
    order["promised_ms"] = days == 0 ? 0 : commit.time_ms + days * day_ms;
  }
  void operator()(const events::OrderShipped& shipped) {
    count("orders", "shipped");
    const Json& order = documents.edit("order", shipped.order()).json;
    Json& lead = today()["lead_time"];
    add(lead, "orders", 1);
    add(lead, "total_ms", commit.time_ms - order.integer("placed_ms"));
    if (const std::int64_t last_ms = latest(order); last_ms > 0) count("promises", commit.time_ms <= last_ms ? "kept" : "broken");
  }
  // The last moment that is in time: of what the quote promised, else of the day that was asked for, else of the day on which all that is
  // made for it is to be there. 0: nobody said one.
  static std::int64_t latest(const Json& order) {
    if (const std::int64_t promised_ms = order.integer("promised_ms"); promised_ms > 0) return promised_ms;
    const std::int64_t asked_ms = order.integer("due_ms");
    const std::int64_t due_ms = asked_ms > 0 ? asked_ms : order.integer("made_due_ms");
    return due_ms > 0 ? due_ms + day_ms - 1 : 0;
  }
  void operator()(const events::OrderDelivered&) { count("orders", "delivered"); }
  void operator()(const events::OrderCompleted&) { count("orders", "completed"); }
  void operator()(const events::OrderCancelled&) { count("orders", "cancelled"); }

  // ---- payments: their figures are cumulative ----

  void operator()(const events::PaymentRequested& requested) {
    documents.create("payment", requested.payment(), commit.time_ms).json = Json{{"received", 0}, {"refunded", 0}};
  }
  void cash(const std::string& payment, std::string_view what, std::int64_t total) {
    Json& known = documents.edit("payment", payment).json;
    const std::int64_t more = total - known.integer(what);
    if (more <= 0) return;
    known[what] = total;
    add(today()[what], "amount", more);
  }
  void operator()(const events::PaymentProgressed& progressed) { cash(progressed.payment(), "received", progressed.received()); }
  void operator()(const events::PaymentSucceeded& succeeded) { cash(succeeded.payment(), "received", succeeded.received()); }
  void operator()(const events::PaymentRecorded& recorded) { cash(recorded.payment(), "received", recorded.received()); }
  void operator()(const events::PaymentRefunded& refunded) { cash(refunded.payment(), "refunded", refunded.refunded()); }

  // ---- prints ----

  void operator()(const events::ProductionOrderCreated& created) {
    documents.create("made", created.production_order(), commit.time_ms).json =
        Json{{"number", created.number()}, {"order", created.order()}, {"product", created.product()}, {"material", created.material()},
             {"parts", parts::planned(created, documents)}};
    if (Entry* order = created.order().empty() ? nullptr : documents.find("order", created.order()))
      order->json["made_due_ms"] = std::max(order->json.integer("made_due_ms"), created.due_ms());
  }
  // A day that somebody gives it later is one where there was none; another one does not make a promise kept.
  void operator()(const events::ProductionRescheduled& rescheduled) {
    const std::string id(documents.edit("made", rescheduled.production_order()).json.text("order"));
    Entry* order = id.empty() ? nullptr : documents.find("order", id);
    if (order != nullptr && order->json.integer("made_due_ms") == 0) order->json["made_due_ms"] = rescheduled.due_ms();
  }
  void operator()(const events::PrintDispatched& dispatched);
  void operator()(const events::PrintStarted& started) {
    Entry& job = documents.edit("job", started.job());
    job.json["started_at"] = iso_time(commit.time_ms);
    job.hidden["started_ms"] = commit.time_ms;
  }
  void operator()(const events::PrintFinished& finished) { end(finished.job(), "finished"); }
  void operator()(const events::PrintFailed& failed) { end(failed.job(), "failed"); }
  void operator()(const events::PrintCancelled& cancelled) { end(cancelled.job(), "cancelled"); }
  void operator()(const events::MaterialConsumed& consumed) { use(consumed.material(), consumed.job(), consumed.milligrams()); }
  void operator()(const events::ConsumptionCorrected& corrected) { use(corrected.material(), corrected.job(), corrected.milligrams()); }
  void end(const std::string& job, std::string_view outcome);
  void use(const std::string& material, const std::string& job, std::int64_t milligrams);
  void keep_busy(const std::string& printer, std::int64_t from_ms, std::int64_t to_ms);
  void book(Entry& job, std::int64_t print_ms, std::int64_t milligrams);
  void book_total(const std::string& kind, const std::string& id, const Json& job, std::int64_t sign);
  Entry& total_of(const std::string& kind, const std::string& id);
  void list_order(const std::string& order);

  // ---- bought parts ----

  void operator()(const events::ProductDefined& defined) { parts::note(defined, documents, commit.time_ms); }
  void operator()(const events::ProductChanged& changed) { parts::note(changed, documents); }
  void operator()(const events::ProductCostRolled& rolled) { parts::note(rolled, documents); }
  void operator()(const events::BomVersionDefined& defined) { parts::note(defined, documents, commit.time_ms); }
  void operator()(const events::BomVersionActivated& activated) { parts::note(activated, documents); }
  void operator()(const events::UnitsIssued& issued) {
    if (const auto used = parts::used(issued, documents)) book_parts(*used);
  }
  void book_parts(const parts::Used& used);
  static void add_parts(Json& total, std::string_view part, std::int64_t cost);

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> || ModelEvent<T> || ProductEvent<T> || OrderLineEvent<T> ||
             ShipmentEvent<T> || EffectEvent<T> ||
             OneOf<T, events::WorkshopListed, events::ApiKeyIssued, events::ApiKeyRevoked, events::SubjectErased, events::TimerSet,
                   events::TimerFired, events::DailyReported, events::QuoteChanged, events::QuoteSubmitted, events::QuoteNoted,
                   events::QuoteCancelled,
                   events::OrderReleased, events::OrderQueued, events::OrderPrinting, events::OrderPrinted,
                   events::OrderQualityCheckStarted, events::OrderQualityFailed, events::OrderReadyToShip, events::OrderHeld,
                   events::OrderResumed, events::OrderRefunded, events::OrderShippingChanged, events::OrderReopened,
                   events::PaymentIntentCreated,
                   events::PaymentFailed, events::PaymentRefundRequested, events::PaymentIntentRefused, events::PaymentAmountChanged,
                   events::LocationOpened, events::StockReceived, events::StockAdjusted, events::StockMoved, events::MaterialReserved,
                   events::ShortageNoted, events::ReservationReleased, events::ReservationHeld, events::StockLow, events::PrintFileAttached,
                   events::PrintFileRefused, events::ProductionDeferred, events::ProductionUnitPrinted, events::ProductionUnitFailed,
                   events::ProductionCompleted, events::ProductionCancelled, events::ProductionReprintNeeded, events::WorkStepDone,
                   events::ProductionChecked, events::ProductionPiecesMade, events::PrintProgressed, events::PrintPaused,
                   events::PrintResumed, events::PrintEndUnknown,
                   events::PrintStopRequested, events::PrinterStatusChanged, events::FilamentLoaded, events::PlateGateClosed,
                   events::PlateCleared>
  void operator()(const T&) {}
};

void Fold::operator()(const events::PrintDispatched& dispatched) {
  const Json made = documents.edit("made", dispatched.production_order()).json;
  const std::string currency(rules().text("currency"));
  const std::string material(made.text("material"));
  const std::int64_t estimated = cost(dispatched.printer(), material, dispatched.milligrams(), dispatched.print_ms());
  Entry& entry = documents.create("job", dispatched.job(), commit.time_ms);
  entry.version = event.version;
  entry.json = Json{{"id", dispatched.job()},
                    {"printer_id", dispatched.printer()},
                    {"production_order_id", dispatched.production_order()},
                    {"production_order_number", made.text("number")},
                    {"order_id", text_or_null(made.text("order"))},
                    {"product_id", text_or_null(made.text("product"))},
                    {"material_id", text_or_null(made.text("material"))},
                    {"outcome", Json()},
                    {"estimated", Json{{"print_time_ms", dispatched.print_ms()}, {"mg", dispatched.milligrams()},
                                       {"cost", money(estimated, currency)}}},
                    {"actual", Json{{"print_time_ms", 0}, {"mg", 0}, {"cost", money(0, currency)}}},
                    {"started_at", Json()},
                    {"ended_at", Json()}};
}

void Fold::end(const std::string& job, std::string_view outcome) {
  Entry& entry = documents.edit("job", job);
  entry.version = event.version;
  if (!entry.json.text("outcome").empty()) return;
  entry.json["outcome"] = outcome;
  entry.json["ended_at"] = iso_time(commit.time_ms);
  const std::int64_t started_ms = entry.hidden.integer("started_ms");
  const std::int64_t print_ms = started_ms == 0 ? 0 : commit.time_ms - started_ms;
  if (print_ms > 0) keep_busy(std::string(entry.json.text("printer_id")), started_ms, commit.time_ms);
  book(entry, print_ms, entry.json["actual"].integer("mg"));
  Json& prints = today()["prints"];
  add(prints, outcome, 1);
  add(prints, "estimated_ms", entry.json["estimated"].integer("print_time_ms"));
  add(prints, "actual_ms", print_ms);
  const std::string order = newest_first(commit.time_ms);
  documents.list(entry, "jobs", "all", order);
  for (const char* kind : {"order", "product"})
    if (const std::string id(entry.json.text(std::string(kind) + "_id")); !id.empty())
      documents.list(entry, "jobs_of", std::string(kind) + "/" + id, order);
  if (const std::string id(entry.json.text("order_id")); !id.empty()) {
    documents.edit("order_cost", id).json["last_print_ended_at"] = iso_time(commit.time_ms);
    list_order(id);
  }
}

// Among the others by the end of its last print, or when parts were used for it since.
void Fold::list_order(const std::string& order) {
  Entry& entry = documents.edit("order_cost", order);
  if (const std::int64_t before_ms = entry.hidden.integer("booked_ms"); before_ms != 0)
    documents.unlist(entry, "order_costs", "all", newest_first(before_ms));
  documents.list(entry, "order_costs", "all", newest_first(commit.time_ms));
  entry.hidden["booked_ms"] = commit.time_ms;
  entry.json["last_booked_at"] = iso_time(commit.time_ms);
}

// The figure of a print, which a weighing may correct later. What was made by hand is no job.
void Fold::use(const std::string& material, const std::string& job, std::int64_t milligrams) {
  const std::string id = material + "-" + job;
  Entry* known = documents.find("used", id);
  Json& used = known != nullptr ? known->json : documents.create("used", id, commit.time_ms).json;
  const std::int64_t more = milligrams - used.integer("mg");
  used["mg"] = milligrams;
  add(today()["prints"], "used_mg", more);
  add(item_of(today()["materials"], "material_id", material), "used_mg", more);
  Entry* print = documents.find("job", job);
  if (print == nullptr) return;
  print->version = event.version;
  book(*print, print->json["actual"].integer("print_time_ms"), print->json["actual"].integer("mg") + more);
}

// A print over midnight keeps its printer busy on both days.
void Fold::keep_busy(const std::string& printer, std::int64_t from_ms, std::int64_t to_ms) {
  for (std::int64_t at_ms = from_ms; at_ms < to_ms;) {
    const std::int64_t until_ms = std::min(to_ms, (at_ms / day_ms + 1) * day_ms);
    Json& busy = item_of(day(at_ms)["printers"], "printer_id", printer);
    add(busy, "busy_ms", until_ms - at_ms);
    add(busy, "prints", until_ms == to_ms ? 1 : 0);
    at_ms = until_ms;
  }
}

// What a job has taken so far, and with it the sums of its order and its product.
void Fold::book(Entry& job, std::int64_t print_ms, std::int64_t milligrams) {
  const std::string order(job.json.text("order_id")), product(job.json.text("product_id"));
  const bool counted = job.hidden.flag("counted");
  for (const auto& [kind, id] : {std::pair("order", order), std::pair("product", product)})
    if (counted && !id.empty()) book_total(kind, id, job.json, -1);
  const std::string printer(job.json.text("printer_id")), material(job.json.text("material_id"));
  const std::int64_t taken = cost(printer, material, milligrams, print_ms);
  job.json["actual"] = Json{{"print_time_ms", print_ms}, {"mg", milligrams}, {"cost", money(taken, rules().text("currency"))}};
  figures::compare(job.json);
  job.hidden["counted"] = true;
  for (const auto& [kind, id] : {std::pair("order", order), std::pair("product", product)})
    if (!id.empty()) book_total(kind, id, job.json, 1);
}

Entry& Fold::total_of(const std::string& kind, const std::string& id) {
  Entry* known = documents.find(kind + "_cost", id);
  Entry& entry = known != nullptr ? *known : documents.create(kind + "_cost", id, commit.time_ms);
  entry.version = event.version;
  if (known != nullptr) return entry;
  entry.json = Json{{kind + "_id", id}, {"prints", 0}};
  if (kind == "order") {
    entry.json["last_print_ended_at"] = Json();
    entry.json["last_booked_at"] = Json();
  }
  const Json nothing = money(0, rules().text("currency"));
  for (const char* part : {"estimated", "actual"})
    entry.json[part] = Json{{"print_time_ms", 0}, {"mg", 0}, {"parts_cost", nothing}, {"cost", nothing}};
  if (kind == "product") documents.list(entry, "product_costs", "all");
  return entry;
}

void Fold::book_total(const std::string& kind, const std::string& id, const Json& job, std::int64_t sign) {
  Entry& entry = total_of(kind, id);
  add(entry.json, "prints", sign);
  for (const char* part : {"estimated", "actual"}) {
    Json& sum = entry.json[part];
    const Json& of = *job.find(part);
    for (const char* name : {"print_time_ms", "mg"}) add(sum, name, sign * of.integer(name));
    add(sum["cost"], "amount", sign * of.find("cost")->integer("amount"));
  }
  figures::compare(entry.json);
}

void Fold::book_parts(const parts::Used& used) {
  const bool for_order = !used.order.empty() && documents.find("order", used.order) != nullptr;
  for (const auto& [kind, id] : {std::pair("order", for_order ? used.order : ""), std::pair("product", used.product)}) {
    if (id.empty()) continue;
    Entry& entry = total_of(kind, id);
    add_parts(entry.json, "estimated", used.estimated);
    add_parts(entry.json, "actual", used.actual);
    figures::compare(entry.json);
  }
  if (for_order) list_order(used.order);
}

void Fold::add_parts(Json& total, std::string_view part, std::int64_t cost) {
  for (const char* name : {"parts_cost", "cost"}) add(total[part][name], "amount", cost);
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "analytics", .version = 5, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> days(const Queries& queries, const Scope& scope, std::chrono::sys_days from,
                                         std::chrono::sys_days to) {
  const auto date = [](std::chrono::sys_days day) {
    return iso_time(std::chrono::milliseconds(day.time_since_epoch()).count()).substr(0, 10);
  };
  const auto rules = queries.get(view.name, scope, "rules", "now");
  const auto known = rules ? Json::parse(rules->json) : std::nullopt;
  if (!known) return std::unexpected(QueryError::damaged);
  Json answer{{"from", date(from)}, {"to", date(to)}, {"items", Json::Array{}}, {"totals", figures::empty_day(known->text("currency"))}};
  for (auto at = from; at <= to && at < from + std::chrono::days(analytics_days_max); at += std::chrono::days(1)) {
    const auto found = queries.get(view.name, scope, "day", date(at));
    if (!found && found.error() == QueryError::not_found) continue;
    auto json = found ? Json::parse(found->json) : std::nullopt;
    if (!json) return std::unexpected(QueryError::damaged);
    figures::add_all(answer["totals"], *json);
    figures::add_shares(*json, 1);
    answer["items"].push_back(std::move(*json));
  }
  answer["totals"].erase("date");
  figures::add_shares(answer["totals"], (to - from).count() + 1);
  Document out;
  out.json = answer.str();
  return out;
}

std::expected<Page, QueryError> jobs(const Queries& queries, const Scope& scope, const Of& of, const Period& period,
                                     const PageRequest& request) {
  std::vector<Listing> lists;
  if (!of.order.empty()) lists.push_back({"jobs_of", "order/" + std::string(of.order)});
  if (!of.product.empty()) lists.push_back({"jobs_of", "product/" + std::string(of.product)});
  if (lists.empty()) lists.push_back({"jobs", "all"});
  return queries.list(view.name, scope, lists, within(period, request));
}
std::expected<Page, QueryError> orders(const Queries& queries, const Scope& scope, const Period& period, const PageRequest& request) {
  return queries.list(view.name, scope, "order_costs", "all", "", within(period, request));
}
std::expected<Page, QueryError> products(const Queries& queries, const Scope& scope, const PageRequest& request) {
  return queries.list(view.name, scope, "product_costs", "all", "", request);
}

}  // namespace layerline::projections::analytics
