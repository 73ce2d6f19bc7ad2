// The limits of effect workers. Times in milliseconds.
#pragma once

#include <cstdint>

namespace layerline::effects::limits {

inline constexpr std::int64_t poll_ms = 250;              // effects that wait for their next try
inline constexpr std::int64_t owner_retry_ms = 200;       // between two tries to tell the owner something
inline constexpr std::int64_t touch_check_ms = 50;        // whether the other processes hear this one again

}  // namespace layerline::effects::limits
