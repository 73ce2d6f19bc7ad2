// The limits of what a customer says of himself.
#pragma once

#include <cstddef>

namespace layerline::customers::limits {

inline constexpr std::size_t addresses_max = 50;   // of one customer
inline constexpr std::size_t text_max = 200;       // bytes of each text

}  // namespace layerline::customers::limits
