// The limits of the composed server. Times in milliseconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace layerline::app::limits {

using namespace std::chrono_literals;

inline constexpr std::int64_t follower_wait_ms = 500;
inline constexpr std::int64_t timer_check_ms = 1'000;
inline constexpr std::int64_t first_start_retry_ms = 200;
inline constexpr std::int64_t owners_age_ms = 20;            // of what is known of the others' partitions
inline constexpr std::size_t effect_threads = 2;             // mails, payments; models are measured and sliced on one thread each
inline constexpr auto start_retry = 1'000ms;                 // between two tries to start without brokers
inline constexpr auto waiting_said = 30'000ms;               // and the log says it again
inline constexpr int come_again_s = 2;                       // is what callers hear meanwhile
inline constexpr auto key_table_wait = 10'000ms;             // of a start, for all keys
inline constexpr std::int64_t progress_ms = 1'000;           // of long commands

// Of `workshop move`.
inline constexpr auto move_time = 60'000ms;                  // then it says how far it came; the move goes on
inline constexpr auto move_check = 20ms;                     // between two looks
inline constexpr auto move_retry = 500ms;                    // after an answer that says "later"

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

// Of commands to owners in other processes.
inline constexpr auto owner_wait = 3'000ms;                  // a caller waits so long for a partition to get an owner
inline constexpr auto owner_retry_first = 10ms;              // between two tries to find one; doubled each time up to:
inline constexpr auto owner_retry_longest = 50ms;
inline constexpr auto owner_check = 250ms;                   // how often a waiting command looks whether its owner still is it
inline constexpr auto peer_connect_time = 1'000ms;
inline constexpr auto peer_answer_time = 35'000ms;           // longer than an owner lets a caller wait
inline constexpr std::size_t envelope_bytes = std::size_t{1} << 20;      // of an encoded command: larger than any record
inline constexpr std::size_t batch_commands = 256;           // of one request; a batch is closed as well when it holds so many bytes:
inline constexpr std::size_t batch_bytes = std::size_t{1} << 20;
inline constexpr std::size_t request_bytes = batch_bytes + envelope_bytes + batch_commands * 10;   // the largest batch, with its lengths
inline constexpr std::size_t requests_in_flight = 2;         // to one partition of one process: one is decided while one is written
inline constexpr std::size_t remote_queue = 4'096;           // commands that wait for one partition of one process; one more is busy
inline constexpr std::size_t remote_queue_bytes = std::size_t{8} << 20;

}  // namespace layerline::app::limits
