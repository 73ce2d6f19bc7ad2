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

inline constexpr int projectors_asked = 2;                   // one that does not answer, and another
inline constexpr auto connect_time = 500ms;                  // to a projector
inline constexpr auto answer_time = 2'000ms;                 // and for its answer, beside what the question waits for

}  // namespace layerline::internal::limits
