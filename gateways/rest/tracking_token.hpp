// The magic link of an order: "<workshop>.<order>.<mac>". Made from the installation's secret, so nothing of it is stored anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace layerline::rest {

struct Tracked {
  std::string workshop;
  std::string order;
};

[[nodiscard]] std::string tracking_token(std::string_view secret, std::string_view workshop, std::string_view order);
[[nodiscard]] std::optional<Tracked> read_tracking_token(std::string_view secret, std::string_view token);

}  // namespace layerline::rest
