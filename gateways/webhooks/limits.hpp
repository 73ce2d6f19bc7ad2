// Bounds of incoming webhooks.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::webhooks::limits {

inline constexpr std::size_t body_bytes = 1024 * 1024;
inline constexpr std::size_t signature_header_bytes = 4 * 1024;
inline constexpr std::size_t signatures = 16;            // v1 values that are looked at in one header
inline constexpr std::int64_t signature_age_s = 300;     // in the past and in the future
inline constexpr std::size_t identifier_bytes = 255;     // of the provider's ids and of ours that come back

}  // namespace layerline::webhooks::limits
