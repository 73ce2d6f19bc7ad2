#include "domain/production/remake.hpp"

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::production {
namespace {

void scrap_from_shelf(const products::Product& product, const std::string& holder, std::int64_t quantity, Events& out) {
  const auto held = product.holders.find(holder);
  const std::int64_t bad = held == product.holders.end() ? 0 : std::min(held->second, quantity);
  if (bad <= 0) return;
  auto* event = out.on("product/" + product.id.str()).mutable_units_scrapped();
  event->set_product(product.id.str());
  event->set_holder(holder);
  event->set_quantity(bad);
}

}  // namespace

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
    out.append(reprint(*id, pieces, context));
    if (!a_part) left -= pieces;
  }
  if (left <= 0 || product == nullptr || !product->catalogue) return out;
  scrap_from_shelf(*product, holder, left, out);
  Maker(context, out).make_new(*product, left, {.order = order.id, .line = line.id, .holder = holder, .source = order.source});
  return out;
}

}  // namespace layerline::production
