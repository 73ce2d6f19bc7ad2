#include "tests/domain/random_inspection.hpp"

namespace layerline::test {

Command inspection_command(Dice& dice, const Workshop& w) {
  const ProductionOrderId id = dice.key_of(w.production);
  if (dice.chance(20)) return production::CancelProduction{id, "random"};
  if (dice.chance(10)) {
    const OrderId order = dice.key_of(w.orders);
    return orders::FailQualityCheck{order, "", dice.upto(2), dice.chance(50) ? "1" : "", {}, {id}};
  }
  production::InspectProduction command{.production = id, .passed = dice.chance(20), .rework = dice.chance(60), .reason = "random"};
  if (!command.passed) command.scrap_quantity = dice.upto(3);
  return command;
}

}  // namespace layerline::test
