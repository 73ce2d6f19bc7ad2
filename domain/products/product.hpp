// Products: what is made, and its bill of materials. An accepted quote becomes a custom product with lines per unit.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::quotes { struct Quote; }

namespace layerline::products {

struct BomLine {
  MaterialId material;
  std::int64_t milligrams_per_unit = 0;
  ModelId model;
  FileId file;
  std::int64_t print_ms_per_unit = 0;
};

struct Product {
  ProductId id;
  std::string sku;          // "CUSTOM-Q-2026-042"
  std::vector<BomLine> bom;
};

// decisions

[[nodiscard]] Events create_custom(const quotes::Quote&, const ProductId&, const Context&);

void evolve(Workshop&, const events::ProductCreated&, Time);
void evolve(Workshop&, const events::BomDefined&, Time);

}  // namespace layerline::products
