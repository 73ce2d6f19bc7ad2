#include "domain/production/remake.hpp"

#include <fmt/format.h>

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
  Maker(context, out).make_new(*product, left, {.order = order.id, .line = line.id, .holder = holder, .source = order.source,
                                                .urgency = order.urgency});
  return out;
}

namespace {

// Whether its pieces are what the order gets, and not parts of them.
bool makes(const orders::Order& order, const orders::Line* line, const ProductionOrder& production) {
  if (std::ranges::count(order.production, production.id) == 0 || production.line != (line == nullptr ? "" : line->id)) return false;
  return production.holder.empty() || (line != nullptr && production.holder == orders::holder_of(order.id, *line));
}

}  // namespace

Decided remake(const orders::Order& order, const orders::Line* line, const std::vector<ProductionOrderId>& bad, std::int64_t quantity,
               const Context& context) {
  Events out;
  std::int64_t of_line = line == nullptr ? 0 : line->quantity - line->sent;   // units of one product, however many have made them
  for (auto id = bad.begin(); id != bad.end(); ++id) {
    const ProductionOrder* production = context.workshop.production_order(*id);
    if (production == nullptr || !makes(order, line, *production) || std::find(bad.begin(), id, *id) != id)
      return not_found("production order that makes these pieces of the order");
    const std::int64_t most = production->holder.empty() ? production->printed : std::min(production->printed, of_line);
    if (quantity > most)
      return refuse("quantity-out-of-range", fmt::format("At most {} pieces of {} can be printed again.", most, production->number));
    if (!production->holder.empty()) of_line -= quantity;
    reprint(*id, quantity, context, out);
  }
  return out;
}

}  // namespace layerline::production
