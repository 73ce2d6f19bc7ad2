// AES-256-GCM: seals bytes under a key and binds them to associated data that is stored elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace layerline::crypto {

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t nonce_bytes = 12;
inline constexpr std::size_t tag_bytes = 16;

struct SealedBytes {
  std::string nonce;        // nonce_bytes, random: a key seals at most 2^32 values (NIST SP 800-38D 8.3)
  std::string ciphertext;   // as long as the plain text, plus the tag
};

// `key` has key_bytes; anything else is a bug (assertion).
[[nodiscard]] SealedBytes seal(std::string_view key, std::string_view plain, std::string_view associated_data);

// Nothing if the key, the nonce, the bytes or the associated data are not those that were sealed.
[[nodiscard]] std::optional<std::string> open(std::string_view key, std::string_view nonce, std::string_view ciphertext,
                                              std::string_view associated_data);

}  // namespace layerline::crypto
