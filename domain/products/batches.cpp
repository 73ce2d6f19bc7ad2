#include "domain/products/batches.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

// Turn 0 first, and in every turn the oldest first.
template <class Turn>
Batches pick(const Batches& there, std::int64_t units, int turns, const Turn& turn_of) {
  Batches picked;
  for (int turn = 0; turn < turns && units > 0; ++turn)
    for (const Batch& batch : there) {
      if (units == 0 || turn_of(batch) != turn) continue;
      picked.push_back({batch.production, batch.reference, std::min(units, batch.units), batch.location});
      units -= picked.back().units;
    }
  return picked;
}

constexpr int turns_for_holder = 3;

int turn_for_holder(const Batch& batch, const std::string& holder, const Workshop& workshop) {
  const production::ProductionOrder* maker = workshop.production_order(batch.production);
  if (maker == nullptr || maker->holder.empty()) return 1;
  if (maker->holder == holder) return 0;
  return waits(workshop, maker->holder) ? 2 : 1;
}

// Neighbours of one origin came at once. They are one batch for each location, so that moving to and fro leaves no crumbs.
void add_to_neighbour(Batches& there, Batches::iterator at, Batch more) {
  const auto end = std::find_if_not(at, there.end(), [&](const Batch& batch) { return batch.same_origin(more); });
  for (auto behind = end; behind != there.begin() && std::prev(behind)->same_origin(more); --behind) {
    if (std::prev(behind)->location != more.location) continue;
    std::prev(behind)->units += more.units;
    return;
  }
  there.insert(at, std::move(more));
}

// Who arrives when the last one was of the same origin joins it; else the order of arrival would be lost.
void put(Batches& there, Batch arrived) { add_to_neighbour(there, there.end(), std::move(arrived)); }

void take(Batches& there, const Batch& gone) {
  std::int64_t units = gone.units;
  for (Batch& batch : there) {
    if (!batch.same_batch(gone)) continue;
    const std::int64_t part = std::min(units, batch.units);
    batch.units -= part;
    units -= part;
  }
  assert(units == 0);
  std::erase_if(there, [](const Batch& batch) { return batch.units == 0; });
}

// To another location, with their place in the order of arrival.
void move(Batches& there, const Batch& gone, const LocationId& to) {
  std::int64_t units = gone.units;
  for (std::size_t i = 0; i < there.size() && units > 0; ++i) {
    if (!there[i].same_batch(gone)) continue;
    const std::int64_t part = std::min(units, there[i].units);
    there[i].units -= part;
    units -= part;
    add_to_neighbour(there, there.begin() + static_cast<std::ptrdiff_t>(i) + 1, {gone.production, gone.reference, part, to});
  }
  assert(units == 0);
  std::erase_if(there, [](const Batch& batch) { return batch.units == 0; });
}

Batch batch_from(const events::UnitBatch& one) {
  return {ProductionOrderId(one.production_order()), one.reference(), one.units(), location_from(one.location())};
}

// `first`: whether a batch of which the event says nothing leaves before others.
template <class First>
void leave(Batches& there, const StoredBatches& named, std::int64_t units, const First& first) {
  for (const events::UnitBatch& one : named) {
    take(there, batch_from(one));
    units -= one.units();
  }
  for (const Batch& batch : pick(there, units, 2, [&](const Batch& batch) { return first(batch) ? 0 : 1; })) take(there, batch);
}

}  // namespace

// ---- decisions ----

Batches left(const Product& product, const Events& decided, const Workshop& workshop) {
  Batches there = product.batches;
  for (const NewEvent& one : decided.list()) {
    const events::Event& event = one.event;
    if (event.has_units_received() && event.units_received().product() == product.id.str()) fold(there, event.units_received());
    if (event.has_units_issued() && event.units_issued().product() == product.id.str()) fold(there, event.units_issued(), workshop);
    if (event.has_units_scrapped() && event.units_scrapped().product() == product.id.str()) fold(there, event.units_scrapped());
    if (event.has_units_adjusted() && event.units_adjusted().product() == product.id.str()) fold(there, event.units_adjusted());
    if (event.has_units_moved() && event.units_moved().product() == product.id.str()) fold(there, event.units_moved());
  }
  return there;
}

Batches choose(const Batches& there, std::int64_t units, const std::string& holder, const Workshop& workshop) {
  return pick(there, units, turns_for_holder, [&](const Batch& batch) { return turn_for_holder(batch, holder, workshop); });
}

Batches choose_bad(const Batches& there, std::int64_t units, const ProductionOrderId& failed, const std::string& holder,
                   const Workshop& workshop) {
  return pick(there, units, 1 + turns_for_holder, [&](const Batch& batch) {
    return !failed.empty() && batch.production == failed ? 0 : 1 + turn_for_holder(batch, holder, workshop);
  });
}

Batches choose_oldest(const Batches& there, std::int64_t units) {
  return pick(there, units, 1, [](const Batch&) { return 0; });
}

void store(const Batches& batches, StoredBatches* stored) {
  for (const Batch& batch : batches) {
    if (stored->size() == limits::batches_named_max) return;   // the fold takes the rest
    events::UnitBatch* one = stored->Add();
    one->set_production_order(batch.production.str());
    one->set_reference(batch.reference);
    one->set_units(batch.units);
    one->set_location(batch.location.str());
  }
}

// ---- queries ----

std::int64_t sum(const Batches& batches) {
  std::int64_t units = 0;
  for (const Batch& batch : batches) units += batch.units;
  return units;
}

Batches lying_at(const Batches& there, const LocationId& location) {
  Batches out;
  std::ranges::copy_if(there, std::back_inserter(out), [&](const Batch& batch) { return batch.location == location; });
  return out;
}

LocationId location_from(const std::string& said) {
  return said == inventory::main_location().str() ? LocationId() : LocationId(said);
}

const std::string& name_of(const LocationId& location) { return location.empty() ? inventory::main_location().str() : location.str(); }

// ---- the fold ----

void fold(Batches& there, const events::UnitsReceived& event) {
  put(there, {ProductionOrderId(event.production_order()), event.reference(), event.quantity(), location_from(event.location())});
}

void fold(Batches& there, const events::UnitsIssued& event, const Workshop& workshop) {
  leave(there, event.batches(), event.quantity(), [&](const Batch& batch) {
    const production::ProductionOrder* maker = workshop.production_order(batch.production);
    return maker != nullptr && maker->holder == event.holder();
  });
}

void fold(Batches& there, const events::UnitsScrapped& event) {
  leave(there, event.batches(), event.quantity(), [&](const Batch& batch) { return batch.production.str() == event.production_order(); });
}

void fold(Batches& there, const events::UnitsAdjusted& event) {
  const LocationId location = location_from(event.location());
  if (event.quantity() > 0) return put(there, {ProductionOrderId(), "", event.quantity(), location});
  const bool anywhere = event.location().empty();
  leave(there, event.batches(), -event.quantity(), [&](const Batch& batch) { return !anywhere && batch.location == location; });
}

void fold(Batches& there, const events::UnitsMoved& event) {
  const LocationId to = location_from(event.to());
  std::int64_t units = event.quantity();
  for (const events::UnitBatch& one : event.batches()) {
    move(there, batch_from(one), to);
    units -= one.units();
  }
  for (const Batch& batch : choose_oldest(lying_at(there, location_from(event.from())), units)) move(there, batch, to);
}

}  // namespace layerline::products
