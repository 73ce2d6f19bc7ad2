// STL in both dialects. Binary: 80 bytes of header, a count, 50 bytes a triangle, and not a byte more or less.
// ASCII: words between any white space (CR, LF, tabs), numbers with a decimal point, any number of solids.
#pragma once

#include <expected>
#include <filesystem>

#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/mesh.hpp"

namespace layerline::slicer {

[[nodiscard]] std::expected<Mesh, ModelError> read_binary_stl(Input& input, const Progress& progress);
[[nodiscard]] std::expected<Mesh, ModelError> read_ascii_stl(Input& input, const Progress& progress);

// One binary STL of the whole mesh, as slicers take it.
[[nodiscard]] std::expected<void, ModelError> write_binary_stl(const Mesh& mesh, const std::filesystem::path& path);

}  // namespace layerline::slicer
