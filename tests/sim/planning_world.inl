#pragma once

#include <algorithm>
#include <concepts>
#include <iterator>
#include <stdexcept>

#include "tests/sim/planning_world.hpp"

namespace layerline::sim {

inline const stock::LocationId shelf("shelf"), store_room("store-room");

// ---- setting out ----

template <class Rule>
World<Rule>::World(std::uint64_t seed) : dice_(seed) {
  facts_.start = std::chrono::year{2026} / 1 / 5;
  for (int i = 0; i < 9; ++i) facts_.items.push_back(random_item("P" + std::to_string(i), i < 6));
  for (std::size_t parent = 0; parent < facts_.items.size(); ++parent)
    std::ranges::copy(random_bom(parent, parent + 1, 35), std::back_inserter(facts_.boms));
  plan_ = planning::Plan::of(facts_).value();
  for (const auto& location : {shelf, store_room}) command(stock::OpenLocation{location, location.str()});
  for (const planning::Item& one : facts_.items) {
    if (dice_.chance(60)) command(stock::Receive{stock::LotId(fresh("L")), one.sku, shelf, dice_.from(1, 60)});
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

// ---- telling ----

template <class Rule>
template <class Command>
bool World<Rule>::command(const Command& asked) {
  const auto decided = stock::decide(asked, stock_);
  if (!decided || decided->empty()) return false;
  for (const stock::Fact& fact : *decided) {
    if (!Rule::counts_take_reservations_back && std::same_as<Command, stock::Count> && std::holds_alternative<stock::LotReleased>(fact))
      continue;
    note(fact);
    apply(fact);
  }
  return true;
}

// The mutants go around `evolve`, which asserts what they break.
template <class Rule>
void World<Rule>::apply(const stock::Fact& fact) {
  if (const auto* moved = std::get_if<stock::LotMoved>(&fact); moved && !Rule::moves_empty_the_source) {
    stock_.lots[moved->lot].at[moved->to].on_hand += moved->quantity;
    return;
  }
  if (const auto* counted = std::get_if<stock::LotAdjusted>(&fact); counted && !Rule::counts_take_reservations_back) {
    stock_.lots[counted->lot].at[counted->location].on_hand += counted->difference;
    return;
  }
  stock::evolve(stock_, fact);
  if (const auto* issued = std::get_if<stock::LotIssued>(&fact); issued && !Rule::issues_note_the_order) {
    stock_.lots[issued->lot].issued.erase(issued->user);
  }
}

template <class Rule>
void World<Rule>::note(const stock::Fact& fact) {
  const auto add = [&](const stock::LotId& lot, const stock::LocationId& location, stock::Quantity on_hand, stock::Quantity allocated) {
    stock::Balance& balance = ledger_[{lot, location}];
    balance.on_hand += on_hand;
    balance.allocated += allocated;
    stock_changed_.insert(received_[lot]);
  };
  if (const auto* received = std::get_if<stock::LotReceived>(&fact)) {
    received_[received->lot] = received->sku;
    add(received->lot, received->location, received->quantity, 0);
  } else if (const auto* moved = std::get_if<stock::LotMoved>(&fact)) {
    add(moved->lot, moved->from, -moved->quantity, 0);
    add(moved->lot, moved->to, moved->quantity, 0);
  } else if (const auto* adjusted = std::get_if<stock::LotAdjusted>(&fact)) {
    add(adjusted->lot, adjusted->location, adjusted->difference, 0);
  } else if (const auto* reserved = std::get_if<stock::LotReserved>(&fact)) {
    add(reserved->lot, reserved->location, 0, reserved->quantity);
  } else if (const auto* released = std::get_if<stock::LotReleased>(&fact)) {
    add(released->lot, released->location, 0, -released->quantity);
  } else if (const auto* issued = std::get_if<stock::LotIssued>(&fact)) {
    add(issued->lot, issued->location, -issued->quantity, -issued->reserved);
    issued_[{issued->user, issued->lot}] += issued->quantity;
  }
}

// All of it or nothing.
template <class Rule>
bool World<Rule>::reserve(const stock::UserId& user, const std::vector<Use>& uses) {
  for (const Use& use : uses) {
    if (!Rule::reserved_stock_is_not_available && !stock_.lots_of[use.sku].empty()) {
      stock::Lot& lot = stock_.lots[stock_.lots_of[use.sku].front()];
      const stock::Fact fact = stock::LotReserved{user, lot.id, shelf, use.quantity};
      if (lot.at[shelf].on_hand < use.quantity) return false;
      note(fact);
      lot.at[shelf].allocated += use.quantity;
      lot.reservations.push_back({user, shelf, use.quantity});
    } else if (!command(stock::Reserve{user, use.sku, use.quantity})) {
      command(stock::Release{user});
      return false;
    }
  }
  return true;
}

template <class Rule>
void World<Rule>::tell(Changes changes) {
  for (const std::string& sku : std::exchange(stock_changed_, {})) {
    planning::Item& changed = item(sku);
    changed.on_hand = changed.allocated = 0;
    for (const auto& [place, balance] : ledger_) {
      if (received_.at(place.first) != sku) continue;
      changed.on_hand += balance.on_hand;
      changed.allocated += balance.allocated;
    }
    const stock::Balance told = stock::balance(stock_, sku);
    if (Rule::stock_is_told_to_planning) changes.push_back(planning::StockSet{sku, told.on_hand, told.allocated});
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
  orders_.insert(stock::UserId(sale.demand.id));
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
    command(stock::Release{stock::UserId(id)});
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
  if (sale.reserved || !reserve(stock::UserId(id), {{sale.demand.sku, sale.demand.quantity}})) return false;
  sale.reserved = true;
  std::erase(facts_.demand, sale.demand);
  tell({planning::DemandCancelled{sale.demand.sku, id}});
  return true;
}

template <class Rule>
bool World<Rule>::sale_is_shipped() {
  if (sales_.empty()) return false;
  const auto [id, sale] = dice_.one_of(sales_);
  if (!command(stock::Issue{stock::UserId(id), sale.demand.sku, sale.demand.quantity})) return false;
  command(stock::Release{stock::UserId(id)});
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
  if (dice_.chance(85)) {  // else it never comes
    command(
        stock::Receive{stock::LotId(fresh("L")), supply.sku, dice_.chance(80) ? shelf : store_room, dice_.from(1, supply.quantity), id});
  }
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
  orders_.insert(stock::UserId(supply.id));
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
  if (reserve(stock::UserId(id), production.uses)) {
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
  const stock::UserId user(id);
  if (production.supply.kind != planning::SupplyKind::production_released) return false;
  for (const Use& use : production.uses) {  // a count may have taken its reservations
    if (stock::reserved_for(stock_, user, use.sku) < use.quantity) return false;
  }
  for (const Use& use : production.uses) command(stock::Issue{user, use.sku, use.quantity});
  const stock::Quantity good = production.supply.quantity - (dice_.chance(25) ? dice_.upto(production.supply.quantity) : 0);
  if (good > 0) command(stock::Receive{stock::LotId(fresh("L")), production.supply.sku, shelf, good, id, user});
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
  command(stock::Release{stock::UserId(id)});
  forget_supply(production.supply, changes);
  productions_.erase(id);
  tell(std::move(changes));
  return true;
}

template <class Rule>
bool World<Rule>::stock_is_counted() {
  if (stock_.lots.empty()) return false;
  const stock::Lot* lot = &dice_.one_of(stock_.lots).second;
  if (!sales_.empty() && dice_.chance(50)) {  // rather one that somebody relies on
    for (const auto& [id, other] : stock_.lots) lot = other.reservations.empty() ? lot : &other;
  }
  const bool changed = dice_.chance(70) ? command(stock::Count{lot->id, dice_.chance(80) ? shelf : store_room, dice_.upto(20)})
                                        : command(stock::Adjust{lot->id, shelf, dice_.from(-9, 9), stock::Reason::damaged});
  tell({});
  return changed;
}

template <class Rule>
bool World<Rule>::stock_is_moved() {
  if (stock_.lots.empty()) return false;
  const auto& [id, lot] = dice_.one_of(stock_.lots);
  const bool out = dice_.chance(60);
  const bool moved = command(stock::Move{id, out ? shelf : store_room, out ? store_room : shelf, dice_.from(1, 20)});
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
}

// ---- looking ----

template <class Rule>
std::set<Broken> World<Rule>::broken() const {
  std::set<Broken> found;
  if (!incremental_is_full()) found.insert(Broken::incremental_is_not_full);
  if (!ledger_is_balance()) found.insert(Broken::ledger_is_not_balance);
  if (!allocated_is_on_hand()) found.insert(Broken::more_allocated_than_on_hand);
  if (!issues_are_traced()) found.insert(Broken::untraced);
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

template <class Rule>
bool World<Rule>::ledger_is_balance() const {
  std::size_t places = 0;
  for (const auto& [place, balance] : ledger_) {
    const auto lot = stock_.lots.find(place.first);
    if (lot == stock_.lots.end()) return false;
    const auto at = lot->second.at.find(place.second);
    if (balance != (at == lot->second.at.end() ? stock::Balance{} : at->second)) return false;
    places += balance != stock::Balance{};
  }
  for (const auto& [id, lot] : stock_.lots) {
    for (const auto& [location, balance] : lot.at) places -= balance != stock::Balance{};
  }
  return places == 0;
}

template <class Rule>
bool World<Rule>::allocated_is_on_hand() const {
  for (const auto& [id, lot] : stock_.lots) {
    for (const auto& [location, balance] : lot.at) {
      stock::Quantity reserved = 0;
      for (const stock::Reservation& one : lot.reservations) reserved += one.location == location ? one.quantity : 0;
      if (balance.allocated < 0 || balance.allocated > balance.on_hand || balance.allocated != reserved) return false;
    }
  }
  return true;
}

// Every unit that was issued is noted with its lot, which was received, for an order, which exists.
template <class Rule>
bool World<Rule>::issues_are_traced() const {
  for (const auto& [who, quantity] : issued_) {
    const auto& [user, id] = who;
    const auto lot = stock_.lots.find(id);
    if (lot == stock_.lots.end() || !received_.contains(id) || !orders_.contains(user)) return false;
    const auto noted = lot->second.issued.find(user);
    if (noted == lot->second.issued.end() || noted->second != quantity) return false;
  }
  return true;
}

template <class Rule>
bool World<Rule>::traced_through_all_levels() const {
  for (const auto& [who, quantity] : issued_) {
    if (!stock::origins_of(stock_, who.first).contains(who.second) || !stock::users_of(stock_, who.second).contains(who.first))
      return false;
  }
  for (const stock::UserId& user : orders_) {
    for (const stock::LotId& lot : stock::origins_of(stock_, user)) {
      if (!stock::users_of(stock_, lot).contains(user)) return false;
    }
  }
  return true;
}

}  // namespace layerline::sim
