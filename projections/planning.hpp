// What planning has to know of a workshop, as small facts: items with their stock, rules and bills of materials, open demand, and supply
// that is on its way. The plan itself is nowhere: it follows from these, whenever it is asked for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "infra/store/json_tree.hpp"
#include "projections/commit.hpp"
#include "projections/queries.hpp"

namespace layerline::projections::planning {

extern const View view;

// A fact by a name that no other has: {"type": "item" | "demand" | "supply", …}; nullptr: it is one no more.
using Visit = std::function<void(std::string_view name, const store::Json* fact)>;

// Every fact, all of one moment; and what became of them since the last time, or false: too much, and they have to be followed anew.
[[nodiscard]] std::expected<FollowedDocuments, QueryError> follow(const Queries& queries, const Scope& scope, const Visit& visit);
[[nodiscard]] std::expected<bool, QueryError> changed(FollowedDocuments& facts, const Visit& visit);

// Facts: what somebody waits for, item by item and each item's in the order in which its stock serves it; what was ordered of an item, by
// its key, from suppliers and has not come; and an item.
[[nodiscard]] std::expected<Page, QueryError> shortages(const Queries& queries, const Scope& scope, const PageRequest& request);
[[nodiscard]] std::expected<Page, QueryError> placed(const Queries& queries, const Scope& scope, std::string_view item,
                                                     const PageRequest& request);
[[nodiscard]] std::expected<Document, QueryError> item(const Queries& queries, const Scope& scope, std::string_view key);

// From the last print to the customer's door, as the workshop configured it.
struct AfterPrinting {
  std::int64_t delivery_days = 0;
  std::map<std::string, std::int64_t, std::less<>> ms_of_steps;   // of one piece; what is not named takes no time
  std::vector<std::string> finishes;                              // that it sells
};
[[nodiscard]] std::expected<AfterPrinting, QueryError> after_printing(const Queries& queries, const Scope& scope);

}  // namespace layerline::projections::planning
