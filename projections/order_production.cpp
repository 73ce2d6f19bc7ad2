#include "projections/order_production.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/kernel/urgency.hpp"
#include "projections/format.hpp"

namespace layerline::projections::orders {
namespace {

using store::Json;

void show_urgency(Json& order) {
  std::int64_t priority = 0;   // 0: there is none
  std::string due;             // days as text are in the order of time
  for (const Json& line : order["production_orders"].items()) {
    const std::string_view status = line.text("status");
    if (status == "completed" || status == "cancelled") continue;
    const std::string_view day = line.text("due_date");
    priority = priority == 0 ? line.integer("priority") : std::min(priority, line.integer("priority"));
    if (!day.empty() && (due.empty() || day < due)) due = day;
  }
  if (priority == 0) return;
  order["priority"] = priority;
  order["due_date"] = due.empty() ? Json() : Json(due);
}

void set_status(const Making& making, std::string_view status) {
  making.line["status"] = status;
  show_urgency(making.order);
}

void add(Json& counts, const char* name, std::int64_t pieces) { counts[name] = counts.integer(name) + pieces; }

// So many of those that have failed, as far as there are.
std::int64_t take_failed(Json& counted, std::int64_t most) {
  const std::int64_t taken = std::min(most, counted.integer("failed"));
  add(counted, "failed", -taken);
  return taken;
}

}  // namespace

void show(Json& order, const events::ProductionOrderCreated& created) {
  Json line{{"id", created.production_order()}, {"number", created.number()}, {"line_id", text_or_null(created.line())},
            {"quantity", created.quantity()}, {"printed", 0}, {"status", "queued"}};
  set_urgency(line, stored_urgency(created.priority(), created.rush(), created.due_ms()));
  order["production_orders"].push_back(std::move(line));
  show_urgency(order);
}

void show(Making making, const events::ProductionRescheduled& rescheduled) {
  set_urgency(making.line, {rescheduled.priority(), {rescheduled.due_ms()}});
  show_urgency(making.order);
}

void show(Making making, const events::PrintDispatched&) { set_status(making, "printing"); }

void show(Making making, const events::ProductionUnitPrinted& printed) { add(making.line, "printed", one_if_untold(printed.quantity())); }

void show(Making making, const events::ProductionUnitFailed& failed) { add(making.counted, "failed", one_if_untold(failed.quantity())); }

void show(Making making, const events::ProductionPiecesMade& made) {
  (void)take_failed(making.counted, made.quantity());
  add(making.line, "printed", made.quantity());
}

void show(Making making, const events::ProductionReprintNeeded& needed) {
  const std::int64_t lost = needed.quantity() - take_failed(making.counted, needed.quantity());
  making.line["printed"] = std::max<std::int64_t>(0, making.line.integer("printed") - lost);
  set_status(making, "queued");
}

void show(Making making, const events::ProductionCompleted&) {
  (void)take_failed(making.counted, std::numeric_limits<std::int64_t>::max());
  making.line["printed"] = making.line.integer("quantity");
  set_status(making, "completed");
}

void show(Making making, const events::ProductionCancelled&) { set_status(making, "cancelled"); }

}  // namespace layerline::projections::orders
