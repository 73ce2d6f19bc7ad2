// Parcels, and what tracking shows of an order to someone who has only its link: states and the parcel, nobody's name or address.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::shipments {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view shipment);
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   const PageRequest& request);
[[nodiscard]] std::expected<Document, QueryError> find_tracking(const Queries& queries, const Scope& scope, std::string_view order);

}  // namespace layerline::projections::shipments
