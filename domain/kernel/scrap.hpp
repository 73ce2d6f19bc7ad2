// What is thrown away besides of what is used, in millionths of it: purged plastic, screws that roll away.
#pragma once

#include <cstdint>

namespace layerline {

// Rounded up, as planning does it (domain/planning/netting.cpp). None is negative.
[[nodiscard]] constexpr std::int64_t with_scrap(std::int64_t used, std::int64_t scrap_ppm) {
  constexpr std::int64_t million = 1'000'000;
  return used + used / million * scrap_ppm + (used % million * scrap_ppm + million - 1) / million;
}

}  // namespace layerline
