#include "infra/app/model_commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "workers/slicer/analyze.hpp"

namespace layerline::app {

int analyze_models(const std::vector<std::string>& files, const std::map<std::string, std::string, std::less<>>& options) {
  slicer::PrintSettings settings;
  for (const auto& [name, value] : options) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool sane = end != value.c_str() && *end == '\0' && number > 0 && number <= 100;
    if (name == "density" && sane) settings.density_g_cm3 = number;
    else if (name == "infill" && sane) settings.infill_share = number / 100;
    else if (name == "layer" && sane) settings.layer_height_mm = number;
    else {
      fmt::print(stderr, "layerline: model analyze takes --density G, --infill PERCENT and --layer MM\n");
      return 2;
    }
  }
  for (const std::string& file : files) {
    fmt::print("{}\n", slicer::analyze_json(file, settings));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace layerline::app
