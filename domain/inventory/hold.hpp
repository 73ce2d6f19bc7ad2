// Which lots a production order's reservation is held from: by rule the oldest one with enough, else the oldest ones; an operator may
// choose others. Of a lot no more is held than is on hand, and all of a reservation is held. Only those from before there were holds are
// held from no lot, until more is reserved for their production order, or somebody chooses.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/inventory/lot.hpp"
#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::inventory {

struct Held {
  LotId lot;
  Mass mass;
  friend bool operator==(const Held&, const Held&) = default;
};

struct Hold {
  std::vector<Held> lots;   // each once, the one to take from first in front
  bool chosen = false;      // by an operator: prints of others leave it alone, and it moves last

  friend bool operator==(const Hold&, const Hold&) = default;
};

// Without any lots the choice is given up, and the lots stay until they have to change.
struct ChooseLots {
  ProductionOrderId production;
  std::vector<LotId> lots;        // the one to take from first in front
  bool take_reserved = false;     // also what is held for others by rule: they are then held from other lots
};

// ---- decisions ----

[[nodiscard]] Decided decide(const ChooseLots&, const Context&);

// A production order for which something was reserved holds all of it.
[[nodiscard]] Events hold(const MaterialId&, const ProductionOrderId&, const Context&);
// After any movement: what is reserved no longer is let go, and nothing is held from a lot that does not have it. Who loses a part of a lot
// by it is held from others: first the youngest, and those for whom nobody has chosen.
[[nodiscard]] Events settle_holds(const Material&, const Context&);
// Why so much can't be taken from a lot: it is held for production orders.
[[nodiscard]] std::optional<Rejection> held_back(const Lot&, Mass taken, const Workshop&);

// ---- queries ----

[[nodiscard]] const Hold& hold_of(const Material&, const ProductionOrderId&);
[[nodiscard]] Mass sum(const Hold&);
[[nodiscard]] Mass held_of(const Hold&, const LotId&);
// What a print of this production order may use of a lot: all but what was chosen for others.
[[nodiscard]] Mass usable(const Workshop&, const Lot&, const ProductionOrderId&);
// Its own lots only, if somebody chose them.
[[nodiscard]] bool may_use(const Workshop&, const MaterialId&, const LotId&, const ProductionOrderId&);

// ---- the fold ----

void evolve(Workshop&, const events::ReservationHeld&, Time);
// To be told of every change of what is on hand of a lot, and of what is reserved for a production order.
void lot_changed(Material&, const Lot&);
void reservation_changed(Material&, const ProductionOrderId&);

}  // namespace layerline::inventory
