#include "infra/crypto/random.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <openssl/rand.h>

#include "infra/crypto/encoding.hpp"

namespace layerline::crypto {

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    std::fputs("no randomness from the operating system\n", stderr);
    std::abort();
  }
  return bytes;
}

// Layout: 48 bits of time, 4 of version, 12 of counter, 2 of variant, 62 random (RFC 9562 6.2 method 1).
std::string UuidGenerator::next(std::int64_t now_ms) {
  std::string bytes = random_bytes(16);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[i])); };
  if (now_ms > last_ms_) {
    last_ms_ = now_ms;
    counter_ = static_cast<std::uint16_t>((byte(6) << 8 | byte(7)) & 0x7FF);   // starts in the lower half: room to count
  } else if (++counter_ > 0xFFF) {
    ++last_ms_;   // borrowed from the future: 2,000 ids in one millisecond
    counter_ = 0;
  }
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(last_ms_ >> (40 - 8 * i) & 0xFF);
  bytes[6] = static_cast<char>(0x70 | counter_ >> 8);
  bytes[7] = static_cast<char>(counter_ & 0xFF);
  bytes[8] = static_cast<char>((byte(8) & 0x3F) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

}  // namespace layerline::crypto
