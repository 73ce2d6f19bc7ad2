#include "projections/printers.hpp"

#include <algorithm>

#include "projections/dispatch.hpp"
#include "projections/document.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"
#include "projections/printer_connection.hpp"

namespace layerline::projections::printers {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- printers ----

  Entry& changed(const std::string& printer) {
    Entry& entry = documents.edit("printer", printer);
    if (event.stream == "printer/" + printer) entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  static Json& slot(Json& printer, std::int64_t number);
  static void set_mass(Json& slot, std::int64_t milligrams) {
    slot["grams"] = grams(milligrams);
    slot["mg"] = milligrams;
  }

  void operator()(const events::PrinterAdded& added);
  void operator()(const events::PrinterChanged& change) { show(changed(change.printer()), change); }
  // Of an event that says all of these.
  template <class Event>
  void show(Entry& entry, const Event& said) {
    Json& json = entry.json;
    json["name"] = said.name();
    documents.place(entry, {{"by-name", "all", a_to_z(said.name())}});
    json["bed_mm"] = Json{
        {"x", store::decimal(said.bed_x_um(), 3)}, {"y", store::decimal(said.bed_y_um(), 3)}, {"z", store::decimal(said.bed_z_um(), 3)}};
    json["price_per_hour"] = said.currency().empty() ? Json() : money(said.price_per_hour(), said.currency());
  }
  void operator()(const events::PrinterStatusChanged& change) {
    Entry& entry = changed(change.printer());
    documents.set_status(entry, change.status());
    entry.json["status"] = change.status();
    entry.json["status_detail"] = text_or_null(change.detail());
    show_connection(entry.json, change.status(), commit.time_ms);
  }
  void operator()(const events::FilamentLoaded& loaded) {
    unload(loaded.lot());
    Json& found = slot(changed(loaded.printer()).json, loaded.slot());
    found["material"] = text_or_null(loaded.material());
    found["lot"] = text_or_null(loaded.lot());
    set_mass(found, loaded.milligrams());
    if (!loaded.lot().empty())
      documents.create("spool", loaded.lot(), commit.time_ms).json = Json{{"printer", loaded.printer()}, {"slot", loaded.slot()}};
  }
  // The slot that a lot is in; nullptr: it is in none.
  Json* slot_of(const std::string& lot) {
    const Entry* spool = lot.empty() ? nullptr : documents.find("spool", lot);
    if (spool == nullptr) return nullptr;
    Json& found = slot(changed(std::string(spool->json.text("printer"))).json, spool->json.integer("slot"));
    return found.text("lot") == lot ? &found : nullptr;
  }
  // A spool is in one slot at a time.
  void unload(const std::string& lot) {
    Json* found = slot_of(lot);
    if (found == nullptr) return;
    (*found)["material"] = (*found)["lot"] = Json();
    set_mass(*found, 0);
  }
  void change(const std::string& lot, std::int64_t change_mg) {
    if (Json* found = slot_of(lot)) set_mass(*found, found->integer("mg") + change_mg);
  }
  void operator()(const events::StockAdjusted& adjusted) {
    for (const events::LotPart& part : adjusted.lots()) change(part.lot(), part.milligrams());
  }
  void operator()(const events::ConsumptionCorrected& corrected) {
    for (const events::LotPart& part : corrected.lots()) change(part.lot(), -part.milligrams());
  }
  void operator()(const events::PlateGateClosed& closed) {
    Json& json = changed(closed.printer()).json;
    json["plate_clear"] = false;
    json["plate_closed_by_job"] = text_or_null(closed.job());
  }
  void operator()(const events::PlateCleared& cleared) {
    Json& json = changed(cleared.printer()).json;
    json["plate_clear"] = true;
    json["plate_closed_by_job"] = Json();
  }

  // ---- the print on it ----

  // The printer's current job, if it is this one; nullptr when it already has another.
  Json* current(const std::string& job) {
    const Entry* known = documents.find("job", job);
    if (known == nullptr) return nullptr;
    Json& print = changed(std::string(known->json.text("printer"))).json["current_job"];
    return print.text("id") == job ? &print : nullptr;
  }
  void state(const std::string& job, std::string_view word) {
    if (Json* print = current(job)) (*print)["status"] = word;
  }
  void ended(const std::string& job, std::string_view word);

  void operator()(const events::PrintDispatched& dispatched) {
    documents.create("job", dispatched.job(), commit.time_ms).json = Json{{"printer", dispatched.printer()}, {"slot", dispatched.slot()}};
    changed(dispatched.printer()).json["current_job"] =
        Json{{"id", dispatched.job()}, {"production_order_id", dispatched.production_order()}, {"status", "dispatched"}, {"percent", 0},
             {"layer", 0}, {"layers", dispatched.layers()}, {"print_time_ms", dispatched.print_ms()}, {"started_at", Json()}};
  }
  void operator()(const events::PrintStarted& started) {
    state(started.job(), "printing");
    if (Json* print = current(started.job())) (*print)["started_at"] = iso_time(commit.time_ms);
  }
  void operator()(const events::PrintProgressed& progressed) {
    Json* print = current(progressed.job());
    if (print == nullptr) return;
    (*print)["percent"] = std::max(print->integer("percent"), progressed.percent());
    (*print)["layer"] = std::max(print->integer("layer"), progressed.layer());
  }
  void operator()(const events::PrintPaused& paused) { state(paused.job(), "paused"); }
  void operator()(const events::PrintResumed& resumed) { state(resumed.job(), "printing"); }
  void operator()(const events::PrintEndUnknown& unknown) { state(unknown.job(), "unknown"); }
  void operator()(const events::PrintFinished& finished) { ended(finished.job(), "finished"); }
  void operator()(const events::PrintFailed& failed) { ended(failed.job(), "failed"); }
  void operator()(const events::PrintCancelled& cancelled) { ended(cancelled.job(), "cancelled"); }
  void operator()(const events::MaterialConsumed& consumed);

  template <class T>
    requires OneOf<T, events::MaterialDefined, events::StockReceived, events::MaterialReserved, events::ShortageNoted,
                   events::ReservationReleased, events::StockLow, events::LocationOpened, events::StockMoved,
                   events::ReservationHeld, events::PrintStopRequested> ||
             WorkshopEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> || PaymentEvent<T> ||
             ProductionEvent<T> || ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

void Fold::operator()(const events::PrinterAdded& added) {
  Entry* known = documents.find("printer", added.printer());
  Entry& entry = known != nullptr ? *known : documents.create("printer", added.printer(), commit.time_ms);
  entry.version = event.version;
  Json& json = entry.json;
  if (known == nullptr) {
    json = Json{{"id", added.printer()},
                {"name", Json()},
                {"model", Json()},
                {"status", "offline"},
                {"status_detail", Json()},
                {"plate_clear", false},
                {"plate_closed_by_job", Json()},
                {"slots", Json::Array{}},
                {"current_job", Json()},
                {"last_job", Json()}};
    documents.set_status(entry, "offline");
    show_connection(json, "offline", commit.time_ms);
    documents.list(entry, "all", "all");
    json["created_at"] = iso_time(commit.time_ms);
  }
  json["model"] = added.model();
  json["nozzle_mm"] = store::decimal(added.nozzle_um(), 3);
  show(entry, added);
  json["serial"] = text_or_null(added.serial());
  json["host"] = text_or_null(added.host());
  json["updated_at"] = iso_time(commit.time_ms);
}

Json& Fold::slot(Json& printer, std::int64_t number) {
  Json::Array& slots = printer["slots"].items();
  const auto found = std::ranges::find_if(slots, [&](const Json& line) { return line.integer("slot") >= number; });
  if (found != slots.end() && found->integer("slot") == number) return *found;
  return *slots.insert(found, Json{{"slot", number}, {"material", Json()}, {"lot", Json()}, {"grams", 0}, {"mg", 0}});
}

void Fold::ended(const std::string& job, std::string_view word) {
  Json* print = current(job);
  if (print == nullptr) return;
  Json last{
      {"id", job}, {"production_order_id", print->text("production_order_id")}, {"status", word}, {"ended_at", iso_time(commit.time_ms)}};
  Json& json = changed(std::string(documents.edit("job", job).json.text("printer"))).json;
  json["current_job"] = Json();
  json["last_job"] = std::move(last);
}

// What a print used is gone from its slot, and from the known spools of which it was taken.
void Fold::operator()(const events::MaterialConsumed& consumed) {
  for (const events::LotPart& part : consumed.lots()) change(part.lot(), -part.milligrams());
  const Entry* known = documents.find("job", consumed.job());
  if (known == nullptr) return;
  const std::string printer(known->json.text("printer"));
  const std::int64_t number = known->json.integer("slot");
  Json& json = changed(printer).json;
  for (Json& line : json["slots"].items())
    if (line.integer("slot") == number && line.text("material") == consumed.material() && line.text("lot").empty())
      set_mass(line, std::max<std::int64_t>(0, line.integer("mg") - consumed.milligrams()));
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "printers", .version = 5, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view printer) {
  return queries.get(view.name, scope, "printer", printer);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, std::string_view by,
                                     const PageRequest& request) {
  if (!by.empty()) return queries.list(view.name, scope, std::string("by-").append(by), "all", status, request);
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}

}  // namespace layerline::projections::printers
