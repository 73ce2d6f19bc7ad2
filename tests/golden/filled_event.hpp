// Events with every field filled, each with a value that follows from its name and number: what golden bytes are made of and checked by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/layerline/events.pb.h"

namespace layerline::golden {

inline constexpr std::uint32_t schema = 1;   // of every event type so far
inline constexpr const char* stream = "golden/1";
inline constexpr const char* subject = "customer/golden";   // whose key seals the personal fields

// One event of every type that this build knows.
[[nodiscard]] std::vector<events::Event> filled_events();

// Why `stored`, decoded and unsealed, is not what was once written; empty: it is. Fields that were added since may be missing in it; one
// that was removed, renumbered or retyped shows as unknown or with another value.
[[nodiscard]] std::string difference(const events::Event& stored, const events::Event& filled);

}  // namespace layerline::golden
