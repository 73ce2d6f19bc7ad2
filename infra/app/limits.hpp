// The limits of the composed server. Times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::app::limits {

inline constexpr std::int64_t follower_wait_ms = 500;
inline constexpr std::int64_t timer_check_ms = 1'000;
inline constexpr std::size_t effect_threads = 2;             // mails, payments; models are measured and sliced on one thread each
inline constexpr std::int64_t progress_ms = 1'000;           // of long commands

}  // namespace layerline::app::limits
