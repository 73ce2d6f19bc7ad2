#include "workers/slicer/mesh.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "workers/slicer/large_memory.hpp"

namespace layerline::slicer {
namespace {

constexpr std::uint32_t empty_slot = 0xFFFFFFFF;
constexpr std::size_t batch_corners = 96;     // whole triangles
constexpr std::size_t prefetch_corners = 96;  // so far ahead of the look-up

// A clue up to here says how many corners before a corner the triangle before has the same position; a higher one is the hash of it.
// Two corners of three are such in files as CAD programs write them, and need no look-up.
constexpr Welder::Clue farthest_back = 5;

std::uint32_t hash(const Vertex& v) {
  const auto x = std::bit_cast<std::uint32_t>(v.x);
  const auto y = std::bit_cast<std::uint32_t>(v.y);
  const auto z = std::bit_cast<std::uint32_t>(v.z);
  std::uint64_t h = (static_cast<std::uint64_t>(x) << 32 | y) * 0x9E3779B97F4A7C15ULL;
  h = (h ^ (h >> 29) ^ z) * 0xBF58476D1CE4E5B9ULL;
  return std::max(static_cast<std::uint32_t>(h ^ (h >> 32)), farthest_back + 1);
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

// Of positions without -0, where equal numbers are equal bits: one jump instead of three.
bool same(const Vertex& a, const Vertex& b) {
  const auto difference = [](float p, float q) { return std::bit_cast<std::uint32_t>(p) ^ std::bit_cast<std::uint32_t>(q); };
  return (difference(a.x, b.x) | difference(a.y, b.y) | difference(a.z, b.z)) == 0;
}

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

void Welder::prepare(std::span<Vertex> corners, std::span<Clue> clues) {
  for (Vertex& v : corners) v = {v.x + 0.0F, v.y + 0.0F, v.z + 0.0F};   // -0 + 0 is +0
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const std::size_t nearest = i % 3 + 1;   // the last corner of the triangle before
    if (i < 3) clues[i] = hash(corners[i]);
    else if (same(corners[i], corners[i - nearest])) clues[i] = static_cast<Clue>(nearest);
    else if (same(corners[i], corners[i - nearest - 1])) clues[i] = static_cast<Clue>(nearest + 1);
    else if (same(corners[i], corners[i - nearest - 2])) clues[i] = static_cast<Clue>(nearest + 2);
    else clues[i] = hash(corners[i]);
  }
}

void Welder::add_prepared(Mesh& mesh, std::span<const Vertex> corners, std::span<const Clue> clues) {
  const std::size_t first = mesh.triangles.size();
  mesh.triangles.resize(first + corners.size() / 3);
  if (corners.empty()) return;
  std::uint32_t* const out = mesh.triangles[first].data();
  const auto prefetch = [&](Clue clue) { __builtin_prefetch(&slots_[clue & mask_], 1); };
  for (const Clue clue : clues.first(std::min(clues.size(), prefetch_corners))) prefetch(clue);
  for (std::size_t begin = 0; begin < corners.size(); begin += batch_corners) {
    const std::size_t end = std::min(begin + batch_corners, corners.size());
    if ((used_ + end - begin) * 10 > slots_.size() * 6) grow();
    for (std::size_t i = begin; i < end; ++i) {
      if (i + prefetch_corners < clues.size()) prefetch(clues[i + prefetch_corners]);
      if (clues[i] <= farthest_back) {
        out[i] = out[i - clues[i]];
        continue;
      }
      std::size_t at = clues[i] & mask_;
      while (slots_[at].index != empty_slot && !same(slots_[at].position, corners[i])) at = (at + 1) & mask_;
      if (slots_[at].index == empty_slot) {
        slots_[at] = {corners[i], static_cast<std::uint32_t>(mesh.vertices.size())};
        mesh.vertices.push_back(corners[i]);
        ++used_;
      }
      out[i] = slots_[at].index;
    }
  }
}

void Welder::add(Mesh& mesh, std::span<const Vertex> corners) {
  std::array<Vertex, batch_corners> folded;
  std::array<Clue, batch_corners> clues;
  while (!corners.empty()) {
    const std::size_t count = std::min(corners.size(), batch_corners);
    std::copy_n(corners.begin(), count, folded.begin());
    prepare(std::span(folded).first(count), clues);
    add_prepared(mesh, std::span(folded).first(count), std::span(clues).first(count));
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
