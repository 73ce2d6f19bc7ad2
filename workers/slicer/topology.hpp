// What a mesh measures: exact edges, shells, volume, area. Pure; linear time; about 20 bytes of scratch per triangle.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "workers/slicer/mesh.hpp"

namespace layerline::slicer {

struct Box {
  std::array<double, 3> min_mm{};
  std::array<double, 3> max_mm{};
  [[nodiscard]] double size_mm(int axis) const {
    return max_mm[static_cast<std::size_t>(axis)] - min_mm[static_cast<std::size_t>(axis)];
  }
};

// Triangles with two equal corners are counted as degenerate and have no edges.
struct Measures {
  std::uint64_t triangles = 0;
  std::uint64_t degenerate_triangles = 0;
  std::uint64_t shells = 0;              // components of triangles that share an edge
  std::uint64_t open_edges = 0;          // used once
  std::uint64_t crowded_edges = 0;       // used three times or more
  std::uint64_t misoriented_edges = 0;   // used twice in the same direction
  double signed_volume_mm3 = 0;          // negative where the surface is inside out
  double area_mm2 = 0;
  Box box;
  [[nodiscard]] bool watertight() const { return open_edges == 0 && crowded_edges == 0 && triangles > degenerate_triangles; }
};

// neighbours[t][i]: the triangle behind the edge from corner i to corner i+1 of t, or `no_neighbour` where not exactly two meet.
inline constexpr std::uint32_t no_neighbour = 0xFFFFFFFF;
using Adjacency = std::vector<std::array<std::uint32_t, 3>>;

// `adjacency`: filled when not null.
[[nodiscard]] Measures measure(const Mesh& mesh, Adjacency* adjacency = nullptr);

}  // namespace layerline::slicer
