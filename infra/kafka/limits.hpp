// Every limit of tables and transactions by name. Times in milliseconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace layerline::kafka::limits {

using namespace std::chrono_literals;

// Writing. A request that a broker does not answer is sent again within the time of its records.
inline constexpr auto put_time = 10'000ms;               // of one put, until it is stored or unknown; a table may have less
inline constexpr auto put_grace = 3'000ms;               // librdkafka reports an expired record up to a second late; then it is purged
inline constexpr auto put_poll = 100ms;
inline constexpr auto fold_time = 2'000ms;               // a put waits so long to see its own record come back
inline constexpr auto acknowledge_time = 3'000ms;        // the broker waits so long for its in-sync replicas

// Reading.
inline constexpr auto wait_time = 100ms;                 // the table's thread looks at the clock so often
inline constexpr auto fetch_wait = 100ms;                // a broker that has nothing new answers after this
inline constexpr int read_ahead_kbytes = 16'384;
inline constexpr auto quiet_time = 1'000ms;              // then the broker is asked whether it is there
inline constexpr auto check_time = 2'000ms;              // and has so long to answer
inline constexpr auto stall_time = 10'000ms;             // there is more, and it does not come: the reading begins anew
inline constexpr auto catch_up_time = 10'000ms;         // of one question for all keys
inline constexpr auto restart_pause = 500ms;

// Making.
inline constexpr std::uint32_t replicas = 3;             // of a new topic, where there are as many brokers
inline constexpr std::int64_t segment_ms = 3'600'000;    // of a compacted topic: what is removed can be wiped from closed segments only
inline constexpr std::int64_t wiped_after_ms = 86'400'000;            // at the latest, if anything is written afterwards
inline constexpr std::int64_t removals_kept_ms = 30LL * 86'400'000;   // a process that hears nothing for longer has to start again
inline constexpr std::int64_t short_retention_ms = 600'000;
inline constexpr std::int64_t short_segment_bytes = 4 << 20;
inline constexpr std::int64_t telemetry_retention_ms = 2LL * 86'400'000;
inline constexpr std::int64_t telemetry_segment_ms = 3'600'000;

// What may be lost.
inline constexpr auto lossy_message_time = 10'000ms;
inline constexpr int lossy_queue_messages = 10'000;

// Transactions.
inline constexpr auto init_time = 15'000ms;              // the coordinator aborts what an older producer left open first
inline constexpr auto transaction_time = 30'000ms;       // then the brokers abort it; readers wait so long behind a producer that died
inline constexpr auto message_time = 10'000ms;
static_assert(message_time < transaction_time);
inline constexpr int commit_tries = 3;                   // of an end that did not come in time
inline constexpr auto linger_time = 5ms;                 // to fill batches; a transaction ends with a flush
inline constexpr auto silence_time = 10'000ms;           // of the brokers, while what was committed is read
inline constexpr auto committed_fetch_wait = 20ms;
inline constexpr auto query_time = 5'000ms;

}  // namespace layerline::kafka::limits
