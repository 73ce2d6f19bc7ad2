// The catalogue: products with their prices, print files, bills of materials and finished units, those made from accepted quotes too;
// and what the shops call them.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::products {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view product);
[[nodiscard]] std::expected<Document, QueryError> find_by_sku(const Queries& queries, const Scope& scope, std::string_view sku);
// Each may be empty: any.
struct Filter {
  std::string_view category = {};
  std::string_view search = {};    // words that all stand in the name, the SKU or the description; of a long one, in its beginning
  std::string_view status = {};    // "active" or "inactive"
  std::string_view parent = {};    // whose variants, by its id or its SKU
};
// By "name", "sku" or "price"; empty: newest first. A product that was made of a quote has no public name, and stands by its SKU; its
// price is 0.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const Filter& filter, std::string_view by,
                                                   const PageRequest& request);
// What came onto the shelf and what left it, the newest first, of a product by its id or its SKU; the newest line says what is on hand.
[[nodiscard]] std::expected<Page, QueryError> ledger(const Queries& queries, const Scope& scope, std::string_view product,
                                                     const PageRequest& request);
// Of what is on offer, by name: {"name", "products"}, how many.
[[nodiscard]] std::expected<Page, QueryError> categories(const Queries& queries, const Scope& scope, const PageRequest& request);
[[nodiscard]] std::expected<Page, QueryError> mappings(const Queries& queries, const Scope& scope, const PageRequest& request);

}  // namespace layerline::projections::products
