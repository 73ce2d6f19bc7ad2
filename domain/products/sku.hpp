// What the shops call the products: one name, one product, per source and shop.
#pragma once

#include <string>
#include <string_view>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::products {

struct MapSku { std::string source, shop, sku; ProductId product; };   // the product by its id or SKU; another one than before: it moves
struct UnmapSku { std::string source, shop, sku; };

[[nodiscard]] Decided decide(const MapSku&, const Context&);
[[nodiscard]] Decided decide(const UnmapSku&, const Context&);

// The product of a mapping, else the one with this SKU; empty: nobody knows it.
[[nodiscard]] ProductId product_of(const Workshop&, std::string_view source, std::string_view shop, const std::string& sku);
[[nodiscard]] std::string mapping_key(std::string_view source, std::string_view shop, std::string_view sku);

void evolve(Workshop&, const events::SkuMapped&, Time);
void evolve(Workshop&, const events::SkuUnmapped&, Time);

}  // namespace layerline::products
