// Bounds of the blob store, in bytes.
#pragma once

#include <cstdint>

namespace layerline::blob::limits {

inline constexpr std::uint64_t blob_bytes = 1024ull * 1024 * 1024;   // one blob; callers have tighter bounds of their own

}  // namespace layerline::blob::limits
