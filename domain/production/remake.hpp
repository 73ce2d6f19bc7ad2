// Pieces of an order's line that failed their check.
#pragma once

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/orders/order.hpp"

namespace layerline::production {

// Those of its production orders are printed again, the newest order's first; those that came from the shelf are made anew.
[[nodiscard]] Events remake(const orders::Order&, const orders::Line&, std::int64_t quantity, const Context&);

}  // namespace layerline::production
