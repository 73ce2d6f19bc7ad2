// Whether so many of a product can be promised, and for when.
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "gateways/internal/outlook.hpp"
#include "gateways/internal/question.hpp"

namespace layerline::internal {

// {"product_id", "sku", "quantity", "availability"}. What is free on the shelf is promised now; of the rest what is made, when its
// material and its bought parts are there, the printers are through with it and the work on it is done, and what is bought, when it
// has come. A customer is told of what is on offer only.
[[nodiscard]] std::expected<projections::Document, projections::QueryError> promise(const projections::Queries& queries,
                                                                                  const projections::Scope& scope, const ReadUnits& wanted,
                                                                                  Outlooks& outlooks);

}  // namespace layerline::internal
