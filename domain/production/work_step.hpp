// Work on printed pieces: what is sold as a finish is done by someone. A production order has its steps in the order in which they are
// done, each once all pieces are printed; its order is not checked before all of them are done, and its units are not on the shelf.
// Pieces that are printed again begin anew.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::quotes { struct Quote; }
namespace layerline::orders { struct Order; }
namespace layerline::products { struct Product; }

namespace layerline::production {

struct ProductionOrder;

struct WorkStep {
  std::string name;       // "sanding"
  bool done = false;
};

struct FinishWorkStep { ProductionOrderId production; std::string step; };

[[nodiscard]] Decided decide(const FinishWorkStep&, const Context&);

// In the order in which they are done.
[[nodiscard]] std::vector<std::string> steps_of(const std::string& finish);
// The steps of the finish that the quote sold.
void add_steps(const quotes::Quote&, events::ProductionOrderCreated*);
// Those that a product of the catalogue names, else of its finish: of its option "finish", if that is one of the workshop's. A variant that
// says neither has those of the product that it is a variant of.
void add_steps(const products::Product&, const Workshop&, events::ProductionOrderCreated*);
// Words that can stand in an address, each once, and not too many.
[[nodiscard]] bool are_steps(std::span<const std::string>);
// Nothing is left to do with the pieces that are printed.
[[nodiscard]] bool worked_on(const ProductionOrder&);
// Why an order can't be checked yet.
[[nodiscard]] std::optional<Rejection> work_left(const orders::Order&, const Workshop&);

void evolve(Workshop&, const events::WorkStepDone&, Time);

}  // namespace layerline::production
