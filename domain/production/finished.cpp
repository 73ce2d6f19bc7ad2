#include "domain/production/finished.hpp"

#include "domain/production/components.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

Events receive_printed(const ProductionOrder& production, const Context& context) {
  const bool put_together = has_components(production, context.workshop) || missing_component(production, context.workshop);
  return over(production) || put_together ? Events{} : products::receive(production.id, production.printed, context);
}

Events receive_made(const ProductionOrder& production, std::int64_t quantity, const Context& context) {
  if (!has_components(production, context.workshop)) return receive_printed(production, context);
  Events out = products::receive(production.id, quantity, context);
  if (!out.empty()) use_components(production, quantity, context, out);
  return out;
}

}  // namespace layerline::production
