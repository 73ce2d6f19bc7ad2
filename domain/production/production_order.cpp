#include "domain/production/production_order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/kernel/scrap.hpp"
#include "domain/production/components.hpp"
#include "domain/production/leftover.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

std::string stream(const ProductionOrderId& id) { return "production/" + id.str(); }

ProductionOrder& edit(Workshop& workshop, const std::string& id) { return workshop.production.at(ProductionOrderId(id)); }

}  // namespace

bool over(const ProductionOrder& production) { return production.status == Status::completed || production.status == Status::cancelled; }

Mass mass_of(const ProductionOrder& production, std::int64_t pieces) {
  return {with_scrap((production.mass_per_unit * pieces).milligrams, production.scrap_ppm)};
}

// ---- evolve ----

void requeue(Workshop& workshop, const ProductionOrder& production) {
  const QueueKey key{production.urgency, production.id.str()};
  if (production.open > 0 && !over(production))
    workshop.waiting.insert(key);
  else
    workshop.waiting.erase(key);
}

void evolve(Workshop& workshop, const events::ProductionOrderCreated& event, Time) {
  ProductionOrder production;
  production.id = ProductionOrderId(event.production_order());
  production.number = event.number();
  production.order = OrderId(event.order());
  production.product = ProductId(event.product());
  production.model = ModelId(event.model());
  production.material = MaterialId(event.material());
  production.facts = models::facts_from(event.facts());
  production.urgency = stored_urgency(event.priority(), event.rush(), event.due_ms());
  production.quantity = event.quantity();
  production.open = event.quantity();
  production.mass_per_unit = {event.milligrams_per_unit()};
  production.scrap_ppm = event.scrap_ppm();
  production.print_ms_per_unit = event.print_ms_per_unit();
  production.infill_percent = event.infill_percent();
  production.line = event.line();
  production.holder = event.holder();
  production.bom_version = event.bom_version();
  for (const std::string& step : event.steps()) production.steps.push_back({step});
  workshop.numbers.note(production.number);
  requeue(workshop, production);
  if (!production.order.empty()) workshop.orders.at(production.order).production.push_back(production.id);
  else if (production.holder.empty()) workshop.orders_for_item[production.product.str()] += 1;
  if (const auto above = workshop.production.find(ProductionOrderId(production.holder)); above != workshop.production.end())
    above->second.components.push_back(production.id);
  workshop.production.emplace(production.id, std::move(production));
}

void evolve(Workshop& workshop, const events::ProductionDeferred& event, Time) {
  edit(workshop, event.production_order()).waits_for.assign(event.reasons().begin(), event.reasons().end());
}

void evolve(Workshop& workshop, const events::ProductionUnitPrinted& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  production.in_progress -= one_if_untold(event.quantity());
  production.printed += one_if_untold(event.quantity());
}

void evolve(Workshop& workshop, const events::ProductionUnitFailed& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  production.in_progress -= one_if_untold(event.quantity());
  production.failed += one_if_untold(event.quantity());
  if (!over(production)) production.status = Status::failed;
}

void evolve(Workshop& workshop, const events::ProductionPiecesMade& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  const std::int64_t from_failed = std::min(production.failed, event.quantity());
  production.failed -= from_failed;
  production.open -= event.quantity() - from_failed;
  production.printed += event.quantity();
  if (production.open == 0) production.waits_for.clear();
  if (production.status == Status::failed && production.failed == 0)
    production.status = production.in_progress > 0 ? Status::printing : Status::queued;
  requeue(workshop, production);
}

void evolve(Workshop& workshop, const events::ProductionReprintNeeded& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  const std::int64_t from_failed = std::min(production.failed, event.quantity());
  production.failed -= from_failed;
  production.printed -= event.quantity() - from_failed;
  production.assembled = std::max<std::int64_t>(0, production.assembled - (event.quantity() - from_failed));
  production.open += event.quantity();
  production.passed = 0;
  production.status = Status::queued;
  for (WorkStep& step : production.steps) step.done = false;
  requeue(workshop, production);
}

void evolve(Workshop& workshop, const events::ProductionCompleted& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  production.status = Status::completed;
  production.printed += production.open + production.failed;
  production.open = production.failed = 0;
  production.assembled = production.printed;
  requeue(workshop, production);
}

void evolve(Workshop& workshop, const events::ProductionCancelled& event, Time) {
  ProductionOrder& production = edit(workshop, event.production_order());
  production.status = Status::cancelled;
  requeue(workshop, production);
}

// ---- decisions ----

namespace {

// What was promised counts from the payment.
Urgency urgency_of(const quotes::Quote& quote, Time now) {
  constexpr std::int64_t day_ms = 86'400'000;
  const Time promised = quote.delivery_days > 0 ? start_of_day(now + Duration{quote.delivery_days * day_ms}) : Time{};
  return {quote.options.rush ? most_urgent : usually_urgent, promised};
}

}  // namespace

Events create_for(const OrderId& id, const Context& context) {
  Events out;
  const orders::Order* order = context.workshop.order(id);
  // A refund that overtook its payment may have ended the order in the same commit.
  if (order == nullptr || orders::over(order->status)) return out;
  if (!order->lines.empty()) return create_for_lines(*order, context);
  if (!order->production.empty()) return out;
  const quotes::Quote& quote = context.workshop.quotes.at(order->quote);
  const products::Product& product = context.workshop.products.at(order->product);
  const Urgency urgency = urgency_of(quote, context.now);
  Numbers numbers = context.workshop.numbers;
  for (std::size_t i = 0; i < product.bom.size(); ++i) {
    const products::BomLine& line = product.bom[i];
    const ProductionOrderId production(context.ids.next(context.now));
    auto* event = out.on(stream(production)).mutable_production_order_created();
    event->set_production_order(production.str());
    event->set_number(numbers.next("PO", context.now));
    numbers.note(event->number());
    event->set_order(id.str());
    event->set_product(product.id.str());
    event->set_quantity(order->quantity);
    event->set_model(line.model.str());
    event->set_file(line.file.str());
    event->set_material(line.material.str());
    event->set_milligrams_per_unit(line.milligrams_per_unit);
    event->set_print_ms_per_unit(line.print_ms_per_unit);
    event->set_rush(quote.options.rush);
    event->set_priority(urgency.priority);
    event->set_due_ms(urgency.due.ms);
    event->set_infill_percent(quote.options.infill_percent);
    models::store_facts(quote.files.at(i).facts, event->mutable_facts());
    event->set_quote(quote.id.str());
    event->set_source("portal");
    add_steps(quote, event);
  }
  out.on("order/" + id.str()).mutable_order_queued()->set_order(id.str());
  return out;
}

Decided decide(const StartProduction& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  if (over(*production)) return refuse("production-over", fmt::format("Production order {} is finished.", production->number));
  if (production->failed == 0) return Events{};   // it is in the queue, or printing
  Events out;
  reprint(production->id, production->failed, context, out);
  return out;
}

namespace {

Rejection missing(const MissingComponent& component, const ProductionOrder& production, const Workshop& workshop) {
  const std::string& sku = workshop.products.at(component.product).sku;
  const ProductionOrder* maker = workshop.production_order(component.maker);
  Rejection rejection{Refusal::refused, "component-missing",
                      fmt::format("{} of {} did not come yet, which {} is put together of.", component.quantity, sku, production.number),
                      {{"component", component.product.str()}, {"sku", sku}, {"missing", std::to_string(component.quantity)}}};
  if (maker == nullptr) return rejection;
  rejection.data.emplace_back("production_order", maker->id.str());
  rejection.data.emplace_back("production_order_number", maker->number);
  return rejection;
}

// Why so many can't have been made.
std::optional<Rejection> contradiction(const CompleteProduction& command, const ProductionOrder& production) {
  if (!command.quantity) {
    if (production.in_progress == 0) return std::nullopt;
    return refuse("production-printing", fmt::format("A piece of {} is being printed.", production.number)).error();
  }
  const std::int64_t left = production.open + production.failed;
  if (left == 0) return refuse("quantity-out-of-range", fmt::format("No piece of {} is left to be made.", production.number)).error();
  if (*command.quantity >= 1 && *command.quantity <= left) return std::nullopt;
  const std::string detail = fmt::format("Between 1 and {} pieces of {} are left to be made.", left, production.number);
  return refuse("quantity-out-of-range", detail).error();
}

// Of all that is left to be made their part: what is rounded up, is so once.
Mass mass_of_next(const ProductionOrder& production, std::int64_t pieces) {
  const std::int64_t left = production.open + production.failed + production.in_progress;
  return mass_of(production, left) - mass_of(production, left - pieces);
}

// The pieces were made without a print of ours: their material is booked as estimated.
Events consume_by_hand(const ProductionOrder& production, std::int64_t pieces, const Context& context) {
  if (pieces == 0) return {};
  return inventory::consume(production.material, production.id, PrintJobId("by-hand-" + context.ids.next(context.now)),
                            mass_of_next(production, pieces), "estimated", context);
}

// The others are still printed: what their material is short of stays noted, and no more.
Events make_some(const ProductionOrder& production, std::int64_t pieces, const Context& context) {
  Events out = consume_by_hand(production, pieces, context);
  if (const inventory::Material* material = context.workshop.material(production.material)) {
    const Mass reserved = inventory::reserved_for(*material, production.id);
    const Mass kept = reserved - std::min(reserved, mass_of_next(production, pieces));
    const std::int64_t to_print = production.open + production.failed + production.in_progress - std::max(pieces, production.failed);
    out.append(inventory::lower_shortage(production.material, production.id,
                                         std::max(Mass{}, mass_of(production, to_print) - kept), context));
  }
  auto* event = out.on(stream(production.id)).mutable_production_pieces_made();
  event->set_production_order(production.id.str());
  event->set_quantity(pieces);
  event->set_by(context.actor);
  return out;
}

}  // namespace

Decided decide(const CompleteProduction& command, const Context& context) {
  const ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  if (production->status == Status::completed && !command.quantity) return Events{};
  if (over(*production))
    return refuse("production-over", fmt::format("Production order {} is {}.", production->number,
                                                 production->status == Status::cancelled ? "cancelled" : "finished"));
  if (auto wrong = contradiction(command, *production)) return std::unexpected(std::move(*wrong));
  if (const auto component = missing_component(*production, context.workshop))
    return std::unexpected(missing(*component, *production, context.workshop));
  const std::int64_t left = production->open + production->failed;
  if (command.quantity && (*command.quantity < left || production->in_progress > 0))
    return make_some(*production, *command.quantity, context);
  Events out = consume_by_hand(*production, left, context);
  auto* event = out.on(stream(production->id)).mutable_production_completed();
  event->set_production_order(production->id.str());
  event->set_order(production->order.str());
  event->set_by(context.actor);
  return out;
}

Events cancel(const ProductionOrderId& id, const Context& context) {
  Events out;
  const ProductionOrder& production = context.workshop.production.at(id);
  if (over(production)) return out;
  auto* event = out.on(stream(id)).mutable_production_cancelled();
  event->set_production_order(id.str());
  event->set_by(context.actor);
  receive_left(production, production.printed, context, out);
  out.append(printing::stop_all_of(id, context));
  out.append(products::release_all(id.str(), context));   // its components
  // What a running print uses is taken from its reservation when it ends; the rest is free now.
  const inventory::Material* material = context.workshop.material(production.material);
  if (material == nullptr) return out;
  const Mass kept = mass_of(production, production.in_progress);
  const Mass reserved = inventory::reserved_for(*material, id);
  if (reserved > kept || inventory::short_of(*material, id))
    out.append(inventory::release(production.material, id, std::max(Mass{}, reserved - kept), context));
  return out;
}

void reprint(const ProductionOrderId& id, std::int64_t quantity, const Context& context, Events& out) {
  const ProductionOrder& production = context.workshop.production.at(id);
  const std::int64_t pieces = std::min(quantity, production.failed + production.printed);
  if (pieces <= 0 || production.status == Status::cancelled) return;
  auto* event = out.on(stream(id)).mutable_production_reprint_needed();
  event->set_production_order(id.str());
  event->set_quantity(pieces);   // a policy reserves their material and provides their components
  products::scrap(id, pieces - std::min(pieces, production.failed), context, out);
}

namespace {

constexpr const char* component_missing = "component_missing";

void note_waiting(const ProductionOrder& production, const std::string& reason, Events& out) {
  if (production.waits_for == std::vector{reason}) return;
  auto* event = out.on(stream(production.id)).mutable_production_deferred();
  event->set_production_order(production.id.str());
  event->add_reasons(reason);
}

}  // namespace

Events complete_if_done(const ProductionOrderId& id, const Context& context) {
  Events out;
  const ProductionOrder& production = context.workshop.production.at(id);
  if (over(production) || production.printed < production.quantity) return out;
  if (missing_component(production, context.workshop)) {
    note_waiting(production, component_missing, out);
    return out;
  }
  auto* event = out.on(stream(id)).mutable_production_completed();
  event->set_production_order(id.str());
  event->set_order(production.order.str());
  return out;
}

}  // namespace layerline::production
