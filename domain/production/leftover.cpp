#include "domain/production/leftover.hpp"

#include <algorithm>

#include "domain/production/components.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

namespace {

// Nobody would do on them what is left to do, nor put them together.
bool goes_on_the_shelf(const ProductionOrder& production, const Workshop& workshop) {
  const products::Product* product = workshop.product(production.product);
  return product != nullptr && product->catalogue && worked_on(production) && !has_components(production, workshop);
}

}  // namespace

void receive_left(const ProductionOrder& production, std::int64_t most, const Context& context, Events& out) {
  const std::int64_t left = std::min(most, production.printed - production.delivered);
  if (left <= 0 || !goes_on_the_shelf(production, context.workshop)) return;
  auto* event = out.on("product/" + production.product.str()).mutable_units_received();
  event->set_product(production.product.str());
  event->set_quantity(left);
  event->set_production_order(production.id.str());
}

void receive_surplus(const ProductionOrder& production, std::int64_t pieces, const Context& context, Events& out) {
  if (pieces <= 0 || !goes_on_the_shelf(production, context.workshop)) return;
  auto* event = out.on("product/" + production.product.str()).mutable_units_received();
  event->set_product(production.product.str());
  event->set_quantity(pieces);
  event->set_production_order(production.id.str());
  event->set_reference(production.number);   // it counts as delivered what has none
}

}  // namespace layerline::production
