// Stock by material: on hand, reserved, available and short, in grams and exact milligrams, with the ledger that explains every change.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::inventory {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view material);
// Materials, newest first or by "id" or "available_mg"; `status` ("low", "ok") may be empty.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   std::string_view by, const PageRequest& request);
// Lines of a material's ledger, newest first.
[[nodiscard]] std::expected<Page, QueryError> ledger(const Queries& queries, const Scope& scope, std::string_view material,
                                                     const PageRequest& request);

}  // namespace layerline::projections::inventory
