// Bills of materials of the catalogue: versioned, one active, several levels deep, never a cycle; and what a unit costs by them.
#pragma once

#include <vector>

#include "domain/products/product.hpp"

namespace layerline::products {

// ---- commands ----

// Lines name a material, or a product by its id or SKU; of kind material with a mass it is that material.
struct DefineBom { ProductId product; std::vector<BomLine> lines; bool activate = true; };
struct ActivateBom { ProductId product; std::int64_t version = 0; };

// ---- decisions ----

[[nodiscard]] Decided decide(const DefineBom&, const Context&);
[[nodiscard]] Decided decide(const ActivateBom&, const Context&);

// The product's cost, if it is another than was known; a policy goes on with the products that it is a part of.
[[nodiscard]] Events roll_cost(const ProductId&, const Context&);
[[nodiscard]] Events roll_costs_above(const ProductId&, const Context&);

// ---- queries ----

// Material, machine, labour and overhead by the workshop's rules, and the components; without a bill of materials, what it is bought for.
[[nodiscard]] std::int64_t cost_of_unit(const Product&, const Workshop&);

void evolve(Workshop&, const events::BomVersionDefined&, Time);
void evolve(Workshop&, const events::BomVersionActivated&, Time);
void evolve(Workshop&, const events::ProductCostRolled&, Time);

}  // namespace layerline::products
