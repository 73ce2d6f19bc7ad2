// `layerline projection rebuild|compare NAME|--all`, on a stopped folder.
#pragma once

#include <filesystem>
#include <string>

namespace layerline::app {

[[nodiscard]] int rebuild_projections(const std::filesystem::path& data, const std::string& name);
[[nodiscard]] int compare_projections(const std::filesystem::path& data, const std::string& name);

}  // namespace layerline::app
