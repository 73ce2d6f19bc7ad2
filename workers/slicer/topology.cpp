#include "workers/slicer/topology.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <thread>

#include "workers/slicer/large_memory.hpp"

namespace layerline::slicer {
namespace {

// One use of an edge, filed under its lower vertex.
struct EdgeUse {
  std::uint32_t higher;   // the higher vertex; top bit: the triangle runs from the higher to the lower
  std::uint32_t place;    // triangle * 4 + corner
};
constexpr std::uint32_t reversed = 0x80000000;
constexpr std::size_t triangles_worth_a_thread = 50'000;

bool degenerate(const Triangle& t) { return t[0] == t[1] || t[1] == t[2] || t[2] == t[0]; }

class Components {
 public:
  explicit Components(std::size_t count) : parent_(count) {
    for (std::size_t i = 0; i < count; ++i) parent_[i] = static_cast<std::uint32_t>(i);
  }
  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // True if two components became one.
  bool join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return false;
    if (a < b) std::swap(a, b);
    parent_[a] = b;
    return true;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

// Volume against the middle of the box: a model far from the origin loses no digits, and where the surface has holes
// the figure does not depend on where the model lies.
void measure_surface(const Mesh& mesh, Measures& out) {
  const Box& box = out.box;
  const std::array<double, 3> origin{(box.min_mm[0] + box.max_mm[0]) / 2, (box.min_mm[1] + box.max_mm[1]) / 2,
                                     (box.min_mm[2] + box.max_mm[2]) / 2};
  double six_volumes = 0, two_areas = 0;
  for (const Triangle& t : mesh.triangles) {
    const Vertex &a = mesh.vertices[t[0]], &b = mesh.vertices[t[1]], &c = mesh.vertices[t[2]];
    const double ax = a.x - origin[0], ay = a.y - origin[1], az = a.z - origin[2];
    const double ux = double(b.x) - a.x, uy = double(b.y) - a.y, uz = double(b.z) - a.z;
    const double vx = double(c.x) - a.x, vy = double(c.y) - a.y, vz = double(c.z) - a.z;
    const double nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    six_volumes += ax * nx + ay * ny + az * nz;
    two_areas += std::sqrt(nx * nx + ny * ny + nz * nz);
  }
  out.signed_volume_mm3 = six_volumes / 6;
  out.area_mm2 = two_areas / 2;
}

void measure_box(const Mesh& mesh, Box& box) {
  if (mesh.vertices.empty()) return;
  Vertex low = mesh.vertices[0], high = low;
  for (const Vertex& v : mesh.vertices) {
    low = {std::min(low.x, v.x), std::min(low.y, v.y), std::min(low.z, v.z)};
    high = {std::max(high.x, v.x), std::max(high.y, v.y), std::max(high.z, v.z)};
  }
  box = {{low.x, low.y, low.z}, {high.x, high.y, high.z}};
}

// Counting sort of all edge uses by their lower vertex. starts[v]..starts[v+1] are the uses of v.
std::unique_ptr<EdgeUse[]> sort_edges(const Mesh& mesh, std::vector<std::uint32_t>& starts) {
  starts.assign(mesh.vertices.size() + 2, 0);
  std::size_t uses = 0;
  for (const Triangle& t : mesh.triangles) {
    if (degenerate(t)) continue;
    ++starts[std::min(t[0], t[1]) + 2];
    ++starts[std::min(t[1], t[2]) + 2];
    ++starts[std::min(t[2], t[0]) + 2];
    uses += 3;
  }
  for (std::size_t v = 2; v < starts.size(); ++v) starts[v] += starts[v - 1];
  auto edges = std::make_unique_for_overwrite<EdgeUse[]>(uses);
  prefer_large_pages(edges.get(), uses);
  for (std::uint32_t i = 0; i < mesh.triangles.size(); ++i) {
    const Triangle& t = mesh.triangles[i];
    if (degenerate(t)) continue;
    for (std::uint32_t corner = 0; corner < 3; ++corner) {
      const std::uint32_t from = t[corner], to = t[(corner + 1) % 3];
      edges[starts[std::min(from, to) + 1]++] = {from < to ? to : from | reversed, i * 4 + corner};
    }
  }
  return edges;
}

}  // namespace

Measures measure(const Mesh& mesh, Adjacency* adjacency) {
  Measures out;
  out.triangles = mesh.triangles.size();
  measure_box(mesh, out.box);
  Measures surface{.box = out.box};
  std::jthread beside;   // the surface needs only the corners, the edges only the indices
  if (mesh.triangles.size() >= triangles_worth_a_thread) beside = std::jthread([&] { measure_surface(mesh, surface); });
  else measure_surface(mesh, surface);
  for (const Triangle& t : mesh.triangles) out.degenerate_triangles += degenerate(t) ? 1 : 0;
  if (adjacency != nullptr) adjacency->assign(mesh.triangles.size(), {no_neighbour, no_neighbour, no_neighbour});

  std::vector<std::uint32_t> starts;
  const std::unique_ptr<EdgeUse[]> edges = sort_edges(mesh, starts);
  Components components(mesh.triangles.size());
  out.shells = out.triangles - out.degenerate_triangles;
  for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
    const std::span<EdgeUse> around(edges.get() + starts[v], edges.get() + starts[v + 1]);
    std::sort(around.begin(), around.end(), [](const EdgeUse& a, const EdgeUse& b) {
      return (a.higher & ~reversed) < (b.higher & ~reversed);
    });
    for (std::size_t i = 0; i < around.size();) {
      std::size_t end = i + 1;
      while (end < around.size() && ((around[end].higher ^ around[i].higher) & ~reversed) == 0) ++end;
      for (std::size_t k = i + 1; k < end; ++k) {
        if (components.join(around[i].place >> 2, around[k].place >> 2)) --out.shells;
      }
      if (end - i == 1) ++out.open_edges;
      if (end - i > 2) ++out.crowded_edges;
      if (end - i == 2) {
        if (around[i].higher == around[i + 1].higher) ++out.misoriented_edges;
        if (adjacency != nullptr) {
          (*adjacency)[around[i].place >> 2][around[i].place & 3] = around[i + 1].place >> 2;
          (*adjacency)[around[i + 1].place >> 2][around[i + 1].place & 3] = around[i].place >> 2;
        }
      }
      i = end;
    }
  }
  if (beside.joinable()) beside.join();
  out.signed_volume_mm3 = surface.signed_volume_mm3;
  out.area_mm2 = surface.area_mm2;
  return out;
}

}  // namespace layerline::slicer
