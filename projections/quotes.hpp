// Quotes as customers and operators see them, with the facts and the price of every file.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::quotes {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view quote);
[[nodiscard]] std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number);
// Newest first. `customer` and `status` ("approved") may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view customer,
                                                   std::string_view status, const PageRequest& request);

}  // namespace layerline::projections::quotes
