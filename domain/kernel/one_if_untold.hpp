// Numbers that events leave out where there was a time when they could only be 1.
#pragma once

#include <cstdint>

namespace layerline {

// The pieces that one print makes, or the plate of its file.
[[nodiscard]] constexpr std::int64_t one_if_untold(std::int64_t told) { return told == 0 ? 1 : told; }

}  // namespace layerline
