#include "workers/slicer/topology.hpp"

#include <algorithm>
#include <atomic>
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

// Which triangles hang together. Two threads may join at once.
class Components {
 public:
  explicit Components(std::size_t count) : parent_(count) {
    for (std::size_t i = 0; i < count; ++i) parent_[i] = static_cast<std::uint32_t>(i);
  }

  // True if two components became one.
  bool join(std::uint32_t a, std::uint32_t b) {
    while (true) {
      a = root(a);
      b = root(b);
      if (a == b) return false;
      if (a < b) std::swap(a, b);
      std::uint32_t still_root = a;
      if (parent(a).compare_exchange_strong(still_root, b, std::memory_order_relaxed)) return true;
    }
  }

 private:
  std::atomic_ref<std::uint32_t> parent(std::uint32_t i) { return std::atomic_ref(parent_[i]); }
  // A parent is never higher than its child, and only ever gets lower.
  std::uint32_t root(std::uint32_t i) {
    while (true) {
      const std::uint32_t above = parent(i).load(std::memory_order_relaxed);
      if (above == i) return i;
      const std::uint32_t higher_up = parent(above).load(std::memory_order_relaxed);
      if (higher_up != above) parent(i).store(higher_up, std::memory_order_relaxed);
      i = higher_up;
    }
  }
  std::vector<std::uint32_t> parent_;
};

struct Surface {
  double six_volumes = 0, two_areas = 0;
};

// Volume against the middle of the box: a model far from the origin loses no digits, and where the surface has holes
// the figure does not depend on where the model lies.
Surface surface_of(const Mesh& mesh, std::span<const Triangle> triangles, const Box& box) {
  const std::array<double, 3> origin{(box.min_mm[0] + box.max_mm[0]) / 2, (box.min_mm[1] + box.max_mm[1]) / 2,
                                     (box.min_mm[2] + box.max_mm[2]) / 2};
  Surface out;
  for (const Triangle& t : triangles) {
    const Vertex &a = mesh.vertices[t[0]], &b = mesh.vertices[t[1]], &c = mesh.vertices[t[2]];
    const double ax = a.x - origin[0], ay = a.y - origin[1], az = a.z - origin[2];
    const double ux = double(b.x) - a.x, uy = double(b.y) - a.y, uz = double(b.z) - a.z;
    const double vx = double(c.x) - a.x, vy = double(c.y) - a.y, vz = double(c.z) - a.z;
    const double nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    out.six_volumes += ax * nx + ay * ny + az * nz;
    out.two_areas += std::sqrt(nx * nx + ny * ny + nz * nz);
  }
  return out;
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

// The edges whose lower vertex lies in [first, end), sorted by it: starts[v - first]..starts[v - first + 1] are those of v.
struct Edges {
  std::unique_ptr<EdgeUse[]> uses;
  std::vector<std::uint32_t> starts;
};

Edges sort_edges(const Mesh& mesh, std::uint32_t first, std::uint32_t end) {
  Edges out{nullptr, std::vector<std::uint32_t>(end - first + 2, 0)};
  std::size_t count = 0;
  const auto count_edge = [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t lower = std::min(a, b) - first;
    if (lower >= end - first) return;
    ++out.starts[lower + 2];
    ++count;
  };
  for (const Triangle& t : mesh.triangles) {
    if (degenerate(t)) continue;
    count_edge(t[0], t[1]);
    count_edge(t[1], t[2]);
    count_edge(t[2], t[0]);
  }
  for (std::size_t v = 2; v < out.starts.size(); ++v) out.starts[v] += out.starts[v - 1];
  out.uses = std::make_unique_for_overwrite<EdgeUse[]>(count);
  prefer_large_pages(out.uses.get(), count);
  for (std::uint32_t i = 0; i < mesh.triangles.size(); ++i) {
    const Triangle& t = mesh.triangles[i];
    if (degenerate(t)) continue;
    for (std::uint32_t corner = 0; corner < 3; ++corner) {
      const std::uint32_t from = t[corner], to = t[(corner + 1) % 3], lower = std::min(from, to) - first;
      if (lower < end - first) out.uses[out.starts[lower + 1]++] = {from < to ? to : from | reversed, i * 4 + corner};
    }
  }
  return out;
}

// By the higher vertex. Nearly always a handful: shifting beats what sorts many.
void sort_around(std::span<EdgeUse> around) {
  const auto higher = [](const EdgeUse& use) { return use.higher & ~reversed; };
  constexpr std::size_t handful = 16;
  if (around.size() > handful) {
    std::ranges::sort(around, {}, higher);
    return;
  }
  for (std::size_t i = 1; i < around.size(); ++i) {
    const EdgeUse use = around[i];
    std::size_t k = i;
    for (; k > 0 && higher(around[k - 1]) > higher(use); --k) around[k] = around[k - 1];
    around[k] = use;
  }
}

struct EdgeCounts {
  std::uint64_t open = 0, crowded = 0, misoriented = 0;
  std::uint64_t joined = 0;   // components that became one with another
};

// Finds which triangles meet at the edges whose lower vertex lies in [first, end).
EdgeCounts match_edges(const Mesh& mesh, std::uint32_t first, std::uint32_t end, Components& components, Adjacency* adjacency) {
  const Edges edges = sort_edges(mesh, first, end);
  EdgeCounts out;
  for (std::uint32_t v = 0; v < end - first; ++v) {
    const std::span<EdgeUse> around(edges.uses.get() + edges.starts[v], edges.uses.get() + edges.starts[v + 1]);
    sort_around(around);
    for (std::size_t i = 0; i < around.size();) {
      std::size_t after = i + 1;
      while (after < around.size() && ((around[after].higher ^ around[i].higher) & ~reversed) == 0) ++after;
      for (std::size_t k = i + 1; k < after; ++k) out.joined += components.join(around[i].place >> 2, around[k].place >> 2) ? 1 : 0;
      if (after - i == 1) ++out.open;
      if (after - i > 2) ++out.crowded;
      if (after - i == 2) {
        if (around[i].higher == around[i + 1].higher) ++out.misoriented;
        if (adjacency != nullptr) {
          (*adjacency)[around[i].place >> 2][around[i].place & 3] = around[i + 1].place >> 2;
          (*adjacency)[around[i + 1].place >> 2][around[i + 1].place & 3] = around[i].place >> 2;
        }
      }
      i = after;
    }
  }
  return out;
}

}  // namespace

Measures measure(const Mesh& mesh, Adjacency* adjacency) {
  Measures out;
  out.triangles = mesh.triangles.size();
  measure_box(mesh, out.box);
  for (const Triangle& t : mesh.triangles) out.degenerate_triangles += degenerate(t) ? 1 : 0;
  if (adjacency != nullptr) adjacency->assign(mesh.triangles.size(), {no_neighbour, no_neighbour, no_neighbour});

  // Two halves of the vertices and of the triangles; a large mesh has a thread for each. The sums are the same either way.
  Components components(mesh.triangles.size());
  const auto vertices = static_cast<std::uint32_t>(mesh.vertices.size());
  const std::span triangles(mesh.triangles);
  std::array<EdgeCounts, 2> edges;
  std::array<Surface, 2> surfaces;
  const auto measure_half = [&](std::size_t half) {
    edges[half] = half == 0 ? match_edges(mesh, 0, vertices / 2, components, adjacency)
                            : match_edges(mesh, vertices / 2, vertices, components, adjacency);
    surfaces[half] = surface_of(mesh, half == 0 ? triangles.first(triangles.size() / 2) : triangles.subspan(triangles.size() / 2), out.box);
  };
  {
    std::jthread beside;
    if (triangles.size() >= triangles_worth_a_thread) beside = std::jthread(measure_half, 1);
    else measure_half(1);
    measure_half(0);
  }
  out.shells = out.triangles - out.degenerate_triangles - edges[0].joined - edges[1].joined;
  out.open_edges = edges[0].open + edges[1].open;
  out.crowded_edges = edges[0].crowded + edges[1].crowded;
  out.misoriented_edges = edges[0].misoriented + edges[1].misoriented;
  out.signed_volume_mm3 = (surfaces[0].six_volumes + surfaces[1].six_volumes) / 6;
  out.area_mm2 = (surfaces[0].two_areas + surfaces[1].two_areas) / 2;
  return out;
}

}  // namespace layerline::slicer
