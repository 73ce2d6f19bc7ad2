// POST /internal/views: a question of another process's gateway, answered from the projections of this one. Both are the bytes of
// question.hpp. Whoever has the token may ask for every workshop: the gateway has checked whose documents its caller may see.
#pragma once

#include <string>
#include <string_view>

#include "gateways/internal/local_views.hpp"
#include "infra/http/router.hpp"

namespace layerline::internal {

inline constexpr std::string_view views_path = "/internal/views";

// `views` outlives the router.
void add_views(http::Router& router, const LocalViews& views, std::string token);

}  // namespace layerline::internal
