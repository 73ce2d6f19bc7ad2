// Times as shops write them: "2017-01-28T22:19:26.980Z", "2020-04-22T22:18+00:00" (no seconds), "2017-03-22T19:28:02" (no zone).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"

namespace layerline::shops {

// Without a zone it is UTC. Nothing for what is no time; digits below a millisecond are left out.
[[nodiscard]] std::optional<Time> shop_time(std::string_view text);
// The time at which a shop answered, as HTTP has it: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::optional<Time> http_time(std::string_view text);

}  // namespace layerline::shops
