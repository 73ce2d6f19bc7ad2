// Suppliers, and what is bought from them: suggested, ordered, received.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::purchases {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view purchase);
[[nodiscard]] std::expected<Document, QueryError> find_supplier(const Queries& queries, const Scope& scope, std::string_view supplier);
// Newest first, or by "due_at"; `status` ("ordered") may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   std::string_view by, const PageRequest& request);
[[nodiscard]] std::expected<Page, QueryError> suppliers(const Queries& queries, const Scope& scope, const PageRequest& request);

}  // namespace layerline::projections::purchases
