// What happened on each day, and what was to be the cost and is: of a print; with its bought parts of an order and of a product.
// A day is one of UTC; it has a document once something happened on it.
#pragma once

#include <chrono>
#include <string_view>

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::analytics {

extern const View view;

// {"from", "to", "items": [a day…], "totals": all of them together}, both ends included. At most analytics_days_max days.
[[nodiscard]] std::expected<Document, QueryError> days(const Queries& queries, const Scope& scope, std::chrono::sys_days from,
                                                       std::chrono::sys_days to);

// Of which order and which product, if both are said of both; empty: of any.
struct Of {
  std::string_view order;
  std::string_view product;
};
// That ended in the period, the last one first.
[[nodiscard]] std::expected<Page, QueryError> jobs(const Queries& queries, const Scope& scope, const Of& of, const Period& period,
                                                   const PageRequest& request);
// For which a print or bought parts were booked last in the period, the last one first.
[[nodiscard]] std::expected<Page, QueryError> orders(const Queries& queries, const Scope& scope, const Period& period,
                                                     const PageRequest& request);
// Newest first.
[[nodiscard]] std::expected<Page, QueryError> products(const Queries& queries, const Scope& scope, const PageRequest& request);

}  // namespace layerline::projections::analytics
