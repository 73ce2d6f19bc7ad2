// Work on printed pieces: what is sold as a finish is done by someone. A production order has its steps in the order in which they are
// done, each once all pieces are printed; its order is not checked before all of them are done. Pieces that are printed again begin anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::quotes { struct Quote; }
namespace layerline::orders { struct Order; }

namespace layerline::production {

struct WorkStep {
  std::string name;       // "sanding"
  bool done = false;
};

struct FinishWorkStep { ProductionOrderId production; std::string step; };

[[nodiscard]] Decided decide(const FinishWorkStep&, const Context&);

// The steps of the finish that the quote sold.
void add_steps(const quotes::Quote&, events::ProductionOrderCreated*);
// Why an order can't be checked yet.
[[nodiscard]] std::optional<Rejection> work_left(const orders::Order&, const Workshop&);

void evolve(Workshop&, const events::WorkStepDone&, Time);

}  // namespace layerline::production
