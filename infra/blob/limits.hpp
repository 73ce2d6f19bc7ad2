// Bounds of the blob store. Sizes in bytes.
#pragma once

#include <chrono>
#include <cstdint>

namespace layerline::blob::limits {

inline constexpr std::uint64_t blob_bytes = 1024ull * 1024 * 1024;   // one blob; callers have tighter bounds of their own
inline constexpr std::uint64_t copied_bytes = 1024 * 1024;           // at once, from one store to another
inline constexpr auto fetch_connect_time = std::chrono::milliseconds(2'000);   // to one place that may have a blob
inline constexpr auto fetch_time = std::chrono::milliseconds(300'000);         // for all of its bytes

}  // namespace layerline::blob::limits
