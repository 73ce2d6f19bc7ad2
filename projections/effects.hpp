// Effects that are not done yet: open, attempted, unknown or parked; for the operator. A done one is gone.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::effects {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view effect);
// Newest first; `status` ("parked") may be empty: all that are not done.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   const PageRequest& request);

}  // namespace layerline::projections::effects
