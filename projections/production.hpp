// Production orders with their print file, what they wait for, and their print jobs. The queue is served as
// domain/kernel/urgency.hpp says: by priority, then what is due earlier, then the oldest.
#pragma once

#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::production {

extern const View view;

[[nodiscard]] std::expected<Document, QueryError> find(const Queries& queries, const Scope& scope, std::string_view production_order);
[[nodiscard]] std::expected<Document, QueryError> find_by_number(const Queries& queries, const Scope& scope, std::string_view number);
// Newest first; `status` ("queued", "printing", "completed", "failed", "cancelled") may be empty: any.
[[nodiscard]] std::expected<Page, QueryError> list(const Queries& queries, const Scope& scope, std::string_view status,
                                                   const PageRequest& request);
// Of one order, newest first.
[[nodiscard]] std::expected<Page, QueryError> of_order(const Queries& queries, const Scope& scope, std::string_view order,
                                                       const PageRequest& request);
// By "due_date" (what has none last) or by "priority", the same then by age; `status` may also be "waiting", which has no "priority", for
// that is the queue, but "created_at".
[[nodiscard]] std::expected<Page, QueryError> list_by(const Queries& queries, const Scope& scope, std::string_view field,
                                                      std::string_view status, const PageRequest& request,
                                                      const Queries::Keep& keep = {});
// What has pieces that wait to be printed, in the order in which it is served.
[[nodiscard]] std::expected<Page, QueryError> queue(const Queries& queries, const Scope& scope, const PageRequest& request,
                                                    const Queries::Keep& keep = {});
// Work on printed pieces, newest first; `status` ("waiting", "open", "done", "cancelled") may be empty.
[[nodiscard]] std::expected<Page, QueryError> work_steps(const Queries& queries, const Scope& scope, std::string_view status,
                                                         const PageRequest& request);
// A print job: its progress and its end.
[[nodiscard]] std::expected<Document, QueryError> find_job(const Queries& queries, const Scope& scope, std::string_view job);

}  // namespace layerline::projections::production
