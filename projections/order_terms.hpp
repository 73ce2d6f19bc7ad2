// What an order is found by: its state, alone and with its source; its numbers, ours and the source's, that of its parcel, and the SKUs of
// its lines.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "projections/documents.hpp"

namespace layerline::projections::orders {

// In lower case, and cut at spaces. Nothing of it is personal: the index outlives an erasure.
using Terms = std::set<std::string>;
[[nodiscard]] Terms terms_of(const Json& order);

// Moves it between the lists of its status. Of the lists of a filter those of source and status are long, and two long lists that hardly
// meet are walked for long: both together are a list of their own. The others are short, or few orders are in one and not in the other.
void set_status(Documents& documents, Entry& order, std::string_view status);

// Keeps the list "term" as the document is; `before`: what it was found by.
void index(Documents& documents, const Entry& entry, const Terms& before);

}  // namespace layerline::projections::orders
