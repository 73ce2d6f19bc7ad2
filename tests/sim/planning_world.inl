#pragma once

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "tests/sim/planning_world.hpp"

namespace layerline::sim {

// ---- setting out ----

template <class Rule>
World<Rule>::World(std::uint64_t seed) : dice_(seed), beside_(seed) {
  facts_.start = std::chrono::year{2026} / 1 / 5;
  for (int i = 0; i < 9; ++i) facts_.items.push_back(random_item("P" + std::to_string(i), i < 6));
  for (std::size_t parent = 0; parent < facts_.items.size(); ++parent)
    std::ranges::copy(random_bom(parent, parent + 1, 35), std::back_inserter(facts_.boms));
  plan_ = planning::Plan::of(facts_).value();
  command(settings::OpenWorkshop{WorkshopId("w"), "Workshop", "USD", ""});
  for (const auto& location : {shelf, store_room}) command(inventory::OpenLocation{location, location.str()});
  for (const planning::Item& one : facts_.items) {
    command(inventory::DefineMaterial{"PLA", one.sku, "", {1}});
    if (dice_.chance(60)) receive(one.sku, dice_.from(1, 60), shelf);
  }
  tell({});
}

template <class Rule>
planning::Item World<Rule>::random_item(const std::string& sku, bool make) {
  planning::Lot lot = planning::LotForLot{};
  if (dice_.chance(20))
    lot = planning::Multiple{dice_.from(2, 12)};
  else if (dice_.chance(20))
    lot = planning::Minimum{dice_.from(2, 20)};
  else if (dice_.chance(30))
    lot = planning::Period{static_cast<int>(dice_.from(1, 14))};
  return {.sku = sku,
          .safety_stock = dice_.chance(30) ? dice_.from(1, 10) : 0,
          .lead_time_days = static_cast<int>(dice_.upto(8)),
          .lot = lot,
          .make = make};
}

// Of items from a number on; with lower ones it may be a cycle.
template <class Rule>
std::vector<planning::BomLine> World<Rule>::random_bom(std::size_t parent, std::size_t from, int percent) {
  std::vector<planning::BomLine> lines;
  for (std::size_t component = from; component < facts_.items.size(); ++component) {
    if (!dice_.chance(percent)) continue;
    lines.push_back({facts_.items[parent].sku, facts_.items[component].sku, dice_.from(1, 3), dice_.chance(30) ? dice_.upto(400'000) : 0});
  }
  return lines;
}

// ---- telling; the stock is told in planning_stock.inl ----

template <class Rule>
void World<Rule>::tell(Changes changes) {
  for (const std::string& sku : std::exchange(stock_changed_, {})) {
    planning::Item& changed = item(sku);
    changed.on_hand = changed.allocated = 0;
    for (const auto& [place, quantity] : lying_)
      if (received_.at(place.first) == sku) changed.on_hand += quantity;
    for (const auto& [of, quantity] : kept_)
      if (of.first == sku) changed.allocated += quantity;
    const inventory::Material& told = material(sku);
    if (Rule::stock_is_told_to_planning)
      changes.push_back(planning::StockSet{sku, told.on_hand.milligrams, told.reserved.milligrams});
  }
  auto next = plan_.template after_telling<Rule>(changes);
  if (next)
    plan_ = std::move(*next);
  else
    plan_and_full_refuse_alike_ = false;  // only a BOM is ever refused, and that is asked for in its event
}

template <class Rule>
void World<Rule>::forget_supply(const planning::Supply& supply, Changes& changes) {
  std::erase(facts_.supply, supply);
  if (Rule::firm_orders_are_supply || supply.kind != planning::SupplyKind::production_firm) {
    changes.push_back(planning::SupplyGone{supply.sku, supply.id});
  }
}

// ---- what happens ----

template <class Rule>
bool World<Rule>::sale_comes() {
  Sale sale{.demand = {fresh("SO-"), dice_.one_of(facts_.items).sku, dice_.from(1, 12), soon()}};
  expect(sale.demand.id);
  facts_.demand.push_back(sale.demand);
  tell({planning::DemandAdded{sale.demand}});
  sales_[sale.demand.id] = std::move(sale);
  return true;
}

template <class Rule>
bool World<Rule>::sale_moves() {
  if (sales_.empty()) return false;
  auto& [id, sale] = dice_.one_of(sales_);
  if (sale.reserved) return false;
  std::erase(facts_.demand, sale.demand);
  sale.demand.due = soon();
  sale.demand.quantity = dice_.from(1, 12);
  facts_.demand.push_back(sale.demand);
  tell({planning::DemandCancelled{sale.demand.sku, id}, planning::DemandAdded{sale.demand}});
  return true;
}

template <class Rule>
bool World<Rule>::sale_is_cancelled() {
  if (sales_.empty()) return false;
  const auto [id, sale] = dice_.one_of(sales_);
  Changes changes;
  if (sale.reserved)
    release(id);
  else
    changes.push_back(planning::DemandCancelled{sale.demand.sku, id});
  std::erase(facts_.demand, sale.demand);
  sales_.erase(id);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::sale_is_reserved() {
  if (sales_.empty()) return false;
  auto& [id, sale] = dice_.one_of(sales_);
  if (sale.reserved || !reserve(id, {{sale.demand.sku, sale.demand.quantity}})) return false;
  sale.reserved = true;
  std::erase(facts_.demand, sale.demand);
  tell({planning::DemandCancelled{sale.demand.sku, id}});
  return true;
}

template <class Rule>
bool World<Rule>::sale_is_shipped() {
  if (sales_.empty()) return false;
  const auto [id, sale] = dice_.one_of(sales_);
  if (!use(id, {sale.demand.sku, sale.demand.quantity})) return false;
  release(id);
  Changes changes;
  if (!sale.reserved) changes.push_back(planning::DemandCancelled{sale.demand.sku, id});
  std::erase(facts_.demand, sale.demand);
  sales_.erase(id);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::purchase_is_ordered() {
  const auto planned = plan_.orders();
  if (planned.empty()) return false;
  const planning::PlannedOrder& order = dice_.one_of(planned);
  if (order.make) return false;
  const planning::Supply supply{fresh("PUR-"), order.sku, order.quantity, dice_.chance(80) ? order.due : soon(),
                                planning::SupplyKind::purchase};
  purchases_[supply.id] = supply;
  facts_.supply.push_back(supply);
  tell({planning::SupplyAdded{supply}});
  return true;
}

template <class Rule>
bool World<Rule>::purchase_arrives() {
  if (purchases_.empty()) return false;
  const auto [id, supply] = dice_.one_of(purchases_);
  Changes changes;
  forget_supply(supply, changes);
  purchases_.erase(id);
  if (dice_.chance(85))  // else it never comes
    receive(supply.sku, dice_.from(1, supply.quantity), dice_.chance(80) ? shelf : store_room);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::production_is_firmed() {
  const auto planned = plan_.orders();
  if (planned.empty()) return false;
  const planning::PlannedOrder& order = dice_.one_of(planned);
  if (!order.make) return false;
  const planning::Supply supply{fresh("MO-"), order.sku, order.quantity, order.due, planning::SupplyKind::production_firm};
  expect(supply.id);
  productions_[supply.id] = {.supply = supply, .uses = {}};
  facts_.supply.push_back(supply);
  tell(Rule::firm_orders_are_supply ? Changes{planning::SupplyAdded{supply}} : Changes{});
  return true;
}

template <class Rule>
bool World<Rule>::production_is_released() {
  if (productions_.empty()) return false;
  auto& [id, production] = dice_.one_of(productions_);
  planning::Supply& supply = production.supply;
  if (supply.kind != planning::SupplyKind::production_firm) return false;
  std::map<std::string, planning::Quantity> needed;
  for (const planning::BomLine& line : facts_.boms) {
    if (line.parent == supply.sku)
      needed[line.component] += (supply.quantity * line.quantity * (1'000'000 + line.scrap_ppm) + 999'999) / 1'000'000;
  }
  for (const auto& [sku, quantity] : needed) production.uses.push_back({sku, quantity});
  Changes changes;
  if (reserve(id, production.uses)) {
    forget_supply(supply, changes);
    supply.kind = planning::SupplyKind::production_released;
    facts_.supply.push_back(supply);
    changes.push_back(planning::SupplyAdded{supply});
  } else {
    production.uses.clear();
  }
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::production_is_completed() {
  if (productions_.empty()) return false;
  const auto [id, production] = dice_.one_of(productions_);
  if (production.supply.kind != planning::SupplyKind::production_released) return false;
  for (const Use& one : production.uses) {  // a count may have taken its reservations
    if (inventory::reserved_for(material(one.sku), ProductionOrderId(id)).milligrams < one.quantity) return false;
  }
  for (const Use& one : production.uses) use(id, one);
  const planning::Quantity good = production.supply.quantity - (dice_.chance(25) ? dice_.upto(production.supply.quantity) : 0);
  if (good > 0) receive(production.supply.sku, good, shelf);
  Changes changes;
  forget_supply(production.supply, changes);
  productions_.erase(id);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::production_is_cancelled() {
  if (productions_.empty()) return false;
  const auto [id, production] = dice_.one_of(productions_);
  Changes changes;
  release(id);
  forget_supply(production.supply, changes);
  productions_.erase(id);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::stock_is_counted() {
  if (received_.empty()) return false;
  LotId lot = dice_.one_of(received_).first;
  if (!sales_.empty() && dice_.chance(50)) {  // rather one that somebody relies on
    for (const auto& [id, sku] : received_)
      if (!material(sku).reservations.empty()) lot = id;
  }
  const LocationId location = dice_.chance(80) ? shelf : store_room;
  const bool changed = dice_.chance(70) ? command(inventory::CountLot{lot, location, {dice_.upto(20)}, "", dice_.chance(80)})
                       : dice_.chance(50)
                           ? command(inventory::AdjustStock{{}, {dice_.from(-9, 9)}, "damaged", lot, shelf, dice_.chance(80)})
                           : command(inventory::AdjustStock{material_of(received_.at(lot)), {dice_.from(-9, -1)}, "lost"});
  tell({});
  return changed;
}

template <class Rule>
bool World<Rule>::stock_is_moved() {
  if (received_.empty()) return false;
  const LotId lot = dice_.one_of(received_).first;
  const bool out = dice_.chance(60);
  const bool moved = command(inventory::TransferStock{lot, out ? shelf : store_room, out ? store_room : shelf, {dice_.from(1, 20)}});
  tell({});
  return moved;
}

template <class Rule>
bool World<Rule>::bom_changes() {
  const auto parent = static_cast<std::size_t>(dice_.upto(std::ssize(facts_.items) - 1));
  const std::string& sku = facts_.items[parent].sku;
  const auto lines = dice_.chance(50) ? random_bom(parent, parent + 1, 35) : random_bom(parent, 0, 15);
  planning::Facts changed = facts_;
  std::erase_if(changed.boms, [&](const planning::BomLine& line) { return line.parent == sku; });
  changed.boms.insert(changed.boms.end(), lines.begin(), lines.end());
  const bool full = planning::Plan::of(changed).has_value();
  const Changes changes = {planning::BomSet{sku, lines}};
  auto next = plan_.template after_telling<Rule>(changes);
  if (next.has_value() != full) plan_and_full_refuse_alike_ = false;
  if (!full || !next) return false;
  facts_ = std::move(changed);
  plan_ = std::move(*next);
  return true;
}

template <class Rule>
bool World<Rule>::item_changes() {
  planning::Item& changed = dice_.one_of(facts_.items);
  planning::Item fresh_one = random_item(changed.sku, dice_.chance(90) ? changed.make : !changed.make);
  fresh_one.on_hand = changed.on_hand;
  fresh_one.allocated = changed.allocated;
  changed = fresh_one;
  tell({planning::ItemSet{changed}});
  return true;
}

template <class Rule>
bool World<Rule>::day_begins() {
  facts_.start += std::chrono::days(1);
  tell({planning::StartMoved{facts_.start}});
  return true;
}

template <class Rule>
void World<Rule>::step() {
  using Event = bool (World::*)();
  // An event that is likelier stands here more often.
  static constexpr Event all[] = {&World::sale_comes,
                                  &World::sale_comes,
                                  &World::sale_comes,
                                  &World::sale_moves,
                                  &World::sale_is_cancelled,
                                  &World::sale_is_reserved,
                                  &World::sale_is_reserved,
                                  &World::sale_is_shipped,
                                  &World::bom_changes,
                                  &World::stock_is_counted,
                                  &World::sale_is_reserved,
                                  &World::sale_is_shipped,
                                  &World::purchase_is_ordered,
                                  &World::purchase_is_ordered,
                                  &World::purchase_arrives,
                                  &World::purchase_arrives,
                                  &World::production_is_firmed,
                                  &World::production_is_firmed,
                                  &World::production_is_released,
                                  &World::production_is_released,
                                  &World::production_is_completed,
                                  &World::production_is_completed,
                                  &World::production_is_cancelled,
                                  &World::stock_is_counted,
                                  &World::stock_is_moved,
                                  &World::bom_changes,
                                  &World::item_changes,
                                  &World::day_begins};
  if ((this->*dice_.one_of(all))()) ++events;
  beside_.follow(facts_);
}

// ---- looking ----

template <class Rule>
std::set<Broken> World<Rule>::broken() const {
  std::set<Broken> found;
  if (!incremental_is_full()) found.insert(Broken::incremental_is_not_full);
  if (!beside_.is_full()) found.insert(Broken::kept_is_not_full);
  if (!ledger_is_balance()) found.insert(Broken::ledger_is_not_balance);
  if (!allocated_is_on_hand()) found.insert(Broken::more_allocated_than_on_hand);
  if (!uses_are_traced()) found.insert(Broken::untraced);
  if (!reserved_is_held()) found.insert(Broken::not_held_from_lots);
  return found;
}

template <class Rule>
bool World<Rule>::incremental_is_full() const {
  const auto full = planning::net(facts_);
  try {
    return full && *full == plan_.orders() && plan_and_full_refuse_alike_;
  } catch (const std::out_of_range&) {  // an order for a demand that is gone
    return false;
  }
}

// Place by place, and the material is their sum.
template <class Rule>
bool World<Rule>::ledger_is_balance() const {
  std::map<std::string, planning::Quantity> on_hand;
  std::size_t places = 0;
  for (const auto& [place, quantity] : lying_) {
    const inventory::Lot* lot = workshop_.lot(place.first);
    if (lot == nullptr || quantity < 0) return false;
    const auto at = lot->at.find(place.second);
    if (quantity != (at == lot->at.end() ? 0 : at->second.milligrams)) return false;
    places += quantity != 0;
    on_hand[received_.at(place.first)] += quantity;
  }
  for (const auto& [id, lot] : workshop_.lots)
    for (const auto& [location, mass] : lot.at) places -= mass.milligrams != 0;
  return places == 0 && std::ranges::all_of(facts_.items, [&](const planning::Item& one) {
           return material(one.sku).on_hand.milligrams == on_hand[one.sku];
         });
}

template <class Rule>
bool World<Rule>::allocated_is_on_hand() const {
  for (const planning::Item& one : facts_.items) {
    const inventory::Material& of = material(one.sku);
    Mass reserved;
    for (const auto& [order, mass] : of.reservations) reserved = reserved + mass;
    if (of.reserved.milligrams < 0 || of.reserved > of.on_hand || of.reserved != reserved) return false;
  }
  return true;
}

// All that is reserved is held from lots, and of no lot more than there is.
template <class Rule>
bool World<Rule>::reserved_is_held() const {
  std::map<LotId, Mass> held;
  for (const planning::Item& one : facts_.items) {
    const inventory::Material& of = material(one.sku);
    for (const auto& [order, mass] : of.reservations)
      if (inventory::sum(inventory::hold_of(of, order)) != mass) return false;
    for (const auto& [order, hold] : of.holds)
      for (const inventory::Held& part : hold.lots) held[part.lot] = held[part.lot] + part.mass;
  }
  return std::ranges::all_of(held, [&](const auto& lot) { return workshop_.lots.at(lot.first).on_hand() >= lot.second; });
}

// Every milligram that was used is noted with its lot, which was received, for an order, which exists.
template <class Rule>
bool World<Rule>::uses_are_traced() const {
  for (const auto& [job, used] : used_) {
    const auto& prints = material(used.sku).prints;
    const auto print = prints.find(job);
    if (print == prints.end() || print->second.production.str() != used.order || !orders_.contains(used.order)) return false;
    std::map<Place, planning::Quantity> of;
    for (const inventory::LotPart& part : print->second.lots) of[{part.lot, part.location}] += part.mass.milligrams;
    if (of != used.of || inventory::sum(print->second.lots) != print->second.mass) return false;
    for (const auto& [place, quantity] : of)
      if (!received_.contains(place.first) || quantity <= 0) return false;
  }
  return true;
}

}  // namespace layerline::sim
