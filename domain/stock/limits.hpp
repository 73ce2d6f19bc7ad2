#pragma once

#include <cstdint>

namespace layerline::stock::limits {

inline constexpr std::int64_t quantity_max = 1'000'000'000'000'000;  // on hand of one item, everywhere: a million tonnes in mg

}  // namespace layerline::stock::limits
