// Planned orders that somebody holds on to. A plan is never stored: it follows from what is. An order of it becomes real by being firmed
// (what is bought is suggested as a purchase order, what is made is fixed with its date) or released (ordered, or into the queue).
// A firm order shrinks by what production orders for the demand behind it make anyway.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/mrp/item.hpp"

namespace layerline::mrp {

// Of what is made. Kept until all of it is taken by production orders, or it is dropped.
struct FirmOrder {
  FirmOrderId id;
  ProductId product;
  std::int64_t quantity = 0;   // what is left of it
  Time due;
};

struct Peg { std::string demand; std::int64_t quantity = 0; };

// ---- commands ----

// `seen`: how many orders for the item the plan knew of that named this one; another number is another plan.
struct FirmPlanned {
  FirmOrderId order;           // fresh: of the firm order, the purchase order, or, released at once, the production order
  std::string item;
  std::int64_t quantity = 0;
  Time release, due;
  std::vector<Peg> pegs;
  std::int64_t seen = 0;
  bool release_now = false;
};
struct ReleaseFirm { FirmOrderId order; ProductionOrderId as; };
struct DropFirm { FirmOrderId order; };

// ---- decisions ----

[[nodiscard]] Decided decide(const FirmPlanned&, const Context&);
[[nodiscard]] Decided decide(const ReleaseFirm&, const Context&);
[[nodiscard]] Decided decide(const DropFirm&, const Context&);

// A production order for somebody makes what firm orders had fixed: the earliest first.
[[nodiscard]] Events take_firm_orders(const events::ProductionOrderCreated&, const Context&);

void evolve(Workshop&, const events::PlannedOrderFirmed&, Time);
void evolve(Workshop&, const events::PlannedOrderTaken&, Time);
void evolve(Workshop&, const events::PlannedOrderDropped&, Time);

}  // namespace layerline::mrp
