// What our processes show each other: only one that holds the installation's secret can make the token.
#pragma once

#include <string>
#include <string_view>

#include "infra/http/message.hpp"

namespace layerline::internal {

[[nodiscard]] std::string token(std::string_view installation_secret);

// "Authorization: Bearer <token>". Who does not have it is answered 404: to him there is nothing here.
[[nodiscard]] http::Header authorization(std::string_view token);
[[nodiscard]] bool authorized(const http::Request& request, std::string_view token);
[[nodiscard]] http::Response nothing_here();

}  // namespace layerline::internal
