// The page behind a magic link: where the order is, and what has happened so far.
#pragma once

#include <string>
#include <string_view>

namespace layerline::rest {

// `json` is Views::tracking_of_order.
[[nodiscard]] std::string tracking_page(std::string_view json);

}  // namespace layerline::rest
