// Every limit of an upload over FTPS.
#pragma once

#include <cstdint>

namespace layerline::ftps::limits {

inline constexpr std::int64_t connect_ms = 15'000;
inline constexpr std::int64_t response_s = 120;        // the final 226 takes more than 30 s on some printers
inline constexpr std::int64_t slowest_bytes_per_s = 1; // less than this for the no-progress time ends the upload
inline constexpr std::int64_t buffer_bytes = 256 * 1024;

}  // namespace layerline::ftps::limits
