// A welded triangle mesh, in millimetres, and the welder that builds it from a stream of corners.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace layerline::slicer {

struct Vertex {
  float x = 0, y = 0, z = 0;
};

using Triangle = std::array<std::uint32_t, 3>;   // indices of vertices, counter-clockwise seen from outside

// Equal positions are one vertex (exact float32 comparison, -0 equals +0), so neighbours share indices.
struct Mesh {
  std::vector<Vertex> vertices;
  std::vector<Triangle> triangles;
};

// Merges equal positions while a file streams in. 16 bytes per slot, at most 60 % full; drop it once the mesh is read.
class Welder {
 public:
  explicit Welder(std::size_t expected_triangles);

  // Appends the triangles of consecutive corners (three each) to the mesh. Finite coordinates only.
  void add(Mesh& mesh, std::span<const Vertex> corners);

  // The same in two steps, of which the first can be done by another thread: it makes -0 to 0 and finds a clue to each corner, at which
  // only the second step may look. Coordinates that are not finite do no harm to the first step.
  using Clue = std::uint32_t;
  static void prepare(std::span<Vertex> corners, std::span<Clue> clues);
  void add_prepared(Mesh& mesh, std::span<const Vertex> corners, std::span<const Clue> clues);

 private:
  struct Slot {
    Vertex position;
    std::uint32_t index;
  };
  static std::vector<Slot> empty_slots(std::size_t count);
  void grow();
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
};

// Sorts a mesh whose triangles lie in random order by place, so that neighbours are near in memory too; leaves others alone.
void gather(Mesh& mesh);

}  // namespace layerline::slicer
