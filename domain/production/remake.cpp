#include "domain/production/remake.hpp"

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::production {

Events remake(const orders::Order& order, const orders::Line& line, std::int64_t quantity, const Context& context) {
  Events out;
  const std::string holder = orders::holder_of(order.id, line);
  const products::Product* product = context.workshop.product(line.product);
  std::int64_t left = quantity;
  for (auto id = order.production.rbegin(); id != order.production.rend() && left > 0; ++id) {
    const ProductionOrder& production = context.workshop.production.at(*id);
    // A custom product has a production order a part, and no holder: every part is made again.
    const bool a_part = product != nullptr && !product->catalogue && production.line == line.id;
    if (production.holder != holder && !a_part) continue;
    const std::int64_t pieces = std::min(left, production.printed + production.failed);
    if (pieces <= 0 || production.status == Status::cancelled) continue;
    reprint(*id, pieces, context, out);
    if (!a_part) left -= pieces;
  }
  if (left <= 0 || product == nullptr || !product->catalogue) return out;
  products::scrap_held(*product, holder, left, context, out);
  Maker(context, out).make_new(*product, left, {.order = order.id, .line = line.id, .holder = holder, .source = order.source});
  return out;
}

}  // namespace layerline::production
