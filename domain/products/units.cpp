#include "domain/products/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

std::string stream(const std::string& product) { return "product/" + product; }

Product& edit(Workshop& workshop, const std::string& id) { return workshop.products.at(ProductId(id)); }

void check(const Product& product) {
  assert(product.allocated >= 0 && product.on_hand >= product.allocated);
  assert(sum(product.batches) == product.on_hand);
  (void)product;
}

void hold(Workshop& workshop, Product& product, const std::string& holder, std::int64_t quantity) {
  std::int64_t& held = product.holders[holder];
  held += quantity;
  product.allocated += quantity;
  if (held == 0) product.holders.erase(holder);
  std::int64_t& of_holder = workshop.held_units[holder][product.id];
  of_holder += quantity;
  if (of_holder == 0) workshop.held_units[holder].erase(product.id);
  if (workshop.held_units[holder].empty()) workshop.held_units.erase(holder);
}

std::int64_t held_by(const Product& product, const std::string& holder) {
  const auto found = product.holders.find(holder);
  return found == product.holders.end() ? 0 : found->second;
}

// What lies at the location, or anywhere if none is named.
std::expected<Batches, Rejection> where(const Product& product, const LocationId& location, const Workshop& workshop) {
  if (location.empty()) return product.batches;
  if (!inventory::known(workshop, location)) return not_found("location");
  return lying_at(product.batches, location_from(location.str()));
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::UnitsReceived& event, Time) {
  Product& product = edit(workshop, event.product());
  product.on_hand += event.quantity();
  fold(product.batches, event);
  check(product);
  const auto production = workshop.production.find(ProductionOrderId(event.production_order()));
  const bool is_surplus = !event.reference().empty();   // beside what was ordered
  if (production != workshop.production.end() && !is_surplus) production->second.delivered += event.quantity();
  forget_alert_if_enough(workshop, ProductId(event.product()));
}

void evolve(Workshop& workshop, const events::UnitsAllocated& event, Time) {
  Product& product = edit(workshop, event.product());
  hold(workshop, product, event.holder(), event.quantity());
  check(product);
}

void evolve(Workshop& workshop, const events::UnitsReleased& event, Time) {
  hold(workshop, edit(workshop, event.product()), event.holder(), -event.quantity());
  forget_alert_if_enough(workshop, ProductId(event.product()));
}

void evolve(Workshop& workshop, const events::UnitsIssued& event, Time) {
  Product& product = edit(workshop, event.product());
  hold(workshop, product, event.holder(), -event.quantity());
  product.on_hand -= event.quantity();
  fold(product.batches, event, workshop);
  check(product);
}

void evolve(Workshop& workshop, const events::UnitsScrapped& event, Time) {
  Product& product = edit(workshop, event.product());
  if (!event.holder().empty()) hold(workshop, product, event.holder(), -event.quantity());
  product.on_hand -= event.quantity();
  fold(product.batches, event);
  const auto production = workshop.production.find(ProductionOrderId(event.production_order()));
  if (production != workshop.production.end()) production->second.delivered -= event.quantity();
  check(product);
}

void evolve(Workshop& workshop, const events::UnitsAdjusted& event, Time) {
  Product& product = edit(workshop, event.product());
  product.on_hand += event.quantity();
  fold(product.batches, event);
  check(product);
  forget_alert_if_enough(workshop, product.id);
}

void evolve(Workshop& workshop, const events::UnitsLow& event, Time) { edit(workshop, event.product()).alerted = true; }

void forget_alert_if_enough(Workshop& workshop, const ProductId& id) {
  const auto found = workshop.products.find(id);
  if (found == workshop.products.end()) return;
  const auto rules = workshop.item_rules.find(id.str());
  const std::int64_t safety_stock = rules == workshop.item_rules.end() ? 0 : rules->second.safety_stock;
  if (found->second.available() >= safety_stock) found->second.alerted = false;
}

// ---- decisions ----

Decided decide(const AdjustUnits& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  if (command.reason.empty()) return refuse("reason-needed", "Say why there are more or fewer units: counted, broken, found.");
  if (command.difference == 0) return Events{};
  if (command.difference > limits::units_max || command.difference < -limits::units_max ||
      product->on_hand + command.difference > limits::units_max)
    return refuse("quantity-out-of-range", fmt::format("At most {} units are counted.", limits::units_max));
  if (product->available() + command.difference < 0)
    return refuse("units-below-zero", fmt::format("Only {} units are on hand and free.", product->available()));
  const auto there = where(*product, command.location, context.workshop);
  if (!there) return std::unexpected(there.error());
  if (command.difference < 0 && sum(*there) + command.difference < 0)
    return refuse("units-below-zero", fmt::format("Only {} units lie at {}.", sum(*there), name_of(command.location)));
  Events out;
  auto* event = out.on(stream(product->id.str())).mutable_units_adjusted();
  event->set_product(product->id.str());
  event->set_quantity(command.difference);
  event->set_by(context.actor);
  event->set_reason(command.reason);
  event->set_location(command.location.str());
  if (command.difference < 0) store(choose_oldest(*there, -command.difference), event->mutable_batches());
  return out;
}

void note_allocated(const ProductId& product, const std::string& holder, std::int64_t quantity, Events& out) {
  auto* event = out.on(stream(product.str())).mutable_units_allocated();
  event->set_product(product.str());
  event->set_holder(holder);
  event->set_quantity(quantity);
}

Events receive(const ProductionOrderId& id, std::int64_t most, const Context& context) {
  Events out;
  const production::ProductionOrder& production = context.workshop.production.at(id);
  const Product* product = context.workshop.product(production.product);
  const std::int64_t quantity = std::min(most, production.printed - production.delivered);
  if (product == nullptr || !product->catalogue || quantity <= 0) return out;
  const bool goes_into_another = context.workshop.production_order(ProductionOrderId(production.holder)) != nullptr;
  if (!goes_into_another && !production::worked_on(production)) return out;
  auto* event = out.on(stream(product->id.str())).mutable_units_received();
  event->set_product(product->id.str());
  event->set_quantity(quantity);
  event->set_production_order(id.str());
  if (!production.holder.empty() && waits(context.workshop, production.holder))
    note_allocated(product->id, production.holder, quantity, out);
  return out;
}

Decided receive_bought(const ProductId& id, std::int64_t quantity, const std::string& reference, const LocationId& location,
                       const Context& context) {
  const Product& product = context.workshop.products.at(id);
  if (!location.empty() && !inventory::known(context.workshop, location)) return not_found("location");
  if (product.on_hand + quantity > limits::units_max)
    return refuse("quantity-out-of-range", fmt::format("At most {} units are counted.", limits::units_max));
  Events out;
  auto* event = out.on(stream(id.str())).mutable_units_received();
  event->set_product(id.str());
  event->set_quantity(quantity);
  event->set_by(context.actor);
  event->set_reference(reference);
  event->set_location(location_from(location.str()).str());
  return out;
}

Events alert(const Product& product, std::int64_t safety_stock) {
  Events out;
  if (product.alerted || product.available() >= safety_stock) return out;
  auto* event = out.on(stream(product.id.str())).mutable_units_low();
  event->set_product(product.id.str());
  event->set_available(product.available());
  event->set_safety_stock(safety_stock);
  return out;
}

namespace {

void note_scrapped(const Product& product, const ProductionOrderId& failed, const std::string& holder, std::int64_t quantity,
                   const Context& context, Events& out) {
  if (quantity <= 0) return;
  const Batches there = left(product, out, context.workshop);
  auto* event = out.on(stream(product.id.str())).mutable_units_scrapped();
  event->set_product(product.id.str());
  event->set_holder(holder);
  event->set_quantity(quantity);
  event->set_production_order(failed.str());
  store(choose_bad(there, quantity, failed, holder, context.workshop), event->mutable_batches());
}

}  // namespace

void scrap(const ProductionOrderId& id, std::int64_t quantity, const Context& context, Events& out) {
  const production::ProductionOrder& production = context.workshop.production.at(id);
  const Product* product = context.workshop.product(production.product);
  if (product == nullptr || !product->catalogue) return;
  // What the stock has not received yet was looked at first: on the shelf lies what is finished.
  const std::int64_t of_stock = quantity - std::clamp<std::int64_t>(production.printed - production.delivered, 0, quantity);
  const std::int64_t held = held_by(*product, production.holder);
  const std::string holder = held >= of_stock ? production.holder : "";
  const std::int64_t bad = std::min({of_stock, production.delivered, holder.empty() ? product->available() : held});
  note_scrapped(*product, id, holder, bad, context, out);
}

void scrap_held(const Product& product, const std::string& holder, std::int64_t quantity, const Context& context, Events& out) {
  note_scrapped(product, ProductionOrderId(), holder, std::min(held_by(product, holder), quantity), context, out);
}

Events release_all(const std::string& holder, const Context& context) {
  Events out = forget_shortages(holder, context);
  const auto held = context.workshop.held_units.find(holder);
  if (held == context.workshop.held_units.end()) return out;
  for (const auto& [product, quantity] : held->second) {
    auto* event = out.on(stream(product.str())).mutable_units_released();
    event->set_product(product.str());
    event->set_holder(holder);
    event->set_quantity(quantity);
  }
  return out;
}

namespace {

void note_issued(const ProductId& id, const std::string& holder, std::int64_t quantity, const Context& context, Events& out) {
  const Batches there = left(context.workshop.products.at(id), out, context.workshop);
  auto* event = out.on(stream(id.str())).mutable_units_issued();
  event->set_product(id.str());
  event->set_holder(holder);
  event->set_quantity(quantity);
  store(choose(there, quantity, holder, context.workshop), event->mutable_batches());
}

}  // namespace

void issue(const ProductId& id, const std::string& holder, std::int64_t quantity, const Context& context, Events& out) {
  const std::int64_t gone = std::min(quantity, held(context.workshop, id, holder));
  if (gone > 0) note_issued(id, holder, gone, context, out);
}

std::int64_t held(const Workshop& workshop, const ProductId& id, const std::string& holder) {
  const Product* product = workshop.product(id);
  return product == nullptr ? 0 : held_by(*product, holder);
}

void issue_all(const std::string& holder, const Context& context, Events& out) {
  out.append(forget_shortages(holder, context));
  const auto held = context.workshop.held_units.find(holder);
  if (held == context.workshop.held_units.end()) return;
  for (const auto& [product, quantity] : held->second) note_issued(product, holder, quantity, context, out);
}

bool waits(const Workshop& workshop, const std::string& holder) {
  const std::size_t slash = holder.find('/');
  if (slash == std::string::npos) {
    const production::ProductionOrder* above = workshop.production_order(ProductionOrderId(holder));
    return above != nullptr && above->status != production::Status::completed && above->status != production::Status::cancelled;
  }
  const orders::Order* order = workshop.order(OrderId(holder.substr(0, slash)));
  return order != nullptr && order->status < orders::Status::shipped && orders::line(*order, holder.substr(slash + 1)) != nullptr;
}

}  // namespace layerline::products
