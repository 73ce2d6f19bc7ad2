#include "domain/production/reschedule.hpp"

#include <fmt/format.h>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

void evolve(Workshop& workshop, const events::ProductionRescheduled& event, Time) {
  ProductionOrder& production = workshop.production.at(ProductionOrderId(event.production_order()));
  workshop.waiting.erase({production.urgency, production.id.str()});
  production.urgency = {event.priority(), {event.due_ms()}};
  requeue(workshop, production);
}

std::expected<void, Rejection> check(const AskedUrgency& asked) {
  if (asked.priority && (*asked.priority < most_urgent || *asked.priority > least_urgent))
    return refuse("priority-out-of-range", fmt::format("A priority is from {}, the most urgent, to {}.", most_urgent, least_urgent));
  if (asked.due && (asked.due->ms < 0 || asked.due->ms > limits::due_max_ms))
    return refuse("due-date-out-of-range", "A due date lies between the years 1970 and 9999.");
  return {};
}

namespace {

void note(const ProductionOrder& production, const Urgency& urgency, const Context& context, Events& out) {
  if (over(production)) return;
  if (production.urgency != urgency) {
    auto* event = out.on("production/" + production.id.str()).mutable_production_rescheduled();
    event->set_production_order(production.id.str());
    event->set_priority(urgency.priority);
    event->set_due_ms(urgency.due.ms);
    event->set_by(context.actor);
  }
  for (const ProductionOrderId& component : production.components) note(context.workshop.production.at(component), urgency, context, out);
}

}  // namespace

Decided decide(const RescheduleProduction& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  if (auto checked = check(command.urgency); !checked) return std::unexpected(std::move(checked.error()));
  if (over(*production)) return refuse("production-over", fmt::format("Production order {} is finished.", production->number));
  Urgency urgency = command.urgency.or_else(production->urgency);
  urgency.due = start_of_day(urgency.due);
  Events out;
  if (urgency != production->urgency) note(*production, urgency, context, out);
  return out;
}

}  // namespace layerline::production
