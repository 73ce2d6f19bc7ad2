// Whether so many of a product can be promised, and for when.
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "gateways/internal/outlook.hpp"
#include "gateways/internal/question.hpp"

namespace layerline::internal {

// {"product_id", "sku", "quantity", "availability"}. What is free on the shelf is promised now; of the rest what is made, when the printers
// are through with it and its bought parts are there, and what is bought, when it has come. A customer is told of what is on offer only.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> promise(const projections::Queries& queries,
                                                                                  const projections::Scope& scope, const ReadUnits& wanted,
                                                                                  Outlooks& outlooks);

// So many prints of a product's usual file, if it has one.
void add_prints(const store::Json& product, std::int64_t quantity, std::vector<production::Work>& work);

}  // namespace layerline::internal
