// The limits of the composed server. Times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::app::limits {

inline constexpr std::int64_t follower_wait_ms = 500;
inline constexpr std::int64_t timer_check_ms = 1'000;
inline constexpr std::int64_t first_start_retry_ms = 200;
inline constexpr std::size_t effect_threads = 2;             // mails, payments; models are measured and sliced on one thread each
inline constexpr std::int64_t progress_ms = 1'000;           // of long commands

// Who lives.
inline constexpr std::int64_t heartbeat_ms = 500;
inline constexpr std::int64_t silence_ms = 2'000;            // who was not heard for so long is dead
inline constexpr std::int64_t deaf_after_ms = 1'200;         // who has not heard himself for so long hears nobody
inline constexpr std::int64_t member_tick_ms = 100;
inline constexpr std::int64_t announce_time_ms = 1'000;      // a heartbeat that could not be stored by then is not worth it
inline constexpr std::size_t heartbeat_bytes = 16 * 1024;    // a longer one is not read
inline constexpr std::size_t member_id_bytes = 8;
inline constexpr std::size_t gone_members = 10'000;          // remembered as such
static_assert(heartbeat_ms < deaf_after_ms && deaf_after_ms + heartbeat_ms < silence_ms);

}  // namespace layerline::app::limits
