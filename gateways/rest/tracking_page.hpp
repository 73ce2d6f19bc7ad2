// The page behind a magic link: where the order is, and what has happened so far.
#pragma once

#include <string>
#include <string_view>

namespace layerline::rest {

// `json` is what Views::tracking shows, `token` that of the link.
[[nodiscard]] std::string tracking_page(std::string_view json, std::string_view token);

}  // namespace layerline::rest
