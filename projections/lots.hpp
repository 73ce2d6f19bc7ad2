// Lots and spools: what is left of them and where, and which orders were made of them. And the locations where they lie, as do finished
// units.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::lots {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view lot);
// Newest first, of one material or all (empty); `status` ("in_stock", "empty") may be empty.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view material,
                                                   std::string_view status, const PageRequest& request);
// What was made of a lot, and of which lots an order was made, through all levels: newest first.
[[nodiscard]] std::expected<Page, QueryError> uses_of_lot(const Queries& queries, const Scope& scope, std::string_view lot,
                                                          const PageRequest& request);
[[nodiscard]] std::expected<Page, QueryError> materials_of_order(const Queries& queries, const Scope& scope, std::string_view order,
                                                                 const PageRequest& request);
[[nodiscard]] std::expected<Page, QueryError> locations(const Queries& queries, const Scope& scope, const PageRequest& request);
// How many finished units lie where: {"product_id", "sku", "location", "on_hand"}, by SKU and location. Of one product by its id, at one
// location; each may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> units(const Queries& queries, const Scope& scope, std::string_view product,
                                                    std::string_view location, const PageRequest& request);

}  // namespace layerline::projections::lots
