#include "workers/slicer/contours.hpp"

#include <algorithm>
#include <cmath>

namespace layerline::slicer {
namespace {

// Leaves out points nearer than the detail to the last one kept.
void simplify(const Outline& raw, double detail_mm, Outline& out) {
  out.clear();
  const float least = static_cast<float>(detail_mm * detail_mm);
  for (const Point& p : raw) {
    if (!out.empty()) {
      const float dx = p.x - out.back().x, dy = p.y - out.back().y;
      if (dx * dx + dy * dy < least) continue;
    }
    out.push_back(p);
  }
}

}  // namespace

LayerCutter::LayerCutter(const Mesh& mesh, const Adjacency& adjacency, const Measures& measures, double step_mm)
    : mesh_(mesh), adjacency_(adjacency), box_(measures.box), step_mm_(step_mm), inside_out_(measures.signed_volume_mm3 < 0) {
  layers_ = static_cast<std::uint32_t>(std::max(1.0, std::ceil(box_.size_mm(2) / step_mm - 0.5)));
  visited_.assign(mesh.triangles.size(), no_neighbour);
  starts_.assign(layers_ + 2, 0);
  std::vector<std::uint32_t> first(mesh.triangles.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Triangle& t = mesh.triangles[i];
    const float low = std::min({mesh.vertices[t[0]].z, mesh.vertices[t[1]].z, mesh.vertices[t[2]].z});
    const double layer = std::floor((low - box_.min_mm[2]) / step_mm + 0.5);
    first[i] = static_cast<std::uint32_t>(std::clamp(layer, 0.0, double(layers_)));
    ++starts_[first[i] + 1];
  }
  for (std::size_t l = 1; l < starts_.size(); ++l) starts_[l] += starts_[l - 1];
  by_first_layer_.resize(first.size());
  std::vector<std::uint32_t> at(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t i = 0; i < first.size(); ++i) by_first_layer_[at[first[i]]++] = i;
}

Point LayerCutter::crossing(std::uint32_t triangle, std::uint32_t edge, float height) const {
  const Triangle& t = mesh_.triangles[triangle];
  std::uint32_t from = t[edge], to = t[(edge + 1) % 3];
  if (from > to) std::swap(from, to);   // the same point seen from both triangles
  const Vertex &a = mesh_.vertices[from], &b = mesh_.vertices[to];
  const double share = (double(height) - a.z) / (double(b.z) - a.z);
  return {static_cast<float>(a.x + share * (double(b.x) - a.x) - box_.min_mm[0]),
          static_cast<float>(a.y + share * (double(b.y) - a.y) - box_.min_mm[1])};
}

// Goes from triangle to triangle, beginning behind its edge `entry`; true if it came back to where it began.
bool LayerCutter::walk(std::uint32_t triangle, std::uint32_t entry, float height, std::uint32_t layer, Outline& outline) {
  const std::uint32_t begin = triangle;
  while (true) {
    visited_[triangle] = layer;
    const Triangle& t = mesh_.triangles[triangle];
    std::uint32_t exit = 3;
    for (std::uint32_t edge = 0; edge < 3; ++edge) {
      if (edge != entry && above(t[edge], height) != above(t[(edge + 1) % 3], height)) exit = edge;
    }
    outline.push_back(crossing(triangle, exit, height));
    const std::uint32_t next = adjacency_[triangle][exit];
    if (next == begin) return true;
    if (next == no_neighbour || visited_[next] == layer) return false;
    const std::uint32_t low = std::min(t[exit], t[(exit + 1) % 3]), high = std::max(t[exit], t[(exit + 1) % 3]);
    const Triangle& n = mesh_.triangles[next];
    entry = 0;
    while (entry < 2 && (std::min(n[entry], n[(entry + 1) % 3]) != low || std::max(n[entry], n[(entry + 1) % 3]) != high)) ++entry;
    triangle = next;
  }
}

// The outline through a triangle. Where the surface is open it is walked from both ends and closed with a straight line.
void LayerCutter::follow(std::uint32_t first, float height, std::uint32_t layer, Outline& outline) {
  const Triangle& t = mesh_.triangles[first];
  std::uint32_t entry = 0, exit = 0;
  for (std::uint32_t edge = 0; edge < 3; ++edge) {
    const bool from = above(t[edge], height), to = above(t[(edge + 1) % 3], height);
    if (from && !to) entry = edge;
    if (!from && to) exit = edge;
  }
  outline.clear();
  if (walk(first, entry, height, layer, outline)) return;
  Outline backwards;
  visited_[first] = no_neighbour;
  walk(first, exit, height, layer, backwards);
  std::reverse(backwards.begin(), backwards.end());
  outline.insert(outline.begin(), backwards.begin(), backwards.end());
}

void LayerCutter::cut(std::uint32_t layer, double detail_mm, std::vector<Outline>& out) {
  out.clear();
  const auto height = static_cast<float>(box_.min_mm[2] + (layer + 0.5) * step_mm_);
  active_.insert(active_.end(), by_first_layer_.begin() + starts_[layer], by_first_layer_.begin() + starts_[layer + 1]);
  std::erase_if(active_, [&](std::uint32_t i) {
    const Triangle& t = mesh_.triangles[i];
    return !above(t[0], height) && !above(t[1], height) && !above(t[2], height);   // left behind
  });
  Outline raw, kept;
  for (const std::uint32_t i : active_) {
    const Triangle& t = mesh_.triangles[i];
    const bool same_side = above(t[0], height) == above(t[1], height) && above(t[1], height) == above(t[2], height);
    if (same_side || visited_[i] == layer) continue;
    follow(i, height, layer, raw);
    simplify(raw, detail_mm, kept);
    if (kept.size() < 3) continue;
    if (inside_out_) std::reverse(kept.begin(), kept.end());
    out.push_back(kept);
  }
}

}  // namespace layerline::slicer
