// Uploaded files: whose, which model, what was measured. The id of a model is the SHA-256 under which its bytes are stored.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::files {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view file);
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view customer,
                                                   const PageRequest& request);

}  // namespace layerline::projections::files
