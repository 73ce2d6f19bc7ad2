// Finished units at the locations of the workshop, the same ones that lots lie at: moved from one to another, and counted there. How many
// are on hand is a matter of the location, what is allocated of the whole product: a holder gets his units from wherever they lie.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::products {

// ---- commands; a location may be left out where all units of the product lie at one ----

struct TransferUnits { ProductId product; std::int64_t quantity = 0; LocationId from, to; std::string reason; };   // 0: all that lie there
struct CountUnits { ProductId product; std::int64_t counted = 0; LocationId location; std::string reason; };

// ---- decisions ----

[[nodiscard]] Decided decide(const TransferUnits&, const Context&);   // the oldest go
[[nodiscard]] Decided decide(const CountUnits&, const Context&);

void evolve(Workshop&, const events::UnitsMoved&, Time);

}  // namespace layerline::products
