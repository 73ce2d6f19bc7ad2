// Every limit of the Kafka driver by name. Sizes in bytes, times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::journal::kafka {

// Appending. A request that a broker does not answer is sent again within the time of its records.
inline constexpr int append_timeout_ms = 10'000;           // of one record, from append() to stored or unknown
inline constexpr int append_grace_ms = 3'000;              // librdkafka reports an expired record up to a second late; then it is purged
inline constexpr int append_poll_ms = 100;
inline constexpr int acknowledge_timeout_ms = 3'000;       // the broker waits so long for its in-sync replicas
inline constexpr int answer_timeout_ms = 4'000;            // of any request; then the connection counts as dead
inline constexpr int message_max_bytes = 1'000'000;        // of a batch of records on the wire; one record is smaller
inline constexpr int topic_message_max_bytes = 1'048'588;  // of a new topic; Kafka's own default
static_assert(acknowledge_timeout_ms < answer_timeout_ms && answer_timeout_ms < append_timeout_ms);

// Reading.
inline constexpr std::size_t tail_ring_bytes = std::size_t{64} << 20;   // of recent records, all partitions together
inline constexpr std::size_t tail_batch_records = 1'000;
inline constexpr int tail_wait_ms = 100;                   // the tail thread looks at the clock so often
inline constexpr int fetch_wait_ms = 100;                  // a broker that has nothing new answers after this
inline constexpr int gather_wait_ms = 20;                  // Follow::gathered: news come after this, or when there are so many:
inline constexpr int gather_bytes = 64 * 1024;
inline constexpr std::size_t ahead_records_max = 10'000;   // own records that wait for a gap before them to close
inline constexpr int read_wait_ms = 5'000;                 // of one read, for what is known to be there
inline constexpr int stall_checks = 3;                     // the brokers have more and send nothing, so often in a row: it begins anew
inline constexpr int range_checks = 5;                     // so often the end has to be found before ours until it counts as lost
inline constexpr int range_check_pause_ms = 500;

// Reading what the tail no longer holds.
inline constexpr std::size_t lanes = 4;                    // so many readers may go through one partition at once
inline constexpr int lane_queue_kbytes = 16'384;           // read ahead for one of them
inline constexpr int lane_fetch_wait_ms = 10;
inline constexpr std::size_t single_read_records = 64;     // a read for fewer is not taken for the begin of a sequence
inline constexpr std::int64_t cursor_idle_ms = 5'000;      // then it is closed

// Asking.
inline constexpr int query_timeout_ms = 5'000;
inline constexpr int query_pause_ms = 50;                  // between two tries
inline constexpr int topic_wait_ms = 2'000;                // until a topic that no broker knows counts as missing
inline constexpr int admin_timeout_ms = 15'000;
inline constexpr int reopen_timeout_ms = 1'000;
inline constexpr int health_check_ms = 1'000;
inline constexpr int health_timeout_ms = 2'000;
inline constexpr int looks_per_stall_check = 3;            // of those every health_check_ms
inline constexpr int reconnect_pause_max_ms = 500;

}  // namespace layerline::journal::kafka
