#include "domain/production/cancel.hpp"

#include <fmt/format.h>

#include <optional>

#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

// For whom it is made, if somebody waits for it.
std::optional<Rejection> needed(const ProductionOrder& production, const Workshop& workshop) {
  if (const orders::Order* order = workshop.order(production.order)) {
    const std::string detail = fmt::format("{} is made for {}: cancel or change the order instead.", production.number, order->number);
    return Rejection{Refusal::refused, "needed-by-order", detail, {{"order", order->id.str()}}};
  }
  const ProductionOrder* above = workshop.production_order(ProductionOrderId(production.holder));
  if (above == nullptr || !products::waits(workshop, production.holder)) return std::nullopt;
  const std::string detail = fmt::format("{} is made for {}: cancel that one instead.", production.number, above->number);
  return Rejection{Refusal::refused, "needed-by-production-order", detail, {{"production_order", above->id.str()}}};
}

void cancel_with_components(const ProductionOrder& production, const std::string& reason, const Context& context, Events& out) {
  Events cancelled = cancel(production.id, context);
  for (NewEvent& event : cancelled.list())
    if (event.event.has_production_cancelled())
      seal(event.event.mutable_production_cancelled()->mutable_reason(), "workshop/" + context.workshop.id.str(), reason);
  out.append(std::move(cancelled));
  for (const ProductionOrderId& component : production.components)
    cancel_with_components(context.workshop.production.at(component), reason, context, out);
}

}  // namespace

Decided decide(const CancelProduction& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  if (production->status == Status::cancelled) return Events{};
  if (production->status == Status::completed)
    return refuse("production-over", fmt::format("Production order {} is finished.", production->number));
  if (auto wanted = needed(*production, context.workshop)) return std::unexpected(std::move(*wanted));
  Events out;
  cancel_with_components(*production, command.reason, context, out);
  return out;
}

}  // namespace layerline::production
