// Who has bought, with an account or without: one document for each, under the subject that his personal data is sealed for.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::buyers {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view buyer);
// Who bought first last, first, or by "last_order", the longest ago first; kind: "guest", "person" or "business"; empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view kind, std::string_view by,
                                                   const PageRequest& request);

}  // namespace layerline::projections::buyers
