#include "tests/domain/random_inspection.hpp"

#include <map>

namespace layerline::test {
namespace {

// Mostly one for which `wanted` holds.
template <class Wanted>
ProductionOrderId any(Dice& dice, const Workshop& w, const Wanted& wanted) {
  std::map<ProductionOrderId, bool> some;
  for (const auto& [id, production] : w.production)
    if (wanted(production)) some.emplace(id, true);
  return dice.chance(90) ? dice.key_of(some) : dice.key_of(w.production);
}

}  // namespace

Command inspection_command(Dice& dice, const Workshop& w) {
  using production::ProductionOrder;
  if (dice.chance(25))
    return production::CancelProduction{any(dice, w, [](const ProductionOrder& p) { return p.order.empty(); }), "random"};
  const bool for_stock = dice.chance(40);
  const ProductionOrderId id = any(dice, w, [&](const ProductionOrder& p) {
    return p.printed + p.failed > 0 && (!for_stock || p.order.empty());
  });
  if (dice.chance(10)) {
    const OrderId order = dice.key_of(w.orders);
    return orders::FailQualityCheck{order, "", dice.upto(2), dice.chance(50) ? "1" : "", {}, {id}};
  }
  production::InspectProduction command{.production = id, .passed = dice.chance(20), .rework = dice.chance(60), .reason = "random"};
  if (!command.passed) command.scrap_quantity = dice.upto(3);
  return command;
}

production::CompleteProduction completion(Dice& dice, const ProductionOrderId& production) {
  if (dice.chance(40)) return {production};
  return {production, dice.upto(3)};
}

production::FinishWorkStep any_step(Dice& dice, const Workshop& w) {
  const production::ProductionOrder* production = w.production_order(dice.key_of(w.production));
  if (production == nullptr || production->steps.empty()) return {ProductionOrderId("none"), "sanding"};
  return {production->id, production->steps[static_cast<std::size_t>(dice.upto(std::ssize(production->steps) - 1))].name};
}

}  // namespace layerline::test
