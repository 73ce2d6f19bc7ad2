// What customers say of themselves: how they are reached, and their address books. Nothing of it outlives an erasure.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::customers {

extern const View view;

// Of one who said nothing of himself yet: empty, at version 0.
[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view customer);

}  // namespace layerline::projections::customers
