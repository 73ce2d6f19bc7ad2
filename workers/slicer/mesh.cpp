#include "workers/slicer/mesh.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "workers/slicer/large_memory.hpp"

namespace layerline::slicer {
namespace {

constexpr std::uint32_t empty_slot = 0xFFFFFFFF;
constexpr std::size_t batch_corners = 96;   // hashes that are computed and prefetched before the first is looked up

std::uint64_t hash(const Vertex& v) {
  const auto x = std::bit_cast<std::uint32_t>(v.x);
  const auto y = std::bit_cast<std::uint32_t>(v.y);
  const auto z = std::bit_cast<std::uint32_t>(v.z);
  std::uint64_t h = (static_cast<std::uint64_t>(x) << 32 | y) * 0x9E3779B97F4A7C15ULL;
  h = (h ^ (h >> 29) ^ z) * 0xBF58476D1CE4E5B9ULL;
  return h ^ (h >> 32);
}

// Mean distance of a triangle's indices, above which its corners are no longer in the same cache lines.
constexpr std::uint64_t scattered_indices = 20'000;

bool is_scattered(const Mesh& mesh) {
  std::uint64_t sum = 0;
  const std::size_t step = std::max<std::size_t>(1, mesh.triangles.size() / 4096);
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i < mesh.triangles.size(); i += step, ++looked_at) {
    const auto [low, high] = std::ranges::minmax(mesh.triangles[i]);
    sum += high - low;
  }
  return looked_at > 0 && sum / looked_at > scattered_indices;
}

// The cell of every vertex in a coarse grid of the box, rows of cells running back and forth.
std::vector<std::uint32_t> cells_of(const Mesh& mesh, std::uint32_t per_side) {
  Vertex low = mesh.vertices[0], high = low;
  for (const Vertex& v : mesh.vertices) {
    low = {std::min(low.x, v.x), std::min(low.y, v.y), std::min(low.z, v.z)};
    high = {std::max(high.x, v.x), std::max(high.y, v.y), std::max(high.z, v.z)};
  }
  const float largest = std::max({high.x - low.x, high.y - low.y, high.z - low.z});
  const float scale = largest > 0 ? static_cast<float>(per_side) / largest : 0;
  const auto index = [&](float value) { return std::min(static_cast<std::uint32_t>(value * scale), per_side - 1); };
  std::vector<std::uint32_t> cells(mesh.vertices.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Vertex& v = mesh.vertices[i];
    cells[i] = (index(v.z - low.z) * per_side + index(v.y - low.y)) * per_side + index(v.x - low.x);
  }
  return cells;
}

// For keys below `bound`: where each element goes in a stable counting sort.
std::vector<std::uint32_t> sorted_places(std::span<const std::uint32_t> keys, std::uint32_t bound) {
  std::vector<std::uint32_t> next(bound + 1, 0), places(keys.size());
  for (const std::uint32_t key : keys) ++next[key + 1];
  for (std::uint32_t key = 1; key <= bound; ++key) next[key] += next[key - 1];
  for (std::size_t i = 0; i < keys.size(); ++i) places[i] = next[keys[i]]++;
  return places;
}

bool same(const Vertex& a, const Vertex& b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

}  // namespace

Welder::Welder(std::size_t expected_triangles) {
  const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(expected_triangles, 512));
  slots_ = empty_slots(capacity);
  mask_ = capacity - 1;
}

std::vector<Welder::Slot> Welder::empty_slots(std::size_t count) {
  std::vector<Slot> slots;
  slots.reserve(count);
  prefer_large_pages(slots.data(), count);
  slots.assign(count, Slot{{}, empty_slot});
  return slots;
}

void Welder::grow() {
  std::vector<Slot> larger = empty_slots(slots_.size() * 2);
  mask_ = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.index == empty_slot) continue;
    std::size_t at = hash(slot.position) & mask_;
    while (larger[at].index != empty_slot) at = (at + 1) & mask_;
    larger[at] = slot;
  }
  slots_.swap(larger);
}

void Welder::add(Mesh& mesh, std::span<const Vertex> corners) {
  std::array<std::uint64_t, batch_corners> hashes;
  std::array<Vertex, batch_corners> folded;
  while (!corners.empty()) {
    const std::size_t count = std::min(corners.size(), batch_corners);
    if ((used_ + count) * 10 > slots_.size() * 6) grow();
    for (std::size_t i = 0; i < count; ++i) {
      folded[i] = {corners[i].x + 0.0F, corners[i].y + 0.0F, corners[i].z + 0.0F};   // -0 + 0 is +0
      hashes[i] = hash(folded[i]);
      __builtin_prefetch(&slots_[hashes[i] & mask_], 1);
    }
    const std::size_t first = mesh.triangles.size();
    mesh.triangles.resize(first + count / 3);
    std::uint32_t* out = mesh.triangles[first].data();
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t at = hashes[i] & mask_;
      while (slots_[at].index != empty_slot && !same(slots_[at].position, folded[i])) at = (at + 1) & mask_;
      if (slots_[at].index == empty_slot) {
        slots_[at] = {folded[i], static_cast<std::uint32_t>(mesh.vertices.size())};
        mesh.vertices.push_back(folded[i]);
        ++used_;
      }
      out[i] = slots_[at].index;
    }
    corners = corners.subspan(count);
  }
}

void gather(Mesh& mesh) {
  constexpr std::uint32_t per_side = 40;
  constexpr std::uint32_t vertices_per_group = 64;
  if (!is_scattered(mesh)) return;
  const std::vector<std::uint32_t> places = sorted_places(cells_of(mesh, per_side), per_side * per_side * per_side);
  std::vector<Vertex> vertices(mesh.vertices.size());
  for (std::size_t i = 0; i < vertices.size(); ++i) vertices[places[i]] = mesh.vertices[i];
  mesh.vertices.swap(vertices);
  std::vector<std::uint32_t> groups(mesh.triangles.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Triangle& t = mesh.triangles[i];
    t = {places[t[0]], places[t[1]], places[t[2]]};
    groups[i] = std::min({t[0], t[1], t[2]}) / vertices_per_group;
  }
  const std::vector<std::uint32_t> order = sorted_places(groups, static_cast<std::uint32_t>(vertices.size() / vertices_per_group + 1));
  std::vector<Triangle> triangles(mesh.triangles.size());
  for (std::size_t i = 0; i < triangles.size(); ++i) triangles[order[i]] = mesh.triangles[i];
  mesh.triangles.swap(triangles);
}

}  // namespace layerline::slicer
