// The printers' connections, in the shape of the outside services' circuits.
#pragma once

#include <expected>

#include "projections/queries.hpp"

namespace layerline::internal {

// A list as the document's JSON; those of limits::connections_shown printers, by their names.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> printer_connections(const projections::Queries& queries,
                                                                                                const projections::Scope& scope);

}  // namespace layerline::internal
