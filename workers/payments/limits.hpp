// The limits of the payments worker. Times in milliseconds.
#pragma once

#include <cstdint>

namespace layerline::payments::limits {

inline constexpr std::int64_t key_life_ms = 23 * 3'600'000;   // Stripe may forget an idempotency key after 24 hours

}  // namespace layerline::payments::limits
