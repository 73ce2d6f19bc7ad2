// The outlines of a mesh at the heights of its layers. Solid lies to the left of every outline.
#pragma once

#include <cstdint>
#include <vector>

#include "workers/slicer/mesh.hpp"
#include "workers/slicer/topology.hpp"

namespace layerline::slicer {

struct Point {
  float x = 0, y = 0;   // mm, relative to the corner of the model's box
};
using Outline = std::vector<Point>;   // closed: the last point joins the first

class LayerCutter {
 public:
  // The mesh and its adjacency must outlive the cutter. Layers are `step_mm` apart, cut in their middle.
  LayerCutter(const Mesh& mesh, const Adjacency& adjacency, const Measures& measures, double step_mm);

  [[nodiscard]] std::uint32_t layers() const { return layers_; }
  // Every layer once, in rising order. Small wiggles below `detail_mm` are left out.
  void cut(std::uint32_t layer, double detail_mm, std::vector<Outline>& out);

 private:
  void follow(std::uint32_t first, float height, std::uint32_t layer, Outline& outline);
  bool walk(std::uint32_t triangle, std::uint32_t entry, float height, std::uint32_t layer, Outline& outline);
  [[nodiscard]] Point crossing(std::uint32_t triangle, std::uint32_t edge, float height) const;
  [[nodiscard]] bool above(std::uint32_t vertex, float height) const { return mesh_.vertices[vertex].z >= height; }

  const Mesh& mesh_;
  const Adjacency& adjacency_;
  Box box_;
  double step_mm_;
  bool inside_out_;
  std::uint32_t layers_ = 0;
  std::vector<std::uint32_t> starts_, by_first_layer_;   // triangles sorted by the first layer that cuts them
  std::vector<std::uint32_t> active_, visited_;
};

}  // namespace layerline::slicer
