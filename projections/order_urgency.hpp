// How urgent an order is: as the production orders that it waits for, or as was asked while it has none.
#pragma once

#include "infra/store/json_tree.hpp"

namespace layerline::projections::orders {

// "priority" is that of the most urgent of them, "due_date" the earliest day; where none is left they stay as they were.
void show_urgency(store::Json& order);

}  // namespace layerline::projections::orders
