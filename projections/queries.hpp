// Reads of documents: by id one get that hands out ready JSON bytes; lists are index scans with cursors. Any thread.
// Nothing of another workshop is ever found, and nothing that another customer owns.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <span>
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
  store::Direction direction = store::Direction::forwards;   // backwards: from the list's end
  // Between these two orders (as Documents::list takes them), in the order in which it is read; empty: as far as the list goes.
  std::string after = {};
  std::string until = {};
};
// Days since 1970-01-01, both included: as they are, any.
struct Period {
  std::int32_t from = 0;
  std::int32_t to = std::numeric_limits<std::int32_t>::max();
  friend bool operator==(const Period&, const Period&) = default;
};
struct Page {
  std::vector<Document> items;
  std::string cursor;          // of the next page; empty: this was the last
};

// What becomes of the documents of one kind and workshop, for who keeps in memory what follows from them.
class FollowedDocuments {
 public:
  // A document by its name in the store, which says nothing; nullptr: there is none any more. False: it is damaged.
  using Visit = std::function<bool(std::string_view name, const Document*)>;

  // Visits what changed since the last time, all of one moment. False: too much did, and
  // it has to be followed anew.
  [[nodiscard]] std::expected<bool, QueryError> changed(const Visit& visit);

 private:
  friend class Queries;
  FollowedDocuments(store::Following following, std::size_t prefix) : following_(std::move(following)), prefix_(prefix) {}

  store::Following following_;
  std::size_t prefix_;   // bytes of a key before the name
};

// A list of a view by its name, and the value that it is of.
struct Listing {
  std::string list;
  std::string value;
};

class Queries {
 public:
  Queries(const store::Store& store, const Keyspaces& keyspaces) : store_(store), keyspaces_(keyspaces) {}

  [[nodiscard]] std::expected<Document, QueryError> get(std::string_view view, const Scope& scope, std::string_view kind,
                                                        std::string_view id) const;
  // By a unique name: the number of a quote, the quote of an order.
  [[nodiscard]] std::expected<Document, QueryError> named(std::string_view view, const Scope& scope, std::string_view lookup,
                                                          std::string_view value) const;
  // In the list's order, of most the newest first; `status` (empty: all) and `keep` (none: all) filter further. A page may end early, even
  // empty, and its cursor goes on.
  using Keep = std::function<bool(const Document&)>;
  [[nodiscard]] std::expected<Page, QueryError> list(std::string_view view, const Scope& scope, std::string_view list,
                                                     std::string_view value, std::string_view status, const PageRequest& request,
                                                     const Keep& keep = {}) const;

  // What stands in all of these lists, which have one order. Its cost is that of the page, or of as many jumps as it takes to find it: a
  // page may end early, even empty, and its cursor goes on.
  [[nodiscard]] std::expected<Page, QueryError> list(std::string_view view, const Scope& scope, std::span<const Listing> lists,
                                                     const PageRequest& request) const;

  // Every document of a kind, all of one moment, and what becomes of them afterwards.
  [[nodiscard]] std::expected<FollowedDocuments, QueryError> follow(std::string_view view, const Scope& scope, std::string_view kind,
                                                                    const FollowedDocuments::Visit& visit) const;

 private:
  [[nodiscard]] std::expected<Document, QueryError> read(const std::string& key, const Scope& scope) const;
  [[nodiscard]] std::string prefix(std::string_view view, const Scope& scope) const;

  const store::Store& store_;
  const Keyspaces& keyspaces_;
};

// Of a list in the order of time: only what was made on these days.
[[nodiscard]] PageRequest within(const Period& period, PageRequest request);
// The same of a list in another order, which is read for that.
[[nodiscard]] Queries::Keep made_within(const Period& period);

// {"items":[…],"next_cursor":"…"|null}
[[nodiscard]] std::string json_of(const Page& page);

}  // namespace layerline::projections
