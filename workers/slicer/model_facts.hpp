// An analysis as the domain knows it. In a header: the analysis itself knows nothing of the domain.
#pragma once

#include <cmath>

#include "domain/models/model.hpp"
#include "workers/slicer/analyze.hpp"
#include "workers/slicer/print_facts.hpp"

namespace layerline::slicer {

[[nodiscard]] inline models::Facts facts_of(const Analysis& analysis) {
  models::Facts facts;
  facts.kind = kind_word(analysis.kind);
  facts.volume_mm3 = std::llround(analysis.volume_cm3 * 1000);
  facts.area_mm2 = std::llround(analysis.area_cm2 * 100);
  facts.watertight = analysis.watertight;
  facts.layers = analysis.layers;
  for (const Warning& warning : analysis.warnings) facts.warnings.push_back(warning.code);
  if (analysis.measures) {
    const Measures& measures = *analysis.measures;
    facts.triangles = static_cast<std::int64_t>(measures.triangles);
    facts.shells = static_cast<std::int64_t>(measures.shells);
    facts.size_x_um = micrometres(measures.box.size_mm(0));
    facts.size_y_um = micrometres(measures.box.size_mm(1));
    facts.size_z_um = micrometres(measures.box.size_mm(2));
  }
  if (analysis.sliced) {
    facts.printer_model = short_printer_model(analysis.sliced->printer_model);
    facts.nozzle_um = micrometres(analysis.sliced->nozzle_mm.value_or(0));
    facts.filament_type = analysis.sliced->filament_type;
    if (!analysis.sliced->plates.empty()) {
      const SlicedPlate& plate = analysis.sliced->plates.front();
      facts.size_z_um = micrometres(plate.height_mm.value_or(0));
      facts.layers = plate.layers.value_or(analysis.layers);
    }
  }
  return facts;
}

}  // namespace layerline::slicer
