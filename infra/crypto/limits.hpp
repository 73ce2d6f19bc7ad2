// Bounds of the key vault.
#pragma once

#include <chrono>
#include <cstddef>

namespace layerline::crypto::limits {

inline constexpr std::size_t subject_bytes = 256;                    // longest name of a subject
inline constexpr std::size_t batch_bytes = 64 * 1024 * 1024;         // longest batch of the file that is believed when read
inline constexpr std::size_t copied_keys = 1'000;                    // moved at once from one place to another
inline constexpr std::size_t destroyed_keys = 100'000;               // remembered as such, so that the table is not asked again
inline constexpr auto table_retry = std::chrono::milliseconds(200);  // between two tries of a table that can't be used now

}  // namespace layerline::crypto::limits
