// What an order is found by: its numbers, ours and the source's, that of its parcel, and the SKUs of its lines.
#pragma once

#include <set>
#include <string>

#include "projections/documents.hpp"

namespace layerline::projections::orders {

// In lower case, and cut at spaces. Nothing of it is personal: the index outlives an erasure.
using Terms = std::set<std::string>;
[[nodiscard]] Terms terms_of(const Json& order);

// Keeps the list "term" as the document is; `before`: what it was found by.
void index(Documents& documents, const Entry& entry, const Terms& before);

}  // namespace layerline::projections::orders
