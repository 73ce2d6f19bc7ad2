// Pieces that are finished while others of their production order are still to be made: the stock has them at once, and they can leave.
#pragma once

#include <cstdint>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/production/production_order.hpp"

namespace layerline::production {

// Those that were printed and that it has not received yet, if a print finishes them: no work is left to do, and nothing goes into them.
[[nodiscard]] Events receive_printed(const ProductionOrder&, const Context&);
// So many were made by other means, and hold what goes into them.
[[nodiscard]] Events receive_made(const ProductionOrder&, std::int64_t quantity, const Context&);

}  // namespace layerline::production
