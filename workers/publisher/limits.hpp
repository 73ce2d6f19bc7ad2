// Every limit of the publisher by name. Times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::publisher::limits {

// One transaction after another: on three brokers only eight go through in a second, so each takes what has come in meanwhile.
inline constexpr std::int64_t batch_ms = 250;               // from one transaction to the next while little happens
inline constexpr std::size_t batch_events = 1'000;          // a batch that holds so many waits no longer
inline constexpr std::size_t batch_events_max = 10'000;     // while there is more to read at once
inline constexpr std::size_t batch_records = 50'000;        // of the journal, where hardly any of them is public
static_assert(batch_events <= batch_events_max && batch_events_max <= batch_records);

// What a start has to compare: everything that was published since the last checkpoint but one transaction.
inline constexpr std::size_t checkpoint_events = 20'000;
inline constexpr std::size_t checkpoint_records = 200'000;

inline constexpr std::int64_t idle_wait_ms = 250;           // for news of the journal, and then for the end
inline constexpr std::int64_t stop_check_ms = 50;
inline constexpr std::int64_t retry_ms = 1'000;             // after any trouble
inline constexpr std::int64_t fenced_wait_ms = 10'000;      // another publisher has taken over; it is left alone for a while

inline constexpr std::uint32_t topic_partitions = 4;        // of a public topic
inline constexpr std::size_t word_max = 40;                 // of a word that is published as it is

}  // namespace layerline::publisher::limits
