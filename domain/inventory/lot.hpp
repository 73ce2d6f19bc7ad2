// Lots: what came in at once and is told apart from the rest, such as a spool. All that is on hand of a material lies in lots at
// locations, to the milligram; what came in without a name lies in the material's own lot.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::inventory {

struct Material;

struct Lot {
  LotId id;
  MaterialId material;
  std::int64_t age = 0;              // the lots of a workshop are counted as they come in
  std::string supplier_lot;          // what the supplier calls it
  Mass tare;                         // of the empty spool; 0: it is not weighed
  std::map<LocationId, Mass> at;     // also where the last of it lay
  Mass held;                         // for production orders, wherever it lies
  Mass chosen;                       // part of it for whom an operator chose this lot
  std::set<ProductionOrderId> holders;

  [[nodiscard]] Mass on_hand() const;
};

// So much of a lot at a location.
struct LotPart {
  LotId lot;
  LocationId location;
  Mass mass;
};
using LotParts = std::vector<LotPart>;

// ---- commands; a location may be left out where the lot lies at one only ----
// What is held of a lot for production orders goes where the lot goes; to take it, one has to say so.

struct OpenLocation { LocationId location; std::string name; };
struct TransferStock { LotId lot; LocationId from, to; Mass mass; };    // 0: all that lies there
struct CountLot { LotId lot; LocationId location; Mass counted; std::string reason; bool take_reserved = false; };
struct WeighSpool { LotId lot; LocationId location; Mass gross; bool take_reserved = false; };   // with the spool, whose tare is known

// ---- decisions ----

[[nodiscard]] Decided decide(const OpenLocation&, const Context&);
[[nodiscard]] Decided decide(const TransferStock&, const Context&);
[[nodiscard]] Decided decide(const CountLot&, const Context&);
[[nodiscard]] Decided decide(const WeighSpool&, const Context&);

// A lot at a location becomes larger or smaller.
struct Adjustment { LotId lot; LocationId location; Mass difference; std::string reason; bool take_reserved = false; };
[[nodiscard]] Decided adjust(const Adjustment&, const Context&);
[[nodiscard]] Events note_adjusted(const MaterialId&, const LotParts& change, const std::string& reason, const Context&);
// What `mass` of a material is taken from: `first`, if it is a lot of it, then what is held for the production order, then what is held for
// nobody, and at last what is held for others; the oldest first. No more than there is.
[[nodiscard]] LotParts take(const Workshop&, const Material&, Mass, const LotId& first, const ProductionOrderId& for_whom);
// The last parts first: where they go back to.
[[nodiscard]] LotParts last_of(const LotParts&, Mass);

// ---- queries ----

[[nodiscard]] const LocationId& main_location();              // is always there
[[nodiscard]] LotId own_lot(const MaterialId&);               // "PLA-black.bulk"
[[nodiscard]] bool known(const Workshop&, const LocationId&);
[[nodiscard]] Mass sum(const LotParts&);
void add(LotParts&, const LotPart& change);

// ---- in events; `whole` is what they add up to where none are listed ----

using StoredParts = google::protobuf::RepeatedPtrField<events::LotPart>;
[[nodiscard]] LotParts parts_from(const StoredParts&, const MaterialId&, Mass whole);
void store_parts(const LotParts&, StoredParts*);

// ---- the fold: nothing else changes what is on hand of a material ----

// Adds to a lot and its material, or takes from both.
void change_stock(Workshop&, Material&, const LotPart& change);
void evolve(Workshop&, const events::LocationOpened&, Time);
void evolve(Workshop&, const events::StockMoved&, Time);

}  // namespace layerline::inventory
