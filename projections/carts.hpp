// Carts of our own shop: what lies in them, the checkout that is under way, and the order that was made last. Without personal data.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::carts {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view cart);

}  // namespace layerline::projections::carts
