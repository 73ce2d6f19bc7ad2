// Reads of documents: by id one get that hands out ready JSON bytes; lists are index scans with cursors. Any thread.
// Nothing of another workshop is ever found, and nothing that another customer owns.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/store/store.hpp"
#include "projections/keyspaces.hpp"

namespace layerline::projections {

// Whose documents: a workshop's, and for a customer only their own (`customer` empty: all).
struct Scope {
  std::uint32_t partition = 0;   // where the workshop is now: whose position the answer tells
  std::string workshop;
  std::string customer;
};

enum class QueryError {
  not_found,   // there is no such document for this scope
  damaged,     // the store can't be read
};

struct Document {
  std::uint64_t version = 0;   // ETag
  std::string status;
  std::string customer;
  std::string json;
};

struct PageRequest {
  std::string cursor;          // of the page before; empty: from the newest. A foreign one gives another place, never foreign documents
  std::size_t limit = 0;       // 0: page_default; at most page_max
};
struct Page {
  std::vector<Document> items;
  std::string cursor;          // of the next page; empty: this was the last
};

class Queries {
 public:
  Queries(const store::Store& store, const Keyspaces& keyspaces) : store_(store), keyspaces_(keyspaces) {}

  [[nodiscard]] std::expected<Document, QueryError> get(std::string_view view, const Scope& scope, std::string_view kind,
                                                        std::string_view id) const;
  // By a unique name: the number of a quote, the quote of an order.
  [[nodiscard]] std::expected<Document, QueryError> named(std::string_view view, const Scope& scope, std::string_view lookup,
                                                          std::string_view value) const;
  // Newest first; `status` filters further (empty: all).
  [[nodiscard]] std::expected<Page, QueryError> list(std::string_view view, const Scope& scope, std::string_view list,
                                                     std::string_view value, std::string_view status, const PageRequest& request) const;

  // Every document of a kind by its id, all of one moment, until `visit` returns false: then one of them is damaged.
  [[nodiscard]] std::expected<void, QueryError> each(std::string_view view, const Scope& scope, std::string_view kind,
                                                     const std::function<bool(const Document&)>& visit) const;

 private:
  [[nodiscard]] std::expected<Document, QueryError> read(const std::string& key, const Scope& scope) const;
  [[nodiscard]] std::string prefix(std::string_view view, const Scope& scope) const;

  const store::Store& store_;
  const Keyspaces& keyspaces_;
};

// {"items":[…],"next_cursor":"…"|null}
[[nodiscard]] std::string json_of(const Page& page);

}  // namespace layerline::projections
