// A picture of a mesh: seen from above and the side, shaded, on a light ground, as PNG.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <vector>

#include "workers/slicer/error.hpp"
#include "workers/slicer/limits.hpp"
#include "workers/slicer/mesh.hpp"

namespace layerline::slicer {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};
inline constexpr Colour default_part_colour{0x3D, 0x8B, 0xD9};

// A square PNG. The mesh must have triangles; sliced files hold none and are refused as unsupported.
[[nodiscard]] std::expected<std::vector<std::uint8_t>, ModelError> render_thumbnail(const Mesh& mesh, Colour part = default_part_colour,
                                                                                    int pixels = limits::thumbnail_pixels);
[[nodiscard]] std::expected<std::vector<std::uint8_t>, ModelError> render_thumbnail(const std::filesystem::path& path,
                                                                                    Colour part = default_part_colour,
                                                                                    int pixels = limits::thumbnail_pixels);

}  // namespace layerline::slicer
