// Products made from accepted quotes, with their bill of materials: lines are per unit.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::products {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view product);
[[nodiscard]] std::expected<Document, QueryError> find_by_sku(const Queries& queries, const Scope& scope, std::string_view sku);
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const PageRequest& request);

}  // namespace layerline::projections::products
