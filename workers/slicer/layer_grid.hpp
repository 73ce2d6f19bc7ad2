// One layer on a grid: which cells are inside the outlines, and how deep. Sets of cells are bit masks, one row after another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workers/slicer/contours.hpp"

namespace layerline::slicer {

using Word = std::uint64_t;
using Mask = std::vector<Word>;

struct GridShape {
  int width = 0, height = 0;   // cells
  int words = 0;               // per row
  double cell_mm = 0.2;
  [[nodiscard]] std::size_t mask_words() const { return static_cast<std::size_t>(words) * static_cast<std::size_t>(height); }
};

class LayerGrid {
 public:
  // `reach_mm`: depths are exact up to here, and "deeper" beyond.
  LayerGrid(const GridShape& shape, double reach_mm);

  void draw(const std::vector<Outline>& outlines);

  [[nodiscard]] std::span<const Word> inside() const { return inside_; }
  // Cells whose middle is deeper than this.
  void deeper_than(double depth_mm, std::span<Word> out) const;
  // Area in mm² that lies deeper than each of these depths (ascending, at least half a cell), smoothed over the width of a cell.
  void areas_deeper_than(std::span<const double> depths_mm, std::span<double> out_mm2) const;
  [[nodiscard]] double inside_mm2() const;
  // True if a layer was too intricate to be drawn completely.
  [[nodiscard]] bool incomplete() const { return incomplete_; }
  // True if outlines overlapped, so that their areas cannot be added up.
  [[nodiscard]] bool overlapping() const { return overlapping_; }

 private:
  [[nodiscard]] std::size_t affordable(const std::vector<Outline>& outlines);
  void fill(std::span<const Outline> outlines);
  void measure_depth(const Point& from, const Point& to);
  [[nodiscard]] bool buried(const Point& from, const Point& to) const;
  [[nodiscard]] bool is_inside(double x, double y) const;

  struct Crossing {
    float x;
    std::int32_t direction;
  };
  GridShape shape_;
  double reach_mm_;
  bool overlapping_ = false, incomplete_ = false;
  double depth_cells_ = 0;     // looked at so far
  Mask inside_;
  std::vector<float> depth_;
  std::vector<std::vector<Crossing>> crossings_;   // per row
};

// Keeps what is at least `cells` wide and high.
void open_mask(const GridShape& shape, std::span<Word> mask, int cells);
// Connected regions (sharing an edge of a cell) of at least this area.
[[nodiscard]] int count_regions(const GridShape& shape, std::span<const Word> mask, double least_mm2);
// Grows by this many cells to all sides (a square).
void grow_mask(const GridShape& shape, std::span<Word> mask, int cells);
[[nodiscard]] bool any(std::span<const Word> mask);
[[nodiscard]] double area_mm2(const GridShape& shape, std::span<const Word> mask);
// Length of the border of a mask, by its changes along rows and columns (Crofton).
[[nodiscard]] double border_mm(const GridShape& shape, std::span<const Word> mask);

}  // namespace layerline::slicer
