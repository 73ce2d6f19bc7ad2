// What is made for the stock is called off by hand. What somebody waits for ends with what it is made for.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::production {

struct CancelProduction { ProductionOrderId production; std::string reason; };

// With it goes what was made for it alone; pieces of that which are finished stay on the shelf.
[[nodiscard]] Decided decide(const CancelProduction&, const Context&);

}  // namespace layerline::production
