// Every limit of the store by name. Sizes in bytes.
#pragma once

#include <cstddef>

namespace layerline::store {

inline constexpr std::size_t block_cache_max_bytes = std::size_t{64} << 20;
inline constexpr int block_cache_shard_bits = 4;                               // 4 MiB each
inline constexpr std::size_t write_buffer_max_bytes = std::size_t{32} << 20;   // two of them at most
inline constexpr std::size_t wal_max_bytes = std::size_t{128} << 20;
inline constexpr int open_files_max = 512;
inline constexpr std::size_t followed_max_bytes = std::size_t{1} << 20;        // of changes that one follower has not taken
inline constexpr std::size_t json_depth_max = 32;                              // of a stored document

}  // namespace layerline::store
