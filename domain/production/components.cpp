#include "domain/production/components.hpp"

#include <algorithm>
#include <map>

#include "domain/kernel/scrap.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

// Of so many pieces, by the bill of materials that it was begun with. What a quote made is no component: it is never on the shelf.
std::map<ProductId, std::int64_t> components_of(const ProductionOrder& production, std::int64_t pieces, const Workshop& workshop) {
  std::map<ProductId, std::int64_t> out;
  const products::Product* product = workshop.product(production.product);
  if (product == nullptr) return out;
  const auto bom = product->boms.find(production.bom_version);
  if (bom == product->boms.end()) return out;
  for (const products::BomLine& line : bom->second)
    if (const products::Product* component = workshop.product(line.component); component != nullptr && component->catalogue)
      out[component->id] += with_scrap(pieces * line.quantity, line.scrap_ppm);
  return out;
}

// What is held for it, made for it or waited for.
std::int64_t provided(const ProductionOrder& production, const ProductId& component, const Workshop& workshop) {
  const std::string& holder = production.id.str();
  std::int64_t quantity = products::held(workshop, component, holder) + products::short_by(workshop, component, holder);
  for (const ProductionOrderId& id : production.components)
    if (const ProductionOrder& maker = workshop.production.at(id); maker.product == component && !over(maker))
      quantity += maker.quantity - maker.delivered;
  return quantity;
}

}  // namespace

std::optional<MissingComponent> missing_component(const ProductionOrder& production, const Workshop& workshop) {
  for (const ProductionOrderId& id : production.components)
    if (const ProductionOrder& maker = workshop.production.at(id); !over(maker))
      return MissingComponent{maker.product, maker.quantity - maker.delivered, id};
  const auto short_of = workshop.short_units.find(production.id.str());
  if (short_of == workshop.short_units.end()) return std::nullopt;
  const ProductId& bought = *short_of->second.begin();
  return MissingComponent{bought, products::short_by(workshop, bought, production.id.str()), {}};
}

bool has_components(const ProductionOrder& production, const Workshop& workshop) { return !components_of(production, 1, workshop).empty(); }

Events provide_components(const ProductionOrderId& id, const Context& context) {
  Events out;
  const ProductionOrder& production = context.workshop.production.at(id);
  const orders::Order* order = context.workshop.order(production.order);
  const Want want{.order = production.order, .line = production.line, .holder = id.str(),
                  .source = order == nullptr ? "manual" : order->source, .urgency = production.urgency};
  Maker maker(context, out);
  const std::int64_t pieces = production.quantity - std::max(production.delivered, production.assembled);
  for (const auto& [component, needed] : components_of(production, pieces, context.workshop)) {
    const std::int64_t missing = std::min(needed, limits::units_max) - provided(production, component, context.workshop);
    if (missing > 0) (void)maker.make(context.workshop.products.at(component), missing, want);
  }
  return out;
}

void use_components(const ProductionOrder& production, std::int64_t pieces, const Context& context, Events& out) {
  const std::int64_t left = production.quantity - production.delivered;
  auto of_others = components_of(production, left - pieces, context.workshop);   // rounded up, as they were provided
  for (const auto& [component, quantity] : components_of(production, left, context.workshop))
    products::issue(component, production.id.str(), quantity - of_others[component], context, out);
}

Events complete_above(const ProductionOrder& component, const Context& context) {
  const ProductionOrder* above = context.workshop.production_order(ProductionOrderId(component.holder));
  return above == nullptr ? Events{} : complete_if_done(above->id, context);
}

}  // namespace layerline::production
