// Pieces of an order that failed their check.
#pragma once

#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/orders/order.hpp"

namespace layerline::production {

// Those of its production orders are printed again, the newest order's first; those that came from the shelf are made anew.
[[nodiscard]] Events remake(const orders::Order&, const orders::Line&, std::int64_t quantity, const Context&);
// So many of each of these production orders are printed again, whose pieces the order gets: of one line, or of an order without lines.
[[nodiscard]] Decided remake(const orders::Order&, const orders::Line*, const std::vector<ProductionOrderId>&, std::int64_t quantity,
                             const Context&);

}  // namespace layerline::production
