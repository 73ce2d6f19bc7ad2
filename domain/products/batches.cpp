#include "domain/products/batches.hpp"

#include <algorithm>
#include <cassert>

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
      picked.push_back({batch.production, batch.reference, std::min(units, batch.units)});
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

// Who arrives when the last one was of the same origin joins it; else the order of arrival would be lost.
void put(Batches& there, Batch arrived) {
  if (!there.empty() && there.back().same_origin(arrived))
    there.back().units += arrived.units;
  else
    there.push_back(std::move(arrived));
}

void take(Batches& there, const Batch& gone) {
  std::int64_t units = gone.units;
  for (Batch& batch : there) {
    if (!batch.same_origin(gone)) continue;
    const std::int64_t part = std::min(units, batch.units);
    batch.units -= part;
    units -= part;
  }
  assert(units == 0);
  std::erase_if(there, [](const Batch& batch) { return batch.units == 0; });
}

// `first`: whether a batch of which the event says nothing leaves before others.
template <class First>
void leave(Batches& there, const StoredBatches& named, std::int64_t units, const First& first) {
  for (const events::UnitBatch& one : named) {
    take(there, {ProductionOrderId(one.production_order()), one.reference(), one.units()});
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
  }
}

// ---- queries ----

std::int64_t sum(const Batches& batches) {
  std::int64_t units = 0;
  for (const Batch& batch : batches) units += batch.units;
  return units;
}

// ---- the fold ----

void fold(Batches& there, const events::UnitsReceived& event) {
  put(there, {ProductionOrderId(event.production_order()), event.reference(), event.quantity()});
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
  if (event.quantity() > 0)
    put(there, {ProductionOrderId(), "", event.quantity()});
  else
    leave(there, event.batches(), -event.quantity(), [](const Batch&) { return false; });
}

}  // namespace layerline::products
