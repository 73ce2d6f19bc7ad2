#include "domain/inventory/hold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <ranges>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::inventory {

// ---- the fold ----

void lot_changed(Material& material, const Lot& lot) {
  if (lot.held > lot.on_hand())
    material.overheld.insert(lot.id);
  else
    material.overheld.erase(lot.id);
}

void reservation_changed(Material& material, const ProductionOrderId& production) {
  const auto hold = material.holds.find(production);
  if (hold != material.holds.end() && sum(hold->second) != reserved_for(material, production))
    material.unsettled.insert(production);
  else
    material.unsettled.erase(production);
}

namespace {

void change_held(Workshop& workshop, Material& material, const ProductionOrderId& production, const Hold& hold, std::int64_t sign) {
  for (const Held& part : hold.lots) {
    Lot& lot = workshop.lots.at(part.lot);
    lot.held = lot.held + part.mass * sign;
    if (hold.chosen) lot.chosen = lot.chosen + part.mass * sign;
    if (sign > 0)
      lot.holders.insert(production);
    else
      lot.holders.erase(production);
    assert(lot.held.milligrams >= 0 && lot.chosen.milligrams >= 0);
    lot_changed(material, lot);
  }
}

}  // namespace

void evolve(Workshop& workshop, const events::ReservationHeld& event, Time) {
  Material& material = workshop.materials.at(MaterialId(event.material()));
  const ProductionOrderId production(event.production_order());
  change_held(workshop, material, production, hold_of(material, production), -1);
  Hold hold{.lots = {}, .chosen = event.chosen()};
  for (const events::HeldLot& part : event.lots()) hold.lots.push_back({LotId(part.lot()), {part.milligrams()}});
  change_held(workshop, material, production, hold, 1);
  if (hold.lots.empty())
    material.holds.erase(production);
  else
    material.holds[production] = std::move(hold);
  reservation_changed(material, production);
}

// ---- decisions ----

namespace {

// Holds as they will be, while several of them are decided.
class Draft {
 public:
  Draft(const Workshop& workshop, const Material& material) : workshop_(workshop), material_(material) {}

  void let_go_of_surplus(const ProductionOrderId& production);
  void leave(const Lot& lot);
  void hold_all(const ProductionOrderId& production);
  void hold_all_that_changed() {
    for (const auto& [production, hold] : changed_) hold_all(production);
  }
  [[nodiscard]] Events events() const;

 private:
  Hold& edit(const ProductionOrderId& production) { return changed_.try_emplace(production, hold_of(material_, production)).first->second; }
  [[nodiscard]] const Hold& current(const ProductionOrderId& production) const {
    const auto changed = changed_.find(production);
    return changed == changed_.end() ? hold_of(material_, production) : changed->second;
  }
  // Below zero: more is held of the lot than there is.
  Mass& free(const Lot& lot) { return free_.try_emplace(lot.id, lot.on_hand() - lot.held).first->second; }
  void give_back(Hold& hold, const Lot& lot, Mass mass);
  Mass take(Hold& hold, const Lot& lot, Mass mass);
  std::vector<const Lot*> in_turn(const Hold& hold) const;

  const Workshop& workshop_;
  const Material& material_;
  std::map<ProductionOrderId, Hold> changed_;
  std::map<LotId, Mass> free_;
};

void Draft::give_back(Hold& hold, const Lot& lot, Mass mass) {
  const auto part = std::ranges::find(hold.lots, lot.id, &Held::lot);
  part->mass = part->mass - mass;
  if (part->mass.milligrams == 0) hold.lots.erase(part);
  free(lot) = free(lot) + mass;
}

Mass Draft::take(Hold& hold, const Lot& lot, Mass mass) {
  const Mass taken = std::min(mass, free(lot));
  if (taken.milligrams <= 0) return {};
  const auto part = std::ranges::find(hold.lots, lot.id, &Held::lot);
  if (part == hold.lots.end())
    hold.lots.push_back({lot.id, taken});
  else
    part->mass = part->mass + taken;
  free(lot) = free(lot) - taken;
  return taken;
}

// In the order in which prints take it.
void Draft::let_go_of_surplus(const ProductionOrderId& production) {
  Mass surplus = sum(current(production)) - reserved_for(material_, production);
  if (surplus.milligrams <= 0) return;
  Hold& hold = edit(production);
  while (surplus.milligrams > 0) {
    const Held first = hold.lots.front();
    const Mass part = std::min(surplus, first.mass);
    give_back(hold, workshop_.lots.at(first.lot), part);
    surplus = surplus - part;
  }
}

// Until no more is held of the lot than there is.
void Draft::leave(const Lot& lot) {
  for (const bool chosen : {false, true})
    for (const ProductionOrderId& holder : std::views::reverse(lot.holders)) {
      const Mass missing = Mass{} - free(lot);
      if (missing.milligrams <= 0) return;
      if (hold_of(material_, holder).chosen != chosen) continue;
      const Mass part = std::min(missing, held_of(current(holder), lot.id));
      if (part.milligrams <= 0) continue;
      Hold& hold = edit(holder);
      hold.chosen = false;
      give_back(hold, lot, part);
    }
}

// The lots that something is held from already, and then the oldest ones.
std::vector<const Lot*> Draft::in_turn(const Hold& hold) const {
  std::vector<const Lot*> lots;
  for (const Held& part : hold.lots) lots.push_back(&workshop_.lots.at(part.lot));
  for (const auto& [age, id] : material_.lots)
    if (held_of(hold, id).milligrams == 0) lots.push_back(&workshop_.lots.at(id));
  return lots;
}

void Draft::hold_all(const ProductionOrderId& production) {
  Mass missing = reserved_for(material_, production) - sum(current(production));
  if (missing.milligrams <= 0) return;
  Hold& hold = edit(production);
  const std::vector<const Lot*> lots = in_turn(hold);
  const auto enough = std::ranges::find_if(lots, [&](const Lot* lot) { return free(*lot) >= missing; });
  if (enough != lots.end()) missing = missing - take(hold, **enough, missing);
  for (const Lot* lot : lots) missing = missing - take(hold, *lot, missing);
}

void note_held(const Material& material, const ProductionOrderId& production, const Hold& hold, const std::string& by, Events& out) {
  auto* event = out.on("material/" + material.id.str()).mutable_stock_held();
  event->set_material(material.id.str());
  event->set_production_order(production.str());
  for (const Held& part : hold.lots) {
    auto* lot = event->add_lots();
    lot->set_lot(part.lot.str());
    lot->set_milligrams(part.mass.milligrams);
  }
  event->set_chosen(hold.chosen && !hold.lots.empty());
  event->set_by(by);
}

Events Draft::events() const {
  Events out;
  for (const auto& [production, hold] : changed_)
    if (hold != hold_of(material_, production)) note_held(material_, production, hold, "", out);
  return out;
}

void settle(Draft& draft, const Material& material, const Workshop& workshop) {
  for (const ProductionOrderId& production : material.unsettled) draft.let_go_of_surplus(production);
  for (const LotId& lot : material.overheld) draft.leave(workshop.lots.at(lot));
  for (const ProductionOrderId& production : material.unsettled) draft.hold_all(production);
  draft.hold_all_that_changed();
}

}  // namespace

Events hold(const MaterialId& id, const ProductionOrderId& production, const Context& context) {
  const Material* material = context.workshop.material(id);
  if (material == nullptr) return {};
  Draft draft(context.workshop, *material);
  settle(draft, *material, context.workshop);
  draft.hold_all(production);
  return draft.events();
}

Events settle_holds(const Material& material, const Context& context) {
  if (material.unsettled.empty() && material.overheld.empty()) return {};
  Draft draft(context.workshop, material);
  settle(draft, material, context.workshop);
  return draft.events();
}

namespace {

Rejection lot_reserved(const std::string& detail, const Lot& lot) {
  Rejection rejection{Refusal::refused, "lot-reserved", detail, {}};
  rejection.data = {{"lot", lot.id.str()},
                    {"on_hand_mg", fmt::format("{}", lot.on_hand().milligrams)},
                    {"reserved_mg", fmt::format("{}", lot.held.milligrams)}};
  return rejection;
}

}  // namespace

std::optional<Rejection> held_back(const Lot& lot, Mass taken, const Workshop& workshop) {
  const Mass there = lot.on_hand();
  if (there - taken >= lot.held || lot.holders.empty()) return std::nullopt;
  const std::string& first = workshop.production.at(*lot.holders.begin()).number;
  return lot_reserved(fmt::format("{} mg of lot {} are held for production orders, such as {}; say \"take_reserved\" to take them.",
                                  lot.held.milligrams, lot.id.str(), first),
                      lot);
}

namespace {

// What a production order could hold of a lot.
Mass open_to(const ChooseLots& command, const Lot& lot, const Hold& own, const Workshop& workshop) {
  const Mass open = command.take_reserved ? usable(workshop, lot, command.production) : lot.on_hand() - lot.held + held_of(own, lot.id);
  return std::max(Mass{}, open);
}

std::expected<Hold, Rejection> choose(const ChooseLots& command, const Material& material, const Workshop& workshop) {
  const Hold& own = hold_of(material, command.production);
  Mass missing = reserved_for(material, command.production);
  Hold chosen{.lots = {}, .chosen = true};
  for (const LotId& id : command.lots) {
    const Lot* lot = workshop.lot(id);
    if (lot == nullptr) return not_found("lot");
    if (lot->material != material.id)
      return refuse("lot-of-another-material", fmt::format("Lot {} is of {}.", id.str(), lot->material.str()));
    const Mass part = held_of(chosen, id).milligrams > 0 ? Mass{} : std::min(missing, open_to(command, *lot, own, workshop));
    if (part.milligrams > 0) chosen.lots.push_back({id, part});
    missing = missing - part;
  }
  if (missing.milligrams == 0) return chosen;
  const Lot& last = workshop.lots.at(command.lots.back());
  const std::string detail = fmt::format("These lots have {} mg too little that is not held for others.", missing.milligrams);
  return std::unexpected(lot_reserved(detail, last));
}

}  // namespace

Decided decide(const ChooseLots& command, const Context& context) {
  const production::ProductionOrder* production = context.workshop.production_order(command.production);
  if (production == nullptr) return not_found("production order");
  const Material* material = context.workshop.material(production->material);
  if (material == nullptr || reserved_for(*material, command.production).milligrams == 0)
    return refuse("nothing-reserved", fmt::format("Nothing is reserved for {}.", production->number));
  if (std::ssize(command.lots) > limits::lots_chosen_max)
    return refuse("too-many-lots", fmt::format("At most {} lots are chosen.", limits::lots_chosen_max));
  Hold next = hold_of(*material, command.production);
  next.chosen = false;
  if (!command.lots.empty()) {
    auto chosen = choose(command, *material, context.workshop);
    if (!chosen) return std::unexpected(std::move(chosen.error()));
    next = std::move(*chosen);
  }
  Events out;
  if (next != hold_of(*material, command.production)) note_held(*material, command.production, next, context.actor, out);
  return out;   // a policy holds the others from other lots
}

// ---- queries ----

const Hold& hold_of(const Material& material, const ProductionOrderId& production) {
  static const Hold none;
  const auto found = material.holds.find(production);
  return found == material.holds.end() ? none : found->second;
}

Mass sum(const Hold& hold) {
  Mass all;
  for (const Held& part : hold.lots) all = all + part.mass;
  return all;
}

Mass held_of(const Hold& hold, const LotId& lot) {
  const auto part = std::ranges::find(hold.lots, lot, &Held::lot);
  return part == hold.lots.end() ? Mass{} : part->mass;
}

Mass usable(const Workshop& workshop, const Lot& lot, const ProductionOrderId& production) {
  const Material& material = workshop.materials.at(lot.material);
  const Hold& own = hold_of(material, production);
  return lot.on_hand() - (lot.chosen - (own.chosen ? held_of(own, lot.id) : Mass{}));
}

bool may_use(const Workshop& workshop, const MaterialId& id, const LotId& lot, const ProductionOrderId& production) {
  const Material* material = workshop.material(id);
  if (material == nullptr) return true;
  const Hold& own = hold_of(*material, production);
  return !own.chosen || held_of(own, lot).milligrams > 0;
}

}  // namespace layerline::inventory
