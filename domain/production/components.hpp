// What a production order is put together of: other products, from the shelf, made or bought for it.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/production/production_order.hpp"

namespace layerline::production {

struct MissingComponent {
  ProductId product;
  std::int64_t quantity = 0;
  ProductionOrderId maker;   // empty: it is bought
};

// The first one that did not come yet: without it nothing is complete.
[[nodiscard]] std::optional<MissingComponent> missing_component(const ProductionOrder&, const Workshop&);
// Its pieces are not finished when they are printed: others go into them.
[[nodiscard]] bool has_components(const ProductionOrder&, const Workshop&);

// Those of the pieces that are to be delivered, as far as nobody has provided them: pieces that are made again took theirs with them.
[[nodiscard]] Events provide_components(const ProductionOrderId&, const Context&);
// What goes into so many pieces is in them now.
void use_components(const ProductionOrder&, std::int64_t pieces, const Context&, Events& out);
// A component came: what it is for may be complete now.
[[nodiscard]] Events complete_above(const ProductionOrder& component, const Context&);

}  // namespace layerline::production
