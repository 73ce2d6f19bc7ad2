#include "gateways/internal/outlook.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "domain/kernel/iso_time.hpp"
#include "domain/planning/facts.hpp"
#include "domain/workshop/limits.hpp"
#include "gateways/internal/each.hpp"
#include "gateways/internal/limits.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using store::Json;

constexpr std::int64_t day_ms = 86'400'000;

std::int64_t clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t micrometres(const Json* millimetres) {
  return millimetres == nullptr ? 0 : std::llround(std::strtod(millimetres->str().c_str(), nullptr) * 1000);
}

// What is left of its print, by its printer's last word.
std::int64_t left_ms(const Json& job) {
  return job.integer("print_time_ms") * std::clamp<std::int64_t>(100 - job.integer("percent"), 0, 100) / 100;
}

Urgency urgency_of(const Json& order) {
  const auto due = planning::parse_day(order.text("due_date"));
  const auto since_1970 = due ? due->time_since_epoch() : std::chrono::days(0);
  return {order.integer("priority"), {std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count()}};
}

}  // namespace

namespace {

bool sliced_for(const printing::Printer& printer, const Json& file) {
  const std::string_view model = file.text("printer_model");
  const std::int64_t nozzle_um = micrometres(file.find("nozzle_mm"));
  return (model.empty() || model == printer.model) && (nozzle_um == 0 || nozzle_um == printer.nozzle_um);
}

// The first of the order's files that is for a printer of the workshop; nullptr: it has none.
const Json* file_of(const Json& order, const std::vector<production::Machine>& machines) {
  const Json* files = order.find("print_files");
  if (files == nullptr || files->array() == nullptr || files->array()->empty()) return nullptr;
  for (const Json& file : *files->array())
    if (std::ranges::any_of(machines, [&](const production::Machine& machine) { return sliced_for(machine.printer, file); })) return &file;
  return &files->array()->front();
}

}  // namespace

std::int64_t prints_of(std::int64_t pieces, const Json& file) {
  const std::int64_t at_once = std::max<std::int64_t>(1, file.integer("pieces"));
  return (pieces + at_once - 1) / at_once;
}

void read_facts(const Json* facts, production::Work& work) {
  const Json* box = facts == nullptr ? nullptr : facts->find("bounding_box_mm");
  if (box == nullptr) return;
  work.facts.size_x_um = micrometres(box->find("x"));
  work.facts.size_y_um = micrometres(box->find("y"));
  work.facts.size_z_um = micrometres(box->find("z"));
  work.printer_model = facts->text("printer_model");
  work.nozzle_um = micrometres(facts->find("nozzle_mm"));
}

// ---- reading ----

std::expected<Outlook, p::QueryError> Outlook::read(const p::Queries& queries, const p::Scope& scope, Time now) {
  Outlook out;
  out.now_ = now;
  const p::Scope all{scope.partition, scope.workshop, {}};
  auto after_printing = p::planning::after_printing(queries, all);
  if (!after_printing) return std::unexpected(after_printing.error());
  out.after_printing_ = std::move(*after_printing);
  auto awaited = Awaited::read(queries, all, now);
  if (!awaited) return std::unexpected(awaited.error());
  out.awaited_ = std::move(*awaited);
  auto listed = each([&](const p::PageRequest& request) { return p::printers::list(queries, all, "", "", request); },
                     limits::outlook_printers, [&](const Json& printer) { out.add_printer(printer); });
  if (listed)
    listed = each([&](const p::PageRequest& request) { return p::production::queue(queries, all, request); }, limits::outlook_orders,
                  [&](const Json& order) { out.add_order(order); });
  if (!listed) return std::unexpected(listed.error());
  out.foretell();
  return out;
}

void Outlook::add_printer(const Json& printer) {
  production::Machine& machine = machines_.emplace_back();
  machine.free_at = now_;
  machine.printer.model = printer.text("model");
  machine.printer.status = printer.text("status");
  machine.printer.nozzle_um = micrometres(printer.find("nozzle_mm"));
  if (const Json* bed = printer.find("bed_mm")) {
    machine.printer.bed_x_um = micrometres(bed->find("x"));
    machine.printer.bed_y_um = micrometres(bed->find("y"));
    machine.printer.bed_z_um = micrometres(bed->find("z"));
  }
  if (const Json* slots = printer.find("slots"); slots != nullptr && slots->array() != nullptr)
    for (const Json& slot : *slots->array())
      machine.printer.slots[slot.integer("slot")].material = MaterialId(std::string(slot.text("material")));
  const Json* job = printer.find("current_job");
  if (job == nullptr || job->is_null()) return;
  machine.free_at = now_ + Duration{left_ms(*job)};
  Running& running = running_.try_emplace(std::string(job->text("production_order_id")), Running{now_}).first->second;
  if (running.end && printing::reachable(machine.printer))
    running.end = std::max(*running.end, machine.free_at);
  else
    running.end = std::nullopt;
}

// What waits for somebody's word, or for his hands, takes no printer's time.
void Outlook::add_order(const Json& order) {
  const Json* reasons = order.find("waits_for");
  const bool held = reasons != nullptr && reasons->array() != nullptr &&
                    std::ranges::any_of(*reasons->array(), [](const Json& reason) { return reason.text() == "order_on_hold"; });
  Work work;
  work.print_ms = order.integer("print_time_ms_per_unit");
  work.material = MaterialId(std::string(order.text("material")));
  work.pieces = held || work.material.empty() ? 0 : order.integer("open");
  read_facts(order.find("facts"), work);
  if (const Json* file = file_of(order, machines_)) {
    work.pieces = prints_of(work.pieces, *file);
    work.print_ms = file->integer("print_time_ms");
    work.printer_model = file->text("printer_model");
    work.nozzle_um = micrometres(file->find("nozzle_mm"));
  }
  if (const Arrival* arrival = awaited_.material(order.text("id"))) work.ready_at = arrival->at;
  urgencies_.push_back(urgency_of(order));
  queue_.push_back(std::move(work));
  ids_.emplace_back(order.text("id"));
}

void Outlook::foretell() {
  const std::vector<Expected> ends = production::schedule(machines_, queue_, now_);
  for (std::size_t i = 0; i < ids_.size(); ++i) expected_.emplace(ids_[i], ends[i]);
}

// ---- answers ----

Outlook::Expected Outlook::of(const Json& document) const {
  const Duration work = work_left(document);
  if (work.ms == 0) return put_together(document);
  Expected expected = before_work(document);
  if (expected.at) expected.at = *expected.at + work;
  return expected;
}

// When its pieces are there to be worked on.
Outlook::Expected Outlook::before_work(const Json& document) const {
  return document.text("status") == "completed" ? Expected{.at = now_} : put_together(document);
}

namespace {

bool is_left(const Json& step) { return step.text("status") == "waiting" || step.text("status") == "open"; }

}  // namespace

std::vector<std::optional<Time>> Outlook::of_steps(const Json& document) const {
  std::vector<std::optional<Time>> out;
  const Json* steps = document.find("steps");
  if (steps == nullptr || steps->array() == nullptr || steps->array()->empty()) return out;
  std::optional<Time> at = before_work(document).at;
  for (const Json& step : *steps->array()) {
    const std::string name(step.text("step"));
    if (is_left(step) && at) at = *at + work_of(std::span(&name, 1), document.integer("quantity"));
    out.push_back(is_left(step) ? at : std::nullopt);
  }
  return out;
}

Duration Outlook::work_left(const Json& document) const {
  std::vector<std::string> open;
  const Json* steps = document.find("steps");
  if (steps == nullptr || steps->array() == nullptr) return {};
  for (const Json& step : *steps->array())
    if (is_left(step)) open.emplace_back(step.text("step"));
  return work_of(open, document.integer("quantity"));
}

Duration Outlook::work_of(std::span<const std::string> steps, std::int64_t pieces) const {
  std::int64_t ms_per_piece = 0;
  for (const std::string& step : steps)
    if (const auto rule = after_printing_.ms_of_steps.find(step); rule != after_printing_.ms_of_steps.end()) ms_per_piece += rule->second;
  return Duration{std::min(ms_per_piece * pieces, layerline::limits::schedule_horizon_ms)};
}

// Its bought parts hold up no print of it, but it is not done before they are there.
Outlook::Expected Outlook::put_together(const Json& document) const {
  const Arrival* parts = awaited_.parts(document.text("id"));
  if (parts == nullptr) return print_of(document);
  const bool by_hand = document.text("material").empty();
  const bool printed = document.integer("open") == 0 && document.integer("in_progress") == 0 && document.integer("failed") == 0;
  if (by_hand || printed) return {.at = parts->at};
  Expected expected = print_of(document);
  expected.at = expected.at && parts->at ? std::optional(std::max(*expected.at, *parts->at)) : std::nullopt;
  return expected;
}

Outlook::Expected Outlook::print_of(const Json& document) const {
  const std::string_view id = document.text("id");
  Expected expected;
  if (document.integer("open") > 0) {
    const auto known = expected_.find(id);
    if (known == expected_.end() || !known->second.at) return known == expected_.end() ? expected : known->second;
    expected = known->second;
  }
  if (document.integer("in_progress") == 0) return expected;
  const auto running = running_.find(id);
  const bool known = running != running_.end() && running->second.end;
  expected.at = known ? std::optional(std::max(expected.at.value_or(now_), *running->second.end)) : std::nullopt;
  return expected;
}

std::vector<Outlook::Expected> Outlook::of_new(std::span<const Work> work, const Urgency& urgency) const {
  std::vector<Work> queue = queue_;
  const auto at = std::upper_bound(urgencies_.begin(), urgencies_.end(), urgency) - urgencies_.begin();   // the last of its like
  queue.insert(queue.begin() + at, work.begin(), work.end());
  const std::vector<Expected> ends = production::schedule(machines_, queue, now_);
  const auto first = ends.begin() + at;
  return {first, first + static_cast<std::ptrdiff_t>(work.size())};
}

std::string Outlook::delivery_date(Time ready) const { return iso_time(ready.ms + after_printing_.delivery_days * day_ms).substr(0, 10); }

// ---- keeping ----

Outlooks::Asked Outlooks::of(const p::Queries& queries, const p::Scope& scope) {
  const auto asked = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = kept_.find(scope.workshop);
    if (known != kept_.end() && asked < known->second.until) return known->second.outlook;
  }
  auto made = Outlook::read(queries, scope, Time{clock_ms()});
  if (!made) return std::unexpected(made.error());
  auto outlook = std::make_shared<const Outlook>(std::move(*made));
  const auto ready = Clock::now();
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= limits::outlooks_kept) kept_.clear();
  kept_[scope.workshop] = {outlook, ready + (ready - asked) * limits::outlook_share};
  return outlook;
}

}  // namespace layerline::internal
