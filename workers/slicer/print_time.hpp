// How long a layer takes: lengths of lines at their speeds, the printer's accelerations, cooling, and the moves between lines.
// The constants were fitted to PrusaSlicer 2.5.0's planner, line kind by line kind.
#pragma once

#include <cstdint>

#include "workers/slicer/print_settings.hpp"

namespace layerline::slicer {

inline constexpr double longest_small_loop_mm = 40.8;   // 2π · 6.5 mm: shorter walls are printed at small_perimeter_speed

struct LayerWork {
  bool first_layer = false;
  // Areas, from the layer's masks
  double widened_mm2 = 0, top_mm2 = 0, bridge_mm2 = 0, solid_mm2 = 0, sparse_mm2 = 0;
  double solid_border_mm = 0, sparse_border_mm = 0;
  // Lengths of lines
  double outer_mm = 0, inner_mm = 0, small_inner_mm = 0;
  double top_mm = 0, bridge_mm = 0, solid_mm = 0, sparse_mm = 0;
  double solid_lines = 0;   // how many lines fill the skins
  double extruded_mm3 = 0;
  double sharp_corners = 0;
  std::uint32_t loops = 0, solid_regions = 0, sparse_regions = 0;
};

// Lengths and volume from the areas.
void add_lines(LayerWork& work, const PrintSettings& settings);
[[nodiscard]] double layer_seconds(const LayerWork& work, const PrintSettings& settings);

}  // namespace layerline::slicer
