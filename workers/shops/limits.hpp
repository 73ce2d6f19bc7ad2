// The limits of the shops worker. Times in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::shops::limits {

// What is taken of an order
inline constexpr std::size_t order_bytes = 1024 * 1024;
inline constexpr std::size_t page_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t lines = 500;
inline constexpr std::size_t text_bytes = 255;
inline constexpr std::int64_t quantity_max = 1'000'000;

// Polling
inline constexpr std::int64_t poll_ms = 90'000;               // 0.3 % of what Squarespace allows
inline constexpr std::int64_t overlap_ms = 5 * 60'000;        // read again before the newest change known: their clocks and lists lag
inline constexpr std::int64_t cool_down_ms = 60'000;          // after a 429
inline constexpr std::int64_t retry_first_ms = 1'000;         // after any other failure, doubled each time
inline constexpr std::int64_t retry_most_ms = 300'000;
inline constexpr std::size_t hints = 10'000;                  // orders to be asked for; beyond them the next poll has to find them
inline constexpr std::size_t told = 100'000;                  // orders whose last state told is remembered, so that it isn't told again
inline constexpr std::int64_t idle_ms = 1'000;                // the longest sleep of the poller's thread
inline constexpr std::int64_t owner_retry_ms = 200;
inline constexpr int page_orders = 100;                       // the most that WooCommerce gives

}  // namespace layerline::shops::limits
