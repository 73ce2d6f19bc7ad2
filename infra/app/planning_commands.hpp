// `layerline planning net FILE.json`: plans material by the same netting as the server, on a file; "-" is standard input.
#pragma once

#include <string>

namespace layerline::app {

[[nodiscard]] int net_planning(const std::string& file);
[[nodiscard]] int explain_planning();

}  // namespace layerline::app
