#include "workers/slicer/topology.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <thread>
#include <utility>

#include "workers/slicer/large_memory.hpp"

namespace layerline::slicer {
namespace {

// One use of an edge around its lower vertex.
struct EdgeUse {
  std::uint32_t higher;   // the higher vertex; top bit: the triangle runs from the higher to the lower
  std::uint32_t place;    // triangle * 4 + corner
};
constexpr std::uint32_t reversed = 0x80000000;
constexpr std::uint32_t no_place = 0xFFFFFFFF;
constexpr std::size_t triangles_worth_a_thread = 50'000;

bool degenerate(const Triangle& t) { return t[0] == t[1] || t[1] == t[2] || t[2] == t[0]; }

// Memory that whoever fills it first touches first, and no one clears before.
template <class T>
std::unique_ptr<T[]> untouched(std::size_t count) {
  auto memory = std::make_unique_for_overwrite<T[]>(count);
  prefer_large_pages(memory.get(), count);
  return memory;
}

// One of two halves of what is numbered from 0 on.
struct Range {
  std::uint32_t first = 0, end = 0;
  [[nodiscard]] bool contains(std::uint32_t i) const { return i >= first && i < end; }
  template <class T>
  [[nodiscard]] std::span<T> of(std::span<T> all) const {
    return all.subspan(first, end - first);
  }
};
Range half_of(std::size_t count, std::size_t half) {
  const auto all = static_cast<std::uint32_t>(count), middle = all / 2;
  return half == 0 ? Range{0, middle} : Range{middle, all};
}

// Which triangles hang together: a tree for each component. A parent is never higher than its child. Two threads may work at once on
// the trees of two ranges, as no tree reaches out of its range until both are done.
class Components {
 public:
  explicit Components(std::size_t count) : parent_(untouched<std::uint32_t>(count)) {}

  void separate(Range range) {
    for (std::uint32_t i = range.first; i < range.end; ++i) parent_[i] = i;
  }

  // True if two components became one.
  bool join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return false;
    parent_[std::max(a, b)] = std::min(a, b);
    return true;
  }

 private:
  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  std::unique_ptr<std::uint32_t[]> parent_;
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

struct Extent {
  Vertex low, high;
};

Extent extent_of(std::span<const Vertex> vertices) {
  constexpr float far = std::numeric_limits<float>::infinity();
  Extent out{{far, far, far}, {-far, -far, -far}};
  for (const Vertex& v : vertices) {
    out.low = {std::min(out.low.x, v.x), std::min(out.low.y, v.y), std::min(out.low.z, v.z)};
    out.high = {std::max(out.high.x, v.x), std::max(out.high.y, v.y), std::max(out.high.z, v.z)};
  }
  return out;
}

Box box_around(const Extent& a, const Extent& b) {
  return {{std::min(a.low.x, b.low.x), std::min(a.low.y, b.low.y), std::min(a.low.z, b.low.z)},
          {std::max(a.high.x, b.high.x), std::max(a.high.y, b.high.y), std::max(a.high.z, b.high.z)}};
}

// The edges of all triangles, in a list for each lower vertex. Each half of the triangles has lists of its own, so that two threads may
// file them at once.
struct EdgeLists {
  explicit EdgeLists(const Mesh& mesh) : next(untouched<Triangle>(mesh.triangles.size())) {
    for (auto& half : heads) half = untouched<std::uint32_t>(mesh.vertices.size());
  }
  std::array<std::unique_ptr<std::uint32_t[]>, 2> heads;   // by vertex: the place of its first edge
  std::unique_ptr<Triangle[]> next;                        // by place: the place of the next edge
};

// Files the edges of one half of the triangles; counts those that are degenerate and have none.
std::uint64_t file_edges(const Mesh& mesh, std::size_t half, EdgeLists& lists) {
  std::uint32_t* const heads = lists.heads[half].get();
  std::fill_n(heads, mesh.vertices.size(), no_place);
  std::uint64_t degenerate_triangles = 0;
  const Range range = half_of(mesh.triangles.size(), half);
  for (std::uint32_t i = range.first; i < range.end; ++i) {
    const Triangle& t = mesh.triangles[i];
    if (degenerate(t)) {
      ++degenerate_triangles;
      continue;
    }
    for (std::uint32_t corner = 0; corner < 3; ++corner)
      lists.next[i][corner] = std::exchange(heads[std::min(t[corner], t[(corner + 1) % 3])], i * 4 + corner);
  }
  return degenerate_triangles;
}

void gather_around(const Mesh& mesh, const EdgeLists& lists, std::uint32_t vertex, std::vector<EdgeUse>& around) {
  around.clear();
  for (const auto& heads : lists.heads) {
    for (std::uint32_t place = heads[vertex]; place != no_place; place = lists.next[place >> 2][place & 3]) {
      const Triangle& t = mesh.triangles[place >> 2];
      const std::uint32_t from = t[place & 3], to = t[((place & 3) + 1) % 3];
      around.push_back({from < to ? to : from | reversed, place});
    }
  }
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
  std::uint64_t joined = 0;                                        // components that became one with another
  std::vector<std::pair<std::uint32_t, std::uint32_t>> unjoined;   // triangles that meet, not both of this half
};

// Finds which triangles meet at the edges whose lower vertex is in one half of them, and joins those in one half of the triangles.
EdgeCounts match_edges(const Mesh& mesh, const EdgeLists& lists, std::size_t half, Components& components, Adjacency* adjacency) {
  EdgeCounts out;
  std::vector<EdgeUse> around;
  const Range vertices = half_of(mesh.vertices.size(), half), triangles = half_of(mesh.triangles.size(), half);
  for (std::uint32_t v = vertices.first; v < vertices.end; ++v) {
    gather_around(mesh, lists, v, around);
    sort_around(around);
    for (std::size_t i = 0; i < around.size();) {
      const std::uint32_t triangle = around[i].place >> 2;
      std::size_t after = i + 1;
      for (; after < around.size() && ((around[after].higher ^ around[i].higher) & ~reversed) == 0; ++after) {
        const std::uint32_t other = around[after].place >> 2;
        if (triangles.contains(triangle) && triangles.contains(other)) out.joined += components.join(triangle, other) ? 1 : 0;
        else out.unjoined.emplace_back(triangle, other);
      }
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

// Does the work of both halves; a large mesh has a thread for each.
template <class Work>
void do_halves(const Mesh& mesh, const Work& work) {
  std::jthread beside;
  if (mesh.triangles.size() >= triangles_worth_a_thread) beside = std::jthread(work, 1);
  else work(1);
  work(0);
}

}  // namespace

Measures measure(const Mesh& mesh, Adjacency* adjacency) {
  Measures out;
  out.triangles = mesh.triangles.size();
  if (adjacency != nullptr) adjacency->assign(mesh.triangles.size(), {no_neighbour, no_neighbour, no_neighbour});

  Components components(mesh.triangles.size());
  EdgeLists lists(mesh);
  std::array<std::uint64_t, 2> degenerate_triangles{};
  std::array<Extent, 2> extents;
  do_halves(mesh, [&](std::size_t half) {
    extents[half] = extent_of(half_of(mesh.vertices.size(), half).of(std::span(mesh.vertices)));
    components.separate(half_of(mesh.triangles.size(), half));
    degenerate_triangles[half] = file_edges(mesh, half, lists);
  });
  out.degenerate_triangles = degenerate_triangles[0] + degenerate_triangles[1];
  if (!mesh.vertices.empty()) out.box = box_around(extents[0], extents[1]);

  std::array<EdgeCounts, 2> edges;
  std::array<Surface, 2> surfaces;
  do_halves(mesh, [&](std::size_t half) {
    edges[half] = match_edges(mesh, lists, half, components, adjacency);
    surfaces[half] = surface_of(mesh, half_of(mesh.triangles.size(), half).of(std::span(mesh.triangles)), out.box);
  });
  for (EdgeCounts& half : edges) {
    for (const auto& [a, b] : half.unjoined) half.joined += components.join(a, b) ? 1 : 0;
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
