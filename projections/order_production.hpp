// What an order says of its production orders: a line each, and how urgent it is by them.
#pragma once

#include "infra/store/json_tree.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::projections::orders {

struct Making {
  store::Json& order;
  store::Json& line;      // of its "production_orders"
  store::Json& counted;   // never shown: "failed", the pieces that wait for somebody to start them again
};

// "priority" is that of the most urgent of those that it waits for, "due_date" their earliest day; where none is left, or was ever made,
// they stay as they were.
void show(store::Json& order, const events::ProductionOrderCreated& created);
void show(Making making, const events::ProductionRescheduled& rescheduled);
void show(Making making, const events::PrintDispatched& dispatched);
void show(Making making, const events::ProductionUnitPrinted& printed);
void show(Making making, const events::ProductionUnitFailed& failed);
void show(Making making, const events::ProductionPiecesMade& made);
void show(Making making, const events::ProductionReprintNeeded& needed);
void show(Making making, const events::ProductionCompleted& completed);
void show(Making making, const events::ProductionCancelled& cancelled);

}  // namespace layerline::projections::orders
