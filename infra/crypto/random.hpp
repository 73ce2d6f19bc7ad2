// Randomness of the operating system, and ids made of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace layerline::crypto {

// A system without randomness cannot go on: that ends the process.
[[nodiscard]] std::string random_bytes(std::size_t size);

// UUIDs of version 7 (RFC 9562 5.7): ids of one generator are strictly ascending, also within a millisecond and when the clock goes back.
// One generator per thread.
class UuidGenerator {
 public:
  [[nodiscard]] std::string next(std::int64_t now_ms);   // "018f…-…-7…-…-…", lower case; now_ms: milliseconds since 1970 UTC

 private:
  std::int64_t last_ms_ = 0;
  std::uint16_t counter_ = 0;   // the 12 bits behind the time
};

}  // namespace layerline::crypto
