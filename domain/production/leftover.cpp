#include "domain/production/leftover.hpp"

#include <algorithm>

#include "domain/production/components.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

void receive_left(const ProductionOrder& production, std::int64_t most, const Context& context, Events& out) {
  const products::Product* product = context.workshop.product(production.product);
  const std::int64_t left = std::min(most, production.printed - production.delivered);
  if (product == nullptr || !product->catalogue || has_components(production, context.workshop) || left <= 0) return;
  auto* event = out.on("product/" + product->id.str()).mutable_units_received();
  event->set_product(product->id.str());
  event->set_quantity(left);
  event->set_production_order(production.id.str());
}

}  // namespace layerline::production
