// The limits of what is taken from shops elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::shops::limits {

inline constexpr std::size_t shop_id_bytes = 40;
inline constexpr std::size_t base_url_bytes = 200;
inline constexpr std::size_t secret_bytes = 256;
inline constexpr std::size_t webhook_secrets = 4;
inline constexpr std::size_t external_id_bytes = 64;
inline constexpr std::int64_t amount_max = 100'000'000'000;   // minor units
inline constexpr std::int64_t year_least = 1970;
inline constexpr std::int64_t year_most = 9999;

}  // namespace layerline::shops::limits
