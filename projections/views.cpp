#include <algorithm>
#include <array>

#include "projections/analytics.hpp"
#include "projections/buyers.hpp"
#include "projections/carts.hpp"
#include "projections/commit.hpp"
#include "projections/customers.hpp"
#include "projections/effects.hpp"
#include "projections/files.hpp"
#include "projections/inventory.hpp"
#include "projections/lots.hpp"
#include "projections/orders.hpp"
#include "projections/planning.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/products.hpp"
#include "projections/purchases.hpp"
#include "projections/quotes.hpp"
#include "projections/shipments.hpp"

namespace layerline::projections {

std::span<const View> all_views() {
  static const std::array views{analytics::view, buyers::view, carts::view, customers::view, effects::view, files::view, inventory::view,
                                lots::view, orders::view, planning::view, printers::view, production::view, products::view, purchases::view,
                                quotes::view, shipments::view};
  return views;
}

const View* view_named(std::string_view name) {
  const auto found = std::ranges::find(all_views(), name, &View::name);
  return found == all_views().end() ? nullptr : &*found;
}

}  // namespace layerline::projections
