// Printers: their state, plate gate, loaded filament and current print. Access codes are not part of it.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::printers {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view printer);
// Newest first, or by "name"; `status` ("idle") may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   std::string_view by, const PageRequest& request);

}  // namespace layerline::projections::printers
