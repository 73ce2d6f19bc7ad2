// The ids and the time that a gateway gives away; on the io thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "infra/crypto/random.hpp"

namespace layerline::rest {

[[nodiscard]] inline std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

[[nodiscard]] inline std::string fresh_id() {
  static crypto::UuidGenerator ids;
  return ids.next(now_ms());
}

}  // namespace layerline::rest
