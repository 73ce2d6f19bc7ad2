// Sales orders with their timeline, payment and production at a glance; and their payments.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::orders {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view order);
[[nodiscard]] std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number);
[[nodiscard]] std::expected<Document, QueryError> find_by_quote(const Queries& queries, const Scope& scope, std::string_view quote);
// Newest first. `customer` and `status` ("PRINTING") may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view customer,
                                                   std::string_view status, const PageRequest& request);

[[nodiscard]] std::expected<Document, QueryError> find_payment(const Queries& queries, const Scope& scope, std::string_view payment);
[[nodiscard]] std::expected<Document, QueryError> find_payment_by_intent(const Queries& queries, const Scope& scope,
                                                                         std::string_view intent);

}  // namespace layerline::projections::orders
