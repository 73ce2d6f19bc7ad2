// The limits of circuits. Times in milliseconds.
#pragma once

#include <cstdint>

namespace layerline::circuit::limits {

inline constexpr int failures_to_open = 5;                        // in a row
inline constexpr std::int64_t pause_first_ms = 5'000;             // before the first probe; doubled after each that fails
inline constexpr std::int64_t pause_most_ms = 60'000;
inline constexpr std::int64_t retry_after_most_ms = 15 * 60'000;  // of what a service may ask for itself

}  // namespace layerline::circuit::limits
