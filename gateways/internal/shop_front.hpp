// What the public sees of the catalogue, and a cart with the prices and the stock of now.
#pragma once

#include <expected>
#include <string>

#include "projections/products.hpp"
#include "projections/queries.hpp"

namespace layerline::internal {

// A product that is on offer, without what it costs the workshop and how it is made.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> offer(const projections::Queries& queries,
                                                                                 const projections::Scope& scope, const std::string& id);
// `filter` and `by` as in projections::products::list; in_stock: only what could be sent at once.
[[nodiscard]] std::expected<projections::Page, projections::QueryError> offers(const projections::Queries& queries,
                                                                              const projections::Scope& scope,
                                                                              const projections::products::Filter& filter, bool in_stock,
                                                                              std::string_view by,
                                                                              const projections::PageRequest& request);
// A cart into which nothing was ever put is empty.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> cart(const projections::Queries& queries,
                                                                                const projections::Scope& scope, const std::string& id);

}  // namespace layerline::internal
