// Where the finished units on hand come from, and where they lie. What leaves the shelf says which batches it takes, so that an order leads
// back to the lots that its pieces were made of.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::products {

struct Product;

struct Batch {
  ProductionOrderId production;   // that made them; empty: bought, or counted in
  std::string reference;          // of what was bought: "PUR-2026-001"; of what prints made too many: "PO-2026-001"
  std::int64_t units = 0;
  LocationId location = {};       // empty: the main one

  [[nodiscard]] bool same_origin(const Batch& other) const { return production == other.production && reference == other.reference; }
  [[nodiscard]] bool same_batch(const Batch& other) const { return same_origin(other) && location == other.location; }
  friend bool operator==(const Batch&, const Batch&) = default;
};

using Batches = std::vector<Batch>;   // in order of arrival; of a product, together as many as are on hand
using StoredBatches = google::protobuf::RepeatedPtrField<events::UnitBatch>;

// ---- decisions ----

// What lies there once all that is decided so far has happened: two events of one decision never take the same unit.
[[nodiscard]] Batches left(const Product&, const Events& decided, const Workshop&);
// Which of them leave for a holder: what was made for it, then what was made for nobody else who still waits, then the rest; of equal ones
// the oldest.
[[nodiscard]] Batches choose(const Batches&, std::int64_t units, const std::string& holder, const Workshop&);
// Which are bad, if a holder (or nobody) had them: those of the production order that failed, then as if they left for the holder.
[[nodiscard]] Batches choose_bad(const Batches&, std::int64_t units, const ProductionOrderId&, const std::string& holder, const Workshop&);
[[nodiscard]] Batches choose_oldest(const Batches&, std::int64_t units);
void store(const Batches&, StoredBatches*);

// ---- queries ----

[[nodiscard]] std::int64_t sum(const Batches&);
[[nodiscard]] Batches lying_at(const Batches&, const LocationId&);   // as a batch says it
// As a batch says it: "main" and nothing at all are the same.
[[nodiscard]] LocationId location_from(const std::string&);
[[nodiscard]] const std::string& name_of(const LocationId&);         // "main", "shelf-1"

// ---- the fold: what an event does not name, as there was a time without batches, leaves as the traces of that time had it ----

void fold(Batches&, const events::UnitsReceived&);
void fold(Batches&, const events::UnitsIssued&, const Workshop&);
void fold(Batches&, const events::UnitsScrapped&);
void fold(Batches&, const events::UnitsAdjusted&);
void fold(Batches&, const events::UnitsMoved&);

}  // namespace layerline::products
