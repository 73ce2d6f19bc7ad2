// Names that can't be guessed: "<workshop>.<name>.<mac>". Made from the installation's secret, so nothing of them is stored anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace layerline::rest {

struct SignedName {
  std::string workshop;
  std::string name;
};

// `purpose` ("track:") keeps a name that was given for one thing from opening another.
[[nodiscard]] std::string signed_name(std::string_view secret, std::string_view purpose, std::string_view workshop, std::string_view name);
[[nodiscard]] std::optional<SignedName> read_signed_name(std::string_view secret, std::string_view purpose, std::string_view token);

// The magic link of an order.
[[nodiscard]] std::string tracking_token(std::string_view secret, std::string_view workshop, std::string_view order);
[[nodiscard]] std::optional<SignedName> read_tracking_token(std::string_view secret, std::string_view token);

}  // namespace layerline::rest
