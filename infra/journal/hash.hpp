// SHA-256 of the chain: H(head, bytes) over the stored bytes of a record, never over re-serialized ones.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace layerline::journal {

using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] Hash sha256(std::string_view bytes);
[[nodiscard]] Hash sha256(const Hash& head, std::string_view bytes);

// Checksum of a frame (Castagnoli), by the CPU's instruction where it has one.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes);

[[nodiscard]] std::string_view view(const Hash& hash);

}  // namespace layerline::journal
