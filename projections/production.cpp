#include "projections/production.hpp"

#include <algorithm>

#include "domain/kernel/one_if_untold.hpp"
#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"
#include "projections/production_spots.hpp"

namespace layerline::projections::production {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- production orders ----

  Entry& changed(const std::string& production_order) {
    Entry& entry = documents.edit("production", production_order);
    if (event.stream == "production/" + production_order) entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  void status(Entry& entry, std::string_view word) {
    documents.set_status(entry, word);
    entry.json["status"] = word;
    set_spots(documents, entry);
  }
  static void add(Json& json, std::string_view counter, std::int64_t number) { json[counter] = json.integer(counter) + number; }
  void requeue(Entry& entry);

  void operator()(const events::ProductionOrderCreated& created);
  void operator()(const events::PrintFileAttached& attached);
  void operator()(const events::PrintFileRefused& refused) {
    changed(refused.production_order()).json["print_file_error"] = refused.reason();
  }
  void operator()(const events::ProductionRescheduled& rescheduled) {
    Entry& entry = changed(rescheduled.production_order());
    documents.unlist(entry, "queue", "all", lane(entry.json));
    set_urgency(entry.json, {rescheduled.priority(), {rescheduled.due_ms()}});
    requeue(entry);
  }
  void operator()(const events::ProductionDeferred& deferred) {
    changed(deferred.production_order()).json["waits_for"] = Json::Array(deferred.reasons().begin(), deferred.reasons().end());
  }
  void operator()(const events::ProductionUnitPrinted& printed) {
    Json& json = changed(printed.production_order()).json;
    add(json, "in_progress", -one_if_untold(printed.quantity()));
    add(json, "printed", one_if_untold(printed.quantity()));
  }
  void operator()(const events::ProductionUnitFailed& failed) {
    Entry& entry = changed(failed.production_order());
    add(entry.json, "in_progress", -one_if_untold(failed.quantity()));
    add(entry.json, "failed", one_if_untold(failed.quantity()));
    if (entry.status != "completed" && entry.status != "cancelled") status(entry, "failed");
  }
  void operator()(const events::ProductionPiecesMade& made);
  void operator()(const events::ProductionReprintNeeded& needed) {
    Entry& entry = changed(needed.production_order());
    const std::int64_t from_failed = std::min(entry.json.integer("failed"), needed.quantity());
    add(entry.json, "failed", -from_failed);
    add(entry.json, "printed", from_failed - needed.quantity());
    add(entry.json, "open", needed.quantity());
    set_steps(entry, Steps::begin_again);
    status(entry, "queued");
    requeue(entry);
  }
  void operator()(const events::ProductionCompleted& completed) {
    Entry& entry = changed(completed.production_order());
    add(entry.json, "printed", entry.json.integer("open") + entry.json.integer("failed"));
    entry.json["open"] = 0;
    entry.json["failed"] = 0;
    entry.json["completed_at"] = iso_time(commit.time_ms);
    status(entry, "completed");
    set_steps(entry, Steps::go_on);
    requeue(entry);
  }
  void operator()(const events::ProductionCancelled& cancelled) {
    Entry& entry = changed(cancelled.production_order());
    status(entry, "cancelled");
    set_steps(entry, Steps::are_cancelled);
    documents.personal(entry, "cancel_reason", cancelled.reason());
    requeue(entry);
  }
  void operator()(const events::ProductionChecked& checked);

  // ---- work steps ----

  enum class Steps { begin_again, go_on, are_cancelled };
  void set_steps(Entry& production, Steps what);
  void operator()(const events::WorkStepDone& done) {
    Entry& entry = changed(done.production_order());
    for (Json& step : entry.json["steps"].items())
      if (step.text("step") == done.step())
        step = Json{{"step", done.step()}, {"status", "done"}, {"done_by", done.by()}, {"done_at", iso_time(commit.time_ms)}};
    set_steps(entry, Steps::go_on);
  }

  void operator()(const events::QualityPhotoTaken& taken) {
    if (!taken.production_order().empty()) add_photo(changed(taken.production_order()).json, taken, commit.time_ms);
  }

  // ---- print jobs ----

  Entry& job(const std::string& id, std::string_view word);
  void ended(const std::string& id, std::string_view word, std::string_view reason) {
    Json& json = job(id, word).json;
    json["ended_at"] = iso_time(commit.time_ms);
    json["reason"] = text_or_null(reason);
  }
  void operator()(const events::PrintDispatched& dispatched);
  void operator()(const events::PrintStarted& started) { job(started.job(), "printing").json["started_at"] = iso_time(commit.time_ms); }
  void operator()(const events::PrintProgressed& progressed);
  void operator()(const events::PrintPaused& paused) { job(paused.job(), "paused").json["reason"] = text_or_null(paused.reason()); }
  void operator()(const events::PrintResumed& resumed) { job(resumed.job(), "printing").json["reason"] = Json(); }
  void operator()(const events::PrintFinished& finished) {
    ended(finished.job(), "finished", "");
    Json& json = documents.edit("job", finished.job()).json;
    json["percent"] = 100;
    json["inferred"] = finished.inferred();
    json["suspicious"] = finished.suspicious();
  }
  void operator()(const events::PrintFailed& failed) { ended(failed.job(), "failed", failed.reason()); }
  void operator()(const events::PrintCancelled& cancelled) { ended(cancelled.job(), "cancelled", ""); }
  void operator()(const events::PrintEndUnknown& unknown) { ended(unknown.job(), "unknown", unknown.reason()); }
  void operator()(const events::PrintStopRequested& requested) {
    Entry& entry = documents.edit("job", requested.job());
    entry.version = event.version;
    entry.json["stop_requested"] = true;
  }
  void operator()(const events::MaterialConsumed& consumed) {
    if (Entry* entry = documents.find("job", consumed.job())) set_used(entry->json, consumed.milligrams(), consumed.origin());
  }
  void operator()(const events::ConsumptionCorrected& corrected) {
    if (Entry* entry = documents.find("job", corrected.job())) set_used(entry->json, corrected.milligrams(), corrected.origin());
  }
  void operator()(const events::ReservationHeld& held) {
    Json& json = changed(held.production_order()).json;
    json["reserved_from"] = held_lots(held);
    json["lots_chosen"] = held.chosen();
  }
  static void set_used(Json& json, std::int64_t milligrams, std::string_view origin) {
    json["used_grams"] = grams(milligrams);
    json["used_mg"] = milligrams;
    json["used_origin"] = origin;
  }

  template <class T>
    requires OneOf<T, events::MaterialDefined, events::StockReceived, events::StockAdjusted, events::MaterialReserved,
                   events::ShortageNoted, events::ReservationReleased, events::StockLow, events::LocationOpened, events::StockMoved> ||
             WorkshopEvent<T> || ModelEvent<T> || QuoteEvent<T> || ProductEvent<T> || OrderEvent<T> || PaymentEvent<T> || PrinterEvent<T> ||
             ShipmentEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

// The queue lists what has open pieces.
void Fold::requeue(Entry& entry) {
  set_spots(documents, entry);
  if (waits(entry.json)) {
    documents.list(entry, "queue", "all", lane(entry.json));
  } else {
    documents.unlist(entry, "queue", "all", lane(entry.json));
    entry.json["waits_for"] = Json::Array{};
  }
}

void Fold::operator()(const events::ProductionOrderCreated& created) {
  Entry& entry = documents.create("production", created.production_order(), commit.time_ms);
  entry.version = event.version;
  entry.json = Json{
      {"id", created.production_order()},
      {"number", created.number()},
      {"order_id", text_or_null(created.order())},
      {"line_id", text_or_null(created.line())},
      {"source", text_or_null(created.source())},
      {"bom_version", created.bom_version()},
      {"product_id", created.product()},
      {"quote_id", text_or_null(created.quote())},
      {"status", "queued"},
      {"rush", created.rush()},
      {"priority", 0},
      {"due_date", Json()},
      {"quantity", created.quantity()},
      {"open", created.quantity()},
      {"in_progress", 0},
      {"printed", 0},
      {"failed", 0},
      {"waits_for", Json::Array{}},
      {"material", created.material()},
      {"infill", created.infill_percent()},
      {"model", created.model()},
      {"file_id", text_or_null(created.file())},
      {"grams_per_unit", grams(created.milligrams_per_unit())},
      {"mg_per_unit", created.milligrams_per_unit()},
      {"scrap_ppm", created.scrap_ppm()},
      {"print_time_hours_per_unit", hours(created.print_ms_per_unit())},
      {"print_time_ms_per_unit", created.print_ms_per_unit()},
      {"facts", !created.facts().kind().empty() ? facts(created.facts()) : Json()},
      {"reserved_from", Json::Array{}},
      {"lots_chosen", false},
      {"photos", Json::Array{}},
      {"checks", Json::Array{}},
      {"cancel_reason", Json()},
      {"print_file", Json()},
      {"print_files", Json::Array{}},
      {"print_file_error", Json()},
      {"jobs", Json::Array{}},
      {"steps", Json::Array{}},
      {"created_at", iso_time(commit.time_ms)},
      {"updated_at", iso_time(commit.time_ms)},
      {"completed_at", Json()},
  };
  set_urgency(entry.json, stored_urgency(created.priority(), created.rush(), created.due_ms()));
  status(entry, "queued");
  documents.list(entry, "all", "all");
  if (!created.order().empty()) documents.list(entry, "order", created.order());
  documents.name(entry, "number", created.number());
  for (const std::string& step : created.steps())
    entry.json["steps"].push_back(Json{{"step", step}, {"status", "waiting"}, {"done_by", Json()}, {"done_at", Json()}});
  set_steps(entry, Steps::begin_again);
  requeue(entry);
}

// Each step is a document of its own as well, in the list of its status: waiting → open → done, or cancelled. One is open at a time.
void Fold::set_steps(Entry& production, Steps what) {
  const std::string id(production.json.text("id"));
  bool next = production.json.text("status") == "completed";
  for (Json& step : production.json["steps"].items()) {
    if (what == Steps::are_cancelled && step.text("status") != "done") step["status"] = "cancelled";
    if (what == Steps::begin_again)
      step = Json{{"step", std::string(step.text("step"))}, {"status", "waiting"}, {"done_by", Json()}, {"done_at", Json()}};
    if (what == Steps::go_on && next && step.text("status") != "done") {
      step["status"] = "open";
      next = false;
    }
    const std::string step_id = id + "/" + std::string(step.text("step"));
    Entry* known = documents.find("step", step_id);
    Entry& entry = known != nullptr ? *known : documents.create("step", step_id, commit.time_ms);
    if (known == nullptr) documents.list(entry, "steps", "all");
    if (known == nullptr || entry.status != step.text("status")) {
      if (known != nullptr) documents.unlist(entry, "step-status", entry.status);
      entry.status = step.text("status");
      documents.list(entry, "step-status", entry.status);
    }
    entry.json = step;
    for (const char* name : {"order_id", "product_id", "quantity", "rush"}) entry.json[name] = production.json[name];
    entry.json["production_order_id"] = id;
    entry.json["production_order_number"] = production.json["number"];
  }
}

// Failed ones first.
void Fold::operator()(const events::ProductionPiecesMade& made) {
  Entry& entry = changed(made.production_order());
  const std::int64_t from_failed = std::min(entry.json.integer("failed"), made.quantity());
  add(entry.json, "failed", -from_failed);
  add(entry.json, "open", from_failed - made.quantity());
  add(entry.json, "printed", made.quantity());
  if (entry.status == "failed" && entry.json.integer("failed") == 0)
    status(entry, entry.json.integer("in_progress") > 0 ? "printing" : "queued");
  requeue(entry);
}

void Fold::operator()(const events::ProductionChecked& checked) {
  Entry& entry = changed(checked.production_order());
  Json::Array& checks = entry.json["checks"].items();
  checks.push_back(Json{{"result", checked.passed() ? "pass" : "fail"},
                        {"defects", Json::Array(checked.defects().begin(), checked.defects().end())},
                        {"scrapped", checked.scrapped()}, {"rework", checked.rework()}, {"reason", Json()},
                        {"checked_by", checked.by()}, {"checked_at", iso_time(commit.time_ms)}});
  documents.personal(entry, "checks/" + std::to_string(checks.size() - 1) + "/reason", checked.reason());
  if (checked.rework()) return;   // what is printed again is counted by the event that says so
  const std::int64_t from_failed = std::min(entry.json.integer("failed"), checked.scrapped());
  add(entry.json, "failed", -from_failed);
  add(entry.json, "printed", from_failed - checked.scrapped());
  add(entry.json, "quantity", -checked.scrapped());
}

void Fold::operator()(const events::PrintFileAttached& attached) {
  Json& json = changed(attached.production_order()).json;
  json["print_file_error"] = Json();
  Json::Array& files = json["print_files"].items();
  if (attached.origin() == "operator") files.clear();   // his own takes the place of all
  std::erase_if(files, [&](const Json& file) { return file.text("profile") == attached.profile(); });
  Json file{
      {"profile", text_or_null(attached.profile())}, {"pieces", one_if_untold(attached.pieces())},
      {"plate", one_if_untold(attached.plate())}, {"blob", attached.blob()}, {"origin", attached.origin()},
      {"printer_model", text_or_null(attached.printer_model())}, {"nozzle_mm", store::decimal(attached.nozzle_um(), 3)},
      {"filament_type", text_or_null(attached.filament_type())}, {"grams", grams(attached.milligrams())}, {"mg", attached.milligrams()},
      {"print_time_hours", hours(attached.print_ms())}, {"print_time_ms", attached.print_ms()}, {"layers", attached.layers()},
      {"height_mm", store::decimal(attached.height_um(), 3)}, {"attached_at", iso_time(commit.time_ms)},
  };
  files.insert(attached.profile().empty() ? files.begin() : files.end(), std::move(file));
  json["print_file"] = Json(files.front());
}

void Fold::operator()(const events::PrintDispatched& dispatched) {
  Entry& entry = documents.create("job", dispatched.job(), commit.time_ms);
  entry.version = event.version;
  entry.status = "dispatched";
  entry.json = Json{
      {"id", dispatched.job()}, {"production_order_id", dispatched.production_order()}, {"printer_id", dispatched.printer()},
      {"status", "dispatched"}, {"slot", dispatched.slot()}, {"percent", 0}, {"layer", 0}, {"layers", dispatched.layers()},
      {"pieces", one_if_untold(dispatched.pieces())}, {"surplus", dispatched.surplus()}, {"plate", one_if_untold(dispatched.plate())},
      {"print_time_ms", dispatched.print_ms()}, {"planned_grams", grams(dispatched.milligrams())}, {"planned_mg", dispatched.milligrams()},
      {"used_grams", Json()}, {"used_mg", Json()}, {"used_origin", Json()}, {"stop_requested", false}, {"inferred", false},
      {"suspicious", false}, {"reason", Json()}, {"dispatched_at", iso_time(commit.time_ms)}, {"started_at", Json()}, {"ended_at", Json()},
  };
  Entry& order = changed(dispatched.production_order());
  order.json["jobs"].push_back(
      Json{{"id", dispatched.job()}, {"printer_id", dispatched.printer()}, {"status", "dispatched"}, {"percent", 0},
           {"pieces", one_if_untold(dispatched.pieces())}, {"surplus", dispatched.surplus()}});
  add(order.json, "open", -one_if_untold(dispatched.pieces()));
  add(order.json, "in_progress", one_if_untold(dispatched.pieces()));
  order.json["waits_for"] = Json::Array{};
  status(order, "printing");
  requeue(order);
}

// Changes the job, and its line in the production order.
Entry& Fold::job(const std::string& id, std::string_view word) {
  Entry& entry = documents.edit("job", id);
  entry.version = event.version;
  entry.status = word;
  entry.json["status"] = word;
  for (Json& line : changed(std::string(entry.json.text("production_order_id"))).json["jobs"].items())
    if (line.text("id") == id) line["status"] = word;
  return entry;
}

void Fold::operator()(const events::PrintProgressed& progressed) {
  Entry& entry = documents.edit("job", progressed.job());
  entry.version = event.version;
  const std::int64_t percent = std::max(entry.json.integer("percent"), progressed.percent());
  entry.json["percent"] = percent;
  entry.json["layer"] = std::max(entry.json.integer("layer"), progressed.layer());
  for (Json& line : changed(std::string(entry.json.text("production_order_id"))).json["jobs"].items())
    if (line.text("id") == progressed.job()) line["percent"] = percent;
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "production", .version = 9, .poison = Poison::park, .apply = apply};

std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view production_order) {
  return queries.get(view.name, scope, "production", production_order);
}
std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number) {
  return queries.named(view.name, scope, "number", number);
}
std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status, const PageRequest& request) {
  if (!status.empty()) return queries.list(view.name, scope, "status", status, "", request);
  return queries.list(view.name, scope, "all", "all", "", request);
}
std::expected<Page, QueryError> of_order(const Queries& queries, const Scope& scope, std::string_view order, const PageRequest& request) {
  return queries.list(view.name, scope, "order", order, "", request);
}
std::expected<Page, QueryError> list_by(const Queries& queries, const Scope& scope, std::string_view field, std::string_view status,
                                        const PageRequest& request, const Queries::Keep& keep) {
  return queries.list(view.name, scope, std::string("by-").append(field), status.empty() ? "all" : status, "", request, keep);
}
std::expected<Page, QueryError> queue(const Queries& queries, const Scope& scope, const PageRequest& request, const Queries::Keep& keep) {
  return queries.list(view.name, scope, "queue", "all", "", request, keep);
}
std::expected<Page, QueryError> work_steps(const Queries& queries, const Scope& scope, std::string_view status,
                                           const PageRequest& request) {
  if (!status.empty()) return queries.list(view.name, scope, "step-status", status, "", request);
  return queries.list(view.name, scope, "steps", "all", "", request);
}
std::expected<Document, QueryError> find_job(const Queries& queries, const Scope& scope, std::string_view job) {
  return queries.get(view.name, scope, "job", job);
}

}  // namespace layerline::projections::production
