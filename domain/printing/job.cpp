#include "domain/printing/job.hpp"

#include <algorithm>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/quotes/pricing.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::printing {
namespace {

std::string stream(const PrintJobId& id) { return "job/" + id.str(); }

Job& edit(Workshop& workshop, const std::string& id) { return workshop.jobs.at(PrintJobId(id)); }

void end(Workshop& workshop, const std::string& id, JobStatus status) {
  Job& job = edit(workshop, id);
  job.status = status;
  Printer& printer = workshop.printers.at(job.printer);
  if (printer.job == job.id) printer.job = PrintJobId();
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PrintDispatched& event, Time) {
  Job job;
  job.id = PrintJobId(event.job());
  job.production = ProductionOrderId(event.production_order());
  job.printer = PrinterId(event.printer());
  job.slot = event.slot();
  job.mass = {event.milligrams()};
  job.layers = event.layers();
  job.pieces = one_if_untold(event.pieces());
  job.surplus = event.surplus();
  workshop.printers.at(job.printer).job = job.id;
  workshop.submissions += 1;
  production::ProductionOrder& production = workshop.production.at(job.production);
  production.open -= job.pieces;
  production.in_progress += job.pieces;
  production.status = production::Status::printing;
  production.waits_for.clear();
  production::requeue(workshop, production);
  workshop.jobs.emplace(job.id, std::move(job));
}

void evolve(Workshop& workshop, const events::PrintStarted& event, Time) {
  Job& job = edit(workshop, event.job());
  job.started = true;
  job.status = JobStatus::printing;
}

void evolve(Workshop& workshop, const events::PrintProgressed& event, Time) {
  Job& job = edit(workshop, event.job());
  job.percent = std::max(job.percent, event.percent());
  job.layer = std::max(job.layer, event.layer());
}

void evolve(Workshop& workshop, const events::PrintPaused& event, Time) { edit(workshop, event.job()).status = JobStatus::paused; }
void evolve(Workshop& workshop, const events::PrintResumed& event, Time) { edit(workshop, event.job()).status = JobStatus::printing; }
void evolve(Workshop& workshop, const events::PrintFinished& event, Time) { end(workshop, event.job(), JobStatus::finished); }
void evolve(Workshop& workshop, const events::PrintFailed& event, Time) { end(workshop, event.job(), JobStatus::failed); }
void evolve(Workshop& workshop, const events::PrintCancelled& event, Time) { end(workshop, event.job(), JobStatus::cancelled); }
void evolve(Workshop& workshop, const events::PrintEndUnknown& event, Time) { edit(workshop, event.job()).status = JobStatus::unknown; }
void evolve(Workshop& workshop, const events::PrintStopRequested& event, Time) { edit(workshop, event.job()).stop_requested = true; }

void unload_consumed(Workshop& workshop, const events::MaterialConsumed& event) {
  const auto job = workshop.jobs.find(PrintJobId(event.job()));
  if (job == workshop.jobs.end()) return;
  Printer& printer = workshop.printers.at(job->second.printer);
  const auto slot = printer.slots.find(job->second.slot);
  if (slot == printer.slots.end() || slot->second.material.str() != event.material() || !slot->second.lot.empty()) return;
  slot->second.mass = std::max(Mass{}, slot->second.mass - Mass{event.milligrams()});
}

// ---- decisions ----

LotId loaded_lot(const Workshop& workshop, const PrintJobId& id) {
  const Job* job = workshop.job(id);
  if (job == nullptr) return {};
  const Printer& printer = workshop.printers.at(job->printer);
  const auto slot = printer.slots.find(job->slot);
  return slot == printer.slots.end() ? LotId() : slot->second.lot;
}

bool over(JobStatus status) { return status == JobStatus::finished || status == JobStatus::failed || status == JobStatus::cancelled; }

namespace {

struct Used {
  Mass mass;
  std::string_view origin;
};

// LAN reports carry no grams: a finished print used the file's, a broken off one the share of the layers that it reached.
Used used_by(const Job& job, bool finished, bool started, std::int64_t layer) {
  if (finished) return {job.mass, "sliced"};
  if (!started) return {{}, "partial"};
  if (job.layers > 0) {
    const std::int64_t reached = std::clamp<std::int64_t>(std::max(layer, job.layer), 0, job.layers);
    return {{quotes::scale_half_up(job.mass.milligrams, reached, job.layers)}, "partial"};
  }
  return {{quotes::scale_half_up(job.mass.milligrams, std::clamp<std::int64_t>(job.percent, 0, 100), 100)}, "estimated"};
}

// What every end of a print moves beside the job itself: the plate gate, the material, its pieces.
void settle(const Job& job, bool finished, bool started, std::int64_t layer, const Context& context, Events& out) {
  auto* gate = out.on("printer/" + job.printer.str()).mutable_printer_plate_closed();
  gate->set_printer(job.printer.str());
  gate->set_job(job.id.str());
  const production::ProductionOrder& production = context.workshop.production.at(job.production);
  const Used used = used_by(job, finished, started, layer);
  if (used.mass.milligrams > 0)
    out.append(inventory::consume(production.material, production.id, job.id, used.mass, used.origin, context));
  const inventory::Material* material = context.workshop.material(production.material);
  const Mass reserved = material == nullptr ? Mass{} : inventory::reserved_for(*material, production.id);
  const Mass left = reserved - std::min(reserved, used.mass);
  // What the other pieces do not need is free at once; of a print that broke off, what was its own.
  const Mass to_make = production::mass_of(production, production.open + production.in_progress - job.pieces);
  const Mass of_job = production::mass_of(production, production.open + production.in_progress) - to_make;
  const Mass spare = finished ? left - std::min(left, to_make) : std::min(left, of_job - std::min(of_job, used.mass));
  if (spare.milligrams > 0) {
    auto* released = out.on("material/" + production.material.str()).mutable_stock_released();
    released->set_material(production.material.str());
    released->set_production_order(production.id.str());
    released->set_milligrams(spare.milligrams);
  }
  const Mass kept = left - spare;
  out.append(inventory::lower_shortage(production.material, production.id, std::max(Mass{}, to_make - kept), context));
  events::Event& pieces = out.on("production/" + production.id.str());
  if (finished) {
    auto* printed = pieces.mutable_production_unit_printed();
    printed->set_production_order(production.id.str());
    printed->set_job(job.id.str());
    printed->set_quantity(job.pieces);
    printed->set_surplus(job.surplus);
  } else {
    auto* failed = pieces.mutable_production_unit_failed();
    failed->set_production_order(production.id.str());
    failed->set_job(job.id.str());
    failed->set_quantity(job.pieces);
  }
}

Events finish(const Job& job, bool inferred, bool suspicious, const std::string& by, const Context& context) {
  Events out;
  auto* event = out.on(stream(job.id)).mutable_print_finished();
  event->set_job(job.id.str());
  event->set_printer(job.printer.str());
  event->set_inferred(inferred);
  event->set_suspicious(suspicious);
  event->set_by(by);
  settle(job, true, true, job.layers, context, out);
  return out;
}

Events fail(const Job& job, const std::string& reason, bool started, std::int64_t layer, const std::string& by, const Context& context) {
  Events out;
  auto* event = out.on(stream(job.id)).mutable_print_failed();
  event->set_job(job.id.str());
  event->set_printer(job.printer.str());
  event->set_reason(reason);
  event->set_layer(layer);
  event->set_started(started);
  event->set_by(by);
  settle(job, false, started, layer, context, out);
  return out;
}

Events cancelled(const Job& job, bool started, std::int64_t layer, const std::string& by, const Context& context) {
  Events out;
  auto* event = out.on(stream(job.id)).mutable_print_cancelled();
  event->set_job(job.id.str());
  event->set_printer(job.printer.str());
  event->set_by(by);
  event->set_layer(layer);
  event->set_started(started);
  settle(job, false, started, layer, context, out);
  return out;
}

void note_start(const Job& job, Events& out) {
  auto* event = out.on(stream(job.id)).mutable_print_started();
  event->set_job(job.id.str());
  event->set_printer(job.printer.str());
}

}  // namespace

Decided decide(const ObservePrint& command, const Context& context) {
  const Job* job = context.workshop.job(command.job);
  if (job == nullptr) return not_found("print job");
  Events out;
  if (over(job->status)) return out;   // the first end wins
  switch (command.sight) {
    case Sight::started:
      if (!job->started) note_start(*job, out);
      return out;
    case Sight::progress: {
      if (!job->started) note_start(*job, out);
      const std::int64_t percent = std::clamp<std::int64_t>(command.percent, 0, 100);
      // Only every step: the journal holds transitions, not telemetry.
      if (percent / limits::progress_step_percent <= job->percent / limits::progress_step_percent) return out;
      auto* event = out.on(stream(job->id)).mutable_print_progressed();
      event->set_job(job->id.str());
      event->set_percent(percent);
      event->set_layer(std::max(command.layer, job->layer));
      return out;
    }
    case Sight::paused: {
      if (job->status == JobStatus::paused) return out;
      auto* event = out.on(stream(job->id)).mutable_print_paused();
      event->set_job(job->id.str());
      event->set_reason(command.reason);
      return out;
    }
    case Sight::resumed:
      if (job->status == JobStatus::paused) out.on(stream(job->id)).mutable_print_resumed()->set_job(job->id.str());
      return out;
    case Sight::finished:
      if (!job->started) note_start(*job, out);
      out.append(finish(*job, command.inferred, command.suspicious, "printer", context));
      return out;
    case Sight::failed: return fail(*job, command.reason, true, command.layer, "printer", context);
    case Sight::cancelled: return cancelled(*job, job->started, command.layer, job->stop_requested ? "operator" : "printer", context);
    case Sight::failed_to_start: return fail(*job, command.reason, false, 0, "printer", context);
    case Sight::end_unknown: {
      if (job->status == JobStatus::unknown) return out;
      auto* event = out.on(stream(job->id)).mutable_print_end_unknown();
      event->set_job(job->id.str());
      event->set_printer(job->printer.str());
      event->set_reason(command.reason);
      event->set_layer(command.layer);
      auto* gate = out.on("printer/" + job->printer.str()).mutable_printer_plate_closed();
      gate->set_printer(job->printer.str());
      gate->set_job(job->id.str());
      return out;
    }
  }
  return out;
}

Decided decide(const StopPrint& command, const Context& context) {
  const Job* job = context.workshop.job(command.job);
  if (job == nullptr) return not_found("print job");
  if (over(job->status)) return refuse("print-over", "This print has ended already.");
  if (job->stop_requested) return Events{};
  Events out;
  auto* event = out.on(stream(job->id)).mutable_print_stop_requested();
  event->set_job(job->id.str());
  event->set_by(context.actor);
  auto* action = effects::request(out, context).mutable_stop_print();
  action->set_job(job->id.str());
  action->set_printer(job->printer.str());
  return out;
}

Decided decide(const ResolvePrint& command, const Context& context) {
  const Job* job = context.workshop.job(command.job);
  if (job == nullptr) return not_found("print job");
  if (job->status != JobStatus::unknown) return refuse("end-not-unknown", "Only a print whose end is unknown is resolved by hand.");
  switch (command.resolution) {
    case Resolution::finished: return finish(*job, false, false, context.actor, context);
    case Resolution::failed: return fail(*job, "resolved by an operator", true, command.layer, context.actor, context);
    case Resolution::cancelled: return cancelled(*job, true, command.layer, context.actor, context);
  }
  return Events{};
}

Events stop_all_of(const ProductionOrderId& production, const Context& context) {
  Events out;
  for (const auto& [id, printer] : context.workshop.printers) {
    if (printer.job.empty() || context.workshop.jobs.at(printer.job).production != production) continue;
    if (Decided stopped = decide(StopPrint{printer.job}, context); stopped) out.append(std::move(*stopped));
  }
  return out;
}

}  // namespace layerline::printing
