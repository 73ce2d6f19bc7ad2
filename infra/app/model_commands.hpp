// `layerline model analyze FILE…`: one JSON line per file.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace layerline::app {

[[nodiscard]] int analyze_models(const std::vector<std::string>& files, const std::map<std::string, std::string, std::less<>>& options);

}  // namespace layerline::app
