// Lots: what came in at once and is told apart from the rest, such as a spool. All that is on hand of a material lies in lots at
// locations, to the milligram; what came in without a name lies in the material's own lot.
#pragma once

#include <map>
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

struct OpenLocation { LocationId location; std::string name; };
struct TransferStock { LotId lot; LocationId from, to; Mass mass; };    // 0: all that lies there
struct CountLot { LotId lot; LocationId location; Mass counted; std::string reason; };
struct WeighSpool { LotId lot; LocationId location; Mass gross; };      // with the spool, whose tare is known

// ---- decisions ----

[[nodiscard]] Decided decide(const OpenLocation&, const Context&);
[[nodiscard]] Decided decide(const TransferStock&, const Context&);
[[nodiscard]] Decided decide(const CountLot&, const Context&);
[[nodiscard]] Decided decide(const WeighSpool&, const Context&);

// A lot at a location becomes larger or smaller.
[[nodiscard]] Decided adjust(const LotId&, const LocationId&, Mass difference, const std::string& reason, const Context&);
[[nodiscard]] Events note_adjusted(const MaterialId&, const LotParts& change, const std::string& reason, const Context&);
// What `mass` of a material is taken from: `first`, if it is a lot of it, and then the oldest ones. No more than there is.
[[nodiscard]] LotParts take(const Workshop&, const Material&, Mass, const LotId& first);
// The last parts first: where they go back to.
[[nodiscard]] LotParts last_of(const LotParts&, Mass);

// ---- queries ----

[[nodiscard]] const LocationId& main_location();              // is always there
[[nodiscard]] LotId own_lot(const MaterialId&);               // "PLA-black.bulk"
[[nodiscard]] bool known(const Workshop&, const LocationId&);
[[nodiscard]] Mass sum(const LotParts&);

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
