// The stock of a World: the server's own decisions, fold and policies, and a ledger of what their events say.
#pragma once

#include <concepts>

#include "domain/policies/policies.hpp"
#include "tests/sim/planning_world.hpp"

namespace layerline::sim {

inline const LocationId shelf("shelf"), store_room("store-room");

inline MaterialId material_of(const std::string& sku) { return MaterialId("PLA-" + sku); }
inline std::string sku_of(const std::string& material) { return material.substr(4); }

template <class Rule>
template <class Command>
bool World<Rule>::command(const Command& asked) {
  const auto decided = decide(asked, context());
  if (!decided || decided->empty()) return false;
  happen(*decided, Rule::counts_take_reservations_back || !std::same_as<Command, inventory::CountLot>);
  return true;
}

template <class Rule>
void World<Rule>::happen(Events first, bool with_policies) {
  std::vector<NewEvent> done;
  const auto fold = [&](const Events& batch) {
    for (const NewEvent& event : batch.list()) {
      note(event.event);
      apply(event.stream, event.event);
      done.push_back(event);
    }
  };
  fold(first);
  for (std::size_t next = 0; with_policies && next < done.size(); ++next) fold(policies::react(done[next].event, context()));
}

// The mutants go around `evolve`, or leave out what it needs.
template <class Rule>
void World<Rule>::apply(const std::string& stream, events::Event event) {
  if (event.has_stock_moved() && !Rule::moves_empty_the_source) {
    Mass& there = workshop_.lots.at(LotId(event.stock_moved().lot())).at[LocationId(event.stock_moved().to())];
    there = there + Mass{event.stock_moved().milligrams()};
    return;
  }
  if (event.has_stock_consumed() && !Rule::issues_note_the_order) event.mutable_stock_consumed()->clear_production_order();
  evolve(workshop_, stream, event, now_);
}

template <class Rule>
void World<Rule>::note_parts(const inventory::StoredParts& parts, const std::string& sku, planning::Quantity sign) {
  for (const events::LotPart& part : parts) {
    received_.emplace(LotId(part.lot()), sku);
    lying_[{LotId(part.lot()), LocationId(part.location())}] += sign * part.milligrams();
  }
  stock_changed_.insert(sku);
}

template <class Rule>
void World<Rule>::note(const events::Event& event) {
  if (const auto& received = event.stock_received(); event.has_stock_received()) {
    const LotId lot = received.lot().empty() ? inventory::own_lot(MaterialId(received.material())) : LotId(received.lot());
    received_[lot] = sku_of(received.material());
    lying_[{lot, LocationId(received.location())}] += received.milligrams();
    stock_changed_.insert(sku_of(received.material()));
  } else if (const auto& adjusted = event.stock_adjusted(); event.has_stock_adjusted()) {
    note_parts(adjusted.lots(), sku_of(adjusted.material()), 1);
  } else if (const auto& moved = event.stock_moved(); event.has_stock_moved()) {
    lying_[{LotId(moved.lot()), LocationId(moved.from())}] -= moved.milligrams();
    lying_[{LotId(moved.lot()), LocationId(moved.to())}] += moved.milligrams();
  } else if (const auto& reserved = event.stock_reserved(); event.has_stock_reserved()) {
    kept_[{sku_of(reserved.material()), reserved.production_order()}] += reserved.milligrams();
    stock_changed_.insert(sku_of(reserved.material()));
  } else if (const auto& released = event.stock_released(); event.has_stock_released()) {
    kept_[{sku_of(released.material()), released.production_order()}] -= released.milligrams();
    stock_changed_.insert(sku_of(released.material()));
  } else if (const auto& consumed = event.stock_consumed(); event.has_stock_consumed()) {
    const std::string sku = sku_of(consumed.material());
    note_parts(consumed.lots(), sku, -1);
    kept_[{sku, using_}] -= consumed.from_reservation_mg();
    Used& used = used_[PrintJobId(consumed.job())];
    used = {sku, using_, {}};
    for (const events::LotPart& part : consumed.lots()) used.of[{LotId(part.lot()), LocationId(part.location())}] += part.milligrams();
  }
}

template <class Rule>
const inventory::Material& World<Rule>::material(const std::string& sku) const {
  return workshop_.materials.at(material_of(sku));
}

// An order of no pieces: who loses a reservation to a count does not wait for another one.
template <class Rule>
void World<Rule>::expect(const std::string& user) {
  Events out;
  auto* event = out.on("production/" + user).mutable_production_order_created();
  event->set_production_order(user);
  event->set_number(user);
  orders_.insert(user);
  happen(std::move(out));
}

// All of it or nothing.
template <class Rule>
bool World<Rule>::reserve(const std::string& user, const std::vector<Use>& uses) {
  for (const Use& wanted : uses) {
    const inventory::Material& of = material(wanted.sku);
    const Mass there = Rule::reserved_stock_is_not_available ? of.available() : of.on_hand;
    if (there.milligrams < wanted.quantity) {
      release(user);
      return false;
    }
    if (of.available().milligrams >= wanted.quantity) {
      happen(inventory::reserve(of.id, ProductionOrderId(user), {wanted.quantity}, context()));
      continue;
    }
    Events out;
    auto* event = out.on("material/" + of.id.str()).mutable_stock_reserved();
    event->set_material(of.id.str());
    event->set_production_order(user);
    event->set_milligrams(wanted.quantity);
    happen(std::move(out), false);
  }
  return true;
}

template <class Rule>
void World<Rule>::release(const std::string& user) {
  for (const planning::Item& one : facts_.items) {
    const inventory::Material& of = material(one.sku);
    const Mass reserved = inventory::reserved_for(of, ProductionOrderId(user));
    happen(inventory::release(of.id, ProductionOrderId(user), reserved, context()));
  }
}

// What is reserved for it, and what is free: all of it or nothing.
template <class Rule>
bool World<Rule>::use(const std::string& user, const Use& wanted) {
  const inventory::Material& of = material(wanted.sku);
  const ProductionOrderId order(user);
  if ((inventory::reserved_for(of, order) + of.available()).milligrams < wanted.quantity) return false;
  using_ = user;
  happen(inventory::consume(of.id, order, PrintJobId(fresh("J")), {wanted.quantity}, "sliced", context()), Rule::uses_let_go_of_lots);
  return true;
}

// Mostly as a lot of its own.
template <class Rule>
void World<Rule>::receive(const std::string& sku, planning::Quantity quantity, const LocationId& location) {
  command(inventory::ReceiveStock{material_of(sku), {quantity}, "", dice_.chance(80) ? LotId(fresh("L")) : LotId(), location});
}

}  // namespace layerline::sim
