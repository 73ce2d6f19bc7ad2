#include "domain/mrp/firm_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "domain/mrp/limits.hpp"
#include "domain/production/make.hpp"
#include "domain/purchasing/purchase.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::mrp {
namespace {

std::string stream(const FirmOrderId& id) { return "planned/" + id.str(); }

void note_taken(const FirmOrderId& order, const std::string& production, std::int64_t quantity, Events& out) {
  auto* event = out.on(stream(order)).mutable_planned_order_taken();
  event->set_planned_order(order.str());
  event->set_production_order(production);
  event->set_quantity(quantity);
}

void make(const products::Product& product, std::int64_t quantity, Time due, const ProductionOrderId& as, Events& out,
          const Context& context) {
  production::Maker(context, out).make_new(product, quantity, {.order = {}, .line = {}, .holder = {}, .source = "planning",
                                                               .urgency = {.due = start_of_day(due)}, .as = as});
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PlannedOrderFirmed& event, Time) {
  const FirmOrderId id(event.planned_order());
  workshop.orders_for_item[event.product()] += 1;
  workshop.firm_orders.emplace(id, FirmOrder{id, ProductId(event.product()), event.quantity(), {event.due_ms()}});
}

void evolve(Workshop& workshop, const events::PlannedOrderTaken& event, Time) {
  const auto order = workshop.firm_orders.find(FirmOrderId(event.planned_order()));
  order->second.quantity -= event.quantity();
  if (order->second.quantity == 0) workshop.firm_orders.erase(order);
}

void evolve(Workshop& workshop, const events::PlannedOrderDropped& event, Time) {
  workshop.firm_orders.erase(FirmOrderId(event.planned_order()));
}

// ---- decisions ----

namespace {

template <class Event>
void store_pegs(const std::vector<Peg>& pegs, Event& event) {
  for (const Peg& peg : pegs) {
    if (event.pegs_size() == limits::pegs_max) return;
    auto* stored = event.add_pegs();
    stored->set_demand(peg.demand);
    stored->set_quantity(peg.quantity);
  }
}

Decided buy(const FirmPlanned& command, const Item& item, const Context& context) {
  const SupplierId supplier = rules_of(context.workshop, item).supplier;
  if (command.release_now && supplier.empty())
    return refuse("no-supplier", "Say in the item's rules who is asked first, or firm and place it.");
  Events out;
  auto& drafted = purchasing::draft(PurchaseId(command.order.str()), "requirements", item, command.quantity, command.due, out, context);
  store_pegs(command.pegs, drafted);
  if (command.release_now) purchasing::note_placed(drafted, supplier, out, context);
  return out;
}

Decided fix(const FirmPlanned& command, const products::Product& product, const Context& context) {
  if (command.quantity > layerline::limits::production_quantity_max)
    return refuse("quantity-out-of-range", "So many pieces are not made by one order.");
  Events out;
  if (command.release_now) {
    make(product, command.quantity, command.due, ProductionOrderId(command.order.str()), out, context);
    return out;
  }
  auto* event = out.on(stream(command.order)).mutable_planned_order_firmed();
  event->set_planned_order(command.order.str());
  event->set_product(product.id.str());
  event->set_quantity(command.quantity);
  event->set_release_ms(command.release.ms);
  event->set_due_ms(command.due.ms);
  store_pegs(command.pegs, *event);
  event->set_by(context.actor);
  return out;
}

bool known(const FirmOrderId& id, const Workshop& workshop) {
  return workshop.firm_orders.contains(id) || workshop.purchases.contains(PurchaseId(id.str())) ||
         workshop.production.contains(ProductionOrderId(id.str()));
}

}  // namespace

Decided decide(const FirmPlanned& command, const Context& context) {
  if (known(command.order, context.workshop)) return Events{};
  const auto item = find_item(context.workshop, command.item);
  if (!item) return not_found("material or product of the catalogue");
  if (command.quantity < 1 || command.quantity > limits::planned_quantity_max)
    return refuse("quantity-out-of-range", "A planned order is of 1 or more.");
  const auto orders = context.workshop.orders_for_item.find(item->id());
  if (command.seen != (orders == context.workshop.orders_for_item.end() ? 0 : orders->second))
    return std::unexpected(
        Rejection{Refusal::stale, "plan-changed", "Another order for this item was made meanwhile; look at the plan again.", {}});
  const products::Product* product = context.workshop.product(item->product);
  if (product == nullptr || product->entry.kind == products::Kind::material) return buy(command, *item, context);
  return fix(command, *product, context);
}

Decided decide(const ReleaseFirm& command, const Context& context) {
  if (context.workshop.production_order(command.as) != nullptr) return Events{};
  const auto order = context.workshop.firm_orders.find(command.order);
  if (order == context.workshop.firm_orders.end()) return not_found("firm order");
  Events out;
  note_taken(command.order, command.as.str(), order->second.quantity, out);
  const FirmOrder& firm = order->second;
  make(context.workshop.products.at(firm.product), firm.quantity, firm.due, command.as, out, context);
  return out;
}

Decided decide(const DropFirm& command, const Context& context) {
  Events out;
  if (!context.workshop.firm_orders.contains(command.order)) return not_found("firm order");
  auto* event = out.on(stream(command.order)).mutable_planned_order_dropped();
  event->set_planned_order(command.order.str());
  event->set_by(context.actor);
  return out;
}

Events take_firm_orders(const events::ProductionOrderCreated& created, const Context& context) {
  Events out;
  if (created.holder().empty()) return out;   // for the stock: made beside what was planned
  std::vector<const FirmOrder*> firm;
  for (const auto& [id, order] : context.workshop.firm_orders)
    if (order.product.str() == created.product()) firm.push_back(&order);
  std::ranges::sort(firm, {}, [](const FirmOrder* order) { return std::tie(order->due.ms, order->id); });
  std::int64_t left = created.quantity();
  for (const FirmOrder* order : firm) {
    const std::int64_t taken = std::min(left, order->quantity);
    if (taken == 0) break;
    note_taken(order->id, created.production_order(), taken, out);
    left -= taken;
  }
  return out;
}

}  // namespace layerline::mrp
