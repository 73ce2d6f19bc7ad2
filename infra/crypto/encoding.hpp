// Hex and base64 (RFC 4648), strict when decoding: no white space, no missing padding, no stray bits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace layerline::crypto {

[[nodiscard]] std::string hex(std::string_view bytes);   // lower case
[[nodiscard]] std::string hex(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);   // either case

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::string base64url(std::string_view bytes);   // no padding, safe in a URL
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace layerline::crypto
