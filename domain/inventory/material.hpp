// Stock of a material, a ledger in milligrams: available → reserved → consumed. No balance is ever negative.
// A reservation is whole or it is a shortage; shortages are served in the order in which they arose.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "domain/inventory/hold.hpp"
#include "domain/inventory/lot.hpp"
#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::inventory {

struct Shortage {
  ProductionOrderId production;
  Mass mass;
};

// What a print used, for a later weighing.
struct Consumed {
  ProductionOrderId production;
  Mass mass;
  Mass missing;       // part of it that the books did not have
  LotParts lots;      // what it took of which: all but what is missing
};

struct Material {
  MaterialId id;
  std::string type;
  std::string colour;
  bool defined = false;
  Mass low_stock;
  Mass alerted_below;      // the level that somebody was told it is below; 0: nobody was told
  Mass on_hand;
  Mass reserved;
  std::map<ProductionOrderId, Mass> reservations;
  std::map<ProductionOrderId, Hold> holds;         // the lots of them; none of a reservation from before there were holds
  std::set<ProductionOrderId> unsettled;           // whose hold is no longer all that is reserved for them, and no more
  std::set<LotId> overheld;                        // of which more is held than there is; both are settled in the same commit
  std::deque<Shortage> shortages;
  std::map<PrintJobId, Consumed> prints;
  std::map<std::int64_t, LotId> lots;   // that hold something, the oldest first

  [[nodiscard]] Mass available() const { return on_hand - reserved; }
};

// ---- commands ----

struct DefineMaterial { std::string type, colour, colour_rgb; Mass low_stock; };    // low_stock 0: the workshop's default
// A lot that is named is new with it; without a name the stock grows by it where it is not told apart.
struct ReceiveStock {
  MaterialId material;
  Mass mass;
  std::string reference;
  LotId lot = {};
  LocationId location = {};          // empty: the main one
  Mass tare = {};
  std::string supplier_lot = {};
};
// Of a lot, or of the material: then what is gone was of the oldest ones.
struct AdjustStock {
  MaterialId material;
  Mass difference;
  std::string reason;
  LotId lot = {};
  LocationId location = {};
  bool take_reserved = false;        // of a lot: also what is held for production orders
};
struct WeighPrint { PrintJobId job; Mass mass; };

// ---- decisions ----

[[nodiscard]] Decided decide(const DefineMaterial&, const Context&);
[[nodiscard]] Decided decide(const ReceiveStock&, const Context&);
[[nodiscard]] Decided decide(const AdjustStock&, const Context&);
[[nodiscard]] Decided decide(const WeighPrint&, const Context&);

// Reserves the whole mass, or notes a shortage of it.
[[nodiscard]] Events reserve(const MaterialId&, const ProductionOrderId&, Mass, const Context&);
// Gives back what is still reserved, up to `at_most`, and forgets a shortage.
[[nodiscard]] Events release(const MaterialId&, const ProductionOrderId&, Mass at_most, const Context&);
// A print used this much of the spool that it was printed from, else of the oldest lots; what of it was reserved is no longer.
[[nodiscard]] Events consume(const MaterialId&, const ProductionOrderId&, const PrintJobId&, Mass, std::string_view origin, const Context&);
// A shortage asks for no more than what is still to be made.
[[nodiscard]] Events lower_shortage(const MaterialId&, const ProductionOrderId&, Mass at_most, const Context&);
// After any movement: shortages that can be served, reservations that the stock no longer covers, their lots, the low-stock alert.
[[nodiscard]] Events rebalance(const MaterialId&, const Context&);

// ---- queries ----

// Below it somebody is told: its own level, or the safety stock that its rules say if that is more.
[[nodiscard]] Mass alert_level(const Workshop&, const Material&);
// "PLA-black"; without a colour the material of that type with the most available stock.
[[nodiscard]] MaterialId choose(const Workshop&, const std::string& type, const std::string& colour);
[[nodiscard]] Mass reserved_for(const Material&, const ProductionOrderId&);
[[nodiscard]] bool short_of(const Material&, const ProductionOrderId&);
[[nodiscard]] Mass short_by(const Material&, const ProductionOrderId&);
// A type or a colour: letters, digits, '-', '_' and '+'.
[[nodiscard]] bool plain_word(std::string_view);

// To be asked when its rules are others: the next time it runs low is told again.
void forget_alert_if_enough(Workshop&, const MaterialId&);
void evolve(Workshop&, const events::MaterialDefined&, Time);
void evolve(Workshop&, const events::StockReceived&, Time);
void evolve(Workshop&, const events::StockAdjusted&, Time);
void evolve(Workshop&, const events::MaterialReserved&, Time);
void evolve(Workshop&, const events::ShortageNoted&, Time);
void evolve(Workshop&, const events::ReservationReleased&, Time);
void evolve(Workshop&, const events::MaterialConsumed&, Time);
void evolve(Workshop&, const events::ConsumptionCorrected&, Time);
void evolve(Workshop&, const events::StockLow&, Time);

}  // namespace layerline::inventory
