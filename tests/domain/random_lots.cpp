#include "tests/domain/random_lots.hpp"

namespace layerline::test {
namespace {

LocationId any_location(Dice& dice) { return LocationId(dice.chance(60) ? "main" : dice.chance(90) ? "shelf" : "nowhere"); }

// Mostly for who has something reserved, and of the right material.
inventory::ChooseLots choice(Dice& dice, const Workshop& w) {
  inventory::ChooseLots choose{.production = dice.key_of(w.production), .lots = {}, .take_reserved = dice.chance(50)};
  const inventory::Material* material = w.material(dice.key_of(w.materials));
  if (material != nullptr && !material->reservations.empty() && dice.chance(90)) choose.production = dice.key_of(material->reservations);
  for (std::int64_t i = dice.upto(3); i > 0; --i) {
    choose.lots.push_back(dice.key_of(w.lots));
    if (material == nullptr || material->lots.empty() || dice.chance(10)) continue;
    choose.lots.back() = std::next(material->lots.begin(), dice.upto(std::ssize(material->lots) - 1))->second;
  }
  return choose;
}

}  // namespace

Command lot_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  const LotId lot = dice.key_of(w.lots);
  const LocationId at = dice.chance(50) ? LocationId() : any_location(dice);
  switch (dice.upto(10)) {
    case 0: return inventory::OpenLocation{LocationId(dice.chance(90) ? "shelf" : "a shelf"), fmt::format("Shelf {}", dice.upto(2))};
    case 1: case 2:
      return inventory::ReceiveStock{dice.key_of(w.materials), {dice.upto(300'000)}, "", LotId(fmt::format("S-{}", dice.upto(400))), at,
                                     {dice.upto(1) * 230'000}, "B"};
    case 3: return inventory::TransferStock{lot, at, any_location(dice), {dice.upto(1) * dice.upto(200'000)}};
    case 4: return inventory::CountLot{lot, at, {dice.upto(300'000) - 1}, "", dice.chance(60)};
    case 5: return inventory::WeighSpool{lot, at, {200'000 + dice.upto(300'000)}, dice.chance(60)};
    case 6: return inventory::AdjustStock{{}, {dice.upto(100'000) - 90'000}, "damaged", lot, at, dice.chance(60)};
    case 7: case 8: return choice(dice, w);
    case 9:
      return inventory::IssueStock{dice.chance(50) ? dice.key_of(w.materials) : MaterialId(), {dice.upto(40'000)},
                                   dice.chance(80) ? "sample" : "", dice.chance(50) ? lot : LotId(), at,
                                   dice.chance(30) ? dice.key_of(w.production) : ProductionOrderId()};
    default: return printing::LoadFilament{dice.key_of(w.printers), dice.upto(1), {}, {}, lot};
  }
}

std::string broken_lots(const Workshop& w, const inventory::Material& m) {
  Mass all;
  for (const auto& [id, lot] : w.lots) {
    if (lot.material != m.id) continue;
    for (const auto& [location, mass] : lot.at)
      if (mass.milligrams < 0) return id.str() + " is below zero at " + location.str();
    if (m.lots.contains(lot.age) != (lot.on_hand().milligrams > 0)) return id.str() + " is wrongly among the lots in stock";
    all = all + lot.on_hand();
  }
  if (all != m.on_hand) return fmt::format("{} mg are on hand and {} in lots", m.on_hand.milligrams, all.milligrams);
  for (const auto& [job, print] : m.prints) {
    if (inventory::sum(print.lots) != print.mass - print.missing) return job.str() + " took other than its lots gave";
    if (!w.production.contains(print.production)) return job.str() + " was made for nobody";
    for (const inventory::LotPart& part : print.lots)
      if (part.mass.milligrams <= 0 || w.lot(part.lot) == nullptr) return job.str() + " took of a lot that is none";
  }
  return "";
}

namespace {

std::string broken_lot(const inventory::Material& m, const inventory::Lot& lot) {
  Mass held, chosen;
  for (const auto& [production, hold] : m.holds) {
    const Mass part = inventory::held_of(hold, lot.id);
    held = held + part;
    if (hold.chosen) chosen = chosen + part;
    if (lot.holders.contains(production) != (part.milligrams > 0)) return lot.id.str() + " does not know who holds it";
  }
  if (lot.held != held || lot.chosen != chosen) return lot.id.str() + ": what is held is not the sum of its holds";
  if (held > lot.on_hand()) return lot.id.str() + ": more is held than there is";
  return "";
}

}  // namespace

std::string broken_holds(const Workshop& w, const inventory::Material& m) {
  for (const auto& [id, lot] : w.lots) {
    const std::string problem = lot.material == m.id ? broken_lot(m, lot) : "";
    if (!problem.empty()) return problem;
  }
  for (const auto& [production, mass] : m.reservations)
    if (inventory::sum(inventory::hold_of(m, production)) != mass) return production.str() + " does not hold what is reserved for it";
  for (const auto& [production, hold] : m.holds) {
    if (!m.reservations.contains(production)) return production.str() + " holds lots, and nothing is reserved for it";
    for (const inventory::Held& part : hold.lots)
      if (part.mass.milligrams <= 0 || w.lots.at(part.lot).material != m.id) return production.str() + " holds a lot that is none of it";
  }
  return m.unsettled.empty() && m.overheld.empty() ? "" : "holds are left unsettled";
}

}  // namespace layerline::test
