// Sales orders with their timeline, payment and production at a glance; and their payments.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::orders {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view order);
[[nodiscard]] std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number);
[[nodiscard]] std::expected<Document, QueryError> find_by_quote(const Queries& queries, const Scope& scope, std::string_view quote);
// Each may be empty: any.
struct Filter {
  std::string_view customer = {};
  std::string_view status = {};   // "PRINTING"
  std::string_view source = {};   // "woocommerce"
  std::string_view search = {};   // numbers and SKUs, all of them: ours, the source's, the parcel's; whole ones, in any case
};
// Newest first.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, const Filter& filter,
                                                   const PageRequest& request);

[[nodiscard]] std::expected<Document, QueryError> find_payment(const Queries& queries, const Scope& scope, std::string_view payment);
[[nodiscard]] std::expected<Document, QueryError> find_payment_by_intent(const Queries& queries, const Scope& scope,
                                                                         std::string_view intent);

}  // namespace layerline::projections::orders
