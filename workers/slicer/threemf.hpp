// 3MF: the mesh of a package's build, in millimetres, with units, components, transforms and the production extension
// (objects in parts of their own, named by p:path, as Bambu Studio and OrcaSlicer write them).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "workers/slicer/archive.hpp"
#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/mesh.hpp"

namespace layerline::slicer {

struct ThreeMf {
  Mesh mesh;
  std::size_t build_items = 0;      // placed and printable
  std::size_t skipped_parts = 0;    // modifiers, support blockers and items that are not to be printed
};

[[nodiscard]] std::expected<ThreeMf, ModelError> read_3mf(Archive& archive, const Progress& progress);

}  // namespace layerline::slicer
