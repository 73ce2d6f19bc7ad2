// Bounds of a configuration.
#pragma once

#include <cstddef>

namespace layerline::config::limits {

inline constexpr std::size_t file_bytes = 1024 * 1024;
inline constexpr std::size_t depth = 16;   // of objects and arrays in each other

}  // namespace layerline::config::limits
