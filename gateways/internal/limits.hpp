// The limits of what our own processes ask each other. Sizes in bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace layerline::internal::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t question_bytes = 64 * 1024;     // ids and cursors come out of a URL, which has at most 16 KiB
inline constexpr std::size_t needed_offsets = 4'096;         // one of each partition
inline constexpr std::int64_t wait_ms = 5'000;               // for a position or a change, with the question's other waits
inline constexpr auto poll_time = 5ms;                       // between two looks at a document whose change is awaited

inline constexpr std::uint32_t plan_weeks = 52;              // of material requirements
inline constexpr std::size_t plans_kept = 64;                // of workshops, those that were asked about last
inline constexpr std::size_t facts_kept = 1'000'000;         // of all of them; but one plan is kept, however large
inline constexpr auto plan_unused_time = 10min;              // and it is not kept

inline constexpr std::size_t outlook_orders = 2'000;         // waiting production orders, from the front, whose end is foretold
inline constexpr std::size_t outlook_printers = 1'000;
inline constexpr std::size_t outlook_shortages = 20'000;     // of materials and bought parts; far more than orders whose end is foretold
inline constexpr std::size_t outlook_deliveries = 1'000;     // that suppliers owe, of one item
inline constexpr int outlook_share = 10;                     // an outlook is kept for so many times as long as it took
inline constexpr std::size_t outlooks_kept = 64;             // workshops

inline constexpr std::size_t connections_shown = 1'000;      // to printers, of one workshop

inline constexpr int projectors_asked = 2;                   // one that does not answer, and another
inline constexpr auto connect_time = 500ms;                  // to a projector
inline constexpr auto answer_time = 2'000ms;                 // and for its answer, beside what the question waits for

}  // namespace layerline::internal::limits
