// Grams and print time of a mesh without slicing it for real: every layer's contours are cut, walls, solid skins and sparse
// infill are measured on a grid, and each kind of line gets the time that a printer's planner would give it.
#pragma once

#include <cstdint>
#include <expected>

#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/mesh.hpp"
#include "workers/slicer/print_settings.hpp"
#include "workers/slicer/topology.hpp"

namespace layerline::slicer {

struct Estimate {
  double grams = 0;
  double seconds = 0;
  std::uint32_t layers = 0;
  bool rough = false;   // the model was too intricate to be measured completely
};

[[nodiscard]] std::expected<Estimate, ModelError> estimate(const Mesh& mesh, const Adjacency& adjacency, const Measures& measures,
                                                           const PrintSettings& settings, const Progress& progress = {});

}  // namespace layerline::slicer
