// Every limit of the projections by name. Times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::projections {

inline constexpr std::size_t page_default = 50;
inline constexpr std::size_t page_max = 200;                    // documents of one list answer
inline constexpr std::size_t page_scan_max = 5'000;             // index entries read for one page; the cursor goes on behind them
inline constexpr std::size_t page_look_max = 2'000;             // the same of a page out of several lists, each a jump
inline constexpr std::size_t page_read_max = 1'000;              // the same where each document is read to know if it belongs there
inline constexpr std::size_t listings_max = 8;                  // of a question; what is searched for beyond them narrows it no further
inline constexpr std::size_t description_words_max = 200;        // that a product is found by: the first ones
inline constexpr std::int64_t analytics_days_max = 366;           // of one answer
inline constexpr std::size_t live_batch_commits = 512;          // of one write beside a running server
inline constexpr std::size_t rebuild_batch_commits = 8'192;     // of one write of a rebuild: more collapse per key
inline constexpr std::size_t cached_documents = 20'000;         // parsed documents kept between two writes, for each view
inline constexpr std::size_t waiting_requests_max = 4'096;      // requests with Layerline-Min-Position at one time
inline constexpr std::int64_t waiting_max_ms = 5'000;           // of one of them
inline constexpr int projector_nice = 10;                       // of its thread
inline constexpr std::int64_t gather_ms = 4;                    // after a write while commits go on coming and nobody waits for one
inline constexpr std::int64_t idle_wait_ms = 20;                // between two looks at the journal when nobody wakes the projector
inline constexpr std::int64_t retry_wait_ms = 500;              // after an error that may pass
inline constexpr int traced_levels_max = 50;                    // of bills of materials, from an order down to its spools
inline constexpr std::size_t parked_streams_max = 1'000;        // of one view; one more stops it

}  // namespace layerline::projections
