// Good pieces that are nobody's: those of a production order that was cancelled, and those that its prints made too many.
#pragma once

#include <cstdint>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/production/production_order.hpp"

namespace layerline::production {

// So many of those that were printed and that the stock has not received yet. Not of what a quote sold: nobody else wants it. Nor of what
// others go into, or work is left to do on: it is not finished.
void receive_left(const ProductionOrder&, std::int64_t most, const Context&, Events& out);
// Those that a print made beside what was wanted, likewise. The production order does not count them.
void receive_surplus(const ProductionOrder&, std::int64_t pieces, const Context&, Events& out);

}  // namespace layerline::production
