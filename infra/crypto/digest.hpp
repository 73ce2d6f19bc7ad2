// Digests and message authentication codes (OpenSSL's).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace layerline::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256Digest sha256(std::string_view bytes);
[[nodiscard]] Sha256Digest sha256(std::string_view first, std::string_view second);   // of both, one after the other

// SHA-256 or MD5 of what comes in pieces. Used once: finish() ends it.
class StreamDigest {
 public:
  enum class Algorithm { sha256, md5 };   // md5 only for the printers' check of an upload: it protects against nothing
  explicit StreamDigest(Algorithm algorithm = Algorithm::sha256);
  ~StreamDigest();
  StreamDigest(StreamDigest&&) noexcept;
  StreamDigest& operator=(StreamDigest&&) noexcept;

  void add(std::string_view bytes);
  [[nodiscard]] std::string finish_hex();   // lower case

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);   // 64 lower-case digits
[[nodiscard]] std::string md5_hex(std::string_view bytes);      // 32 lower-case digits

// Raw bytes of the code: 32, 64 and 20 of them.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);
[[nodiscard]] std::string hmac_sha512(std::string_view key, std::string_view message);
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view message);

// Takes the same time wherever they differ; unequal lengths are unequal.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace layerline::crypto
