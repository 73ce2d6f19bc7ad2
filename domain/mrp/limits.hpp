// The limits of planning in a workshop.
#pragma once

#include <cstdint>

namespace layerline::mrp::limits {

inline constexpr std::int64_t spool_mg = 1'000'000;             // materials without a rule are bought in kilograms
inline constexpr std::int64_t planned_quantity_max = 1'000'000'000'000;   // of one order, in the item's smallest unit
inline constexpr int pegs_max = 1'000;                          // that an order remembers

}  // namespace layerline::mrp::limits
