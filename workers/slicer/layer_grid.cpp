#include "workers/slicer/layer_grid.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "workers/slicer/limits.hpp"

namespace layerline::slicer {
namespace {

constexpr float deep = 1e9F;

void set_range(Word* row, int from, int to) {   // [from, to)
  for (int word = from / 64; word * 64 < to; ++word) {
    const int low = std::max(from - word * 64, 0), high = std::min(to - word * 64, 64);
    const Word upper = high == 64 ? ~Word{0} : (Word{1} << high) - 1;
    row[word] |= upper & ~((Word{1} << low) - 1);
  }
}

// The next column from `from` on whose cell is set or not; -1 if there is none.
int next_cell(const Word* row, int words, int from, bool set) {
  for (int word = from / 64; word < words; ++word) {
    Word bits = set ? row[word] : ~row[word];
    if (word == from / 64) bits &= ~Word{0} << (from % 64);
    if (bits != 0) return word * 64 + std::countr_zero(bits);
  }
  return -1;
}

template <class Visit>   // (row, column) of every set cell
void for_each_cell(const GridShape& shape, std::span<const Word> mask, Visit visit) {
  for (int row = 0; row < shape.height; ++row) {
    for (int word = 0; word < shape.words; ++word) {
      Word bits = mask[static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.words) + static_cast<std::size_t>(word)];
      while (bits != 0) {
        visit(row, word * 64 + std::countr_zero(bits));
        bits &= bits - 1;
      }
    }
  }
}

}  // namespace

LayerGrid::LayerGrid(const GridShape& shape, double reach_mm)
    : shape_(shape), reach_mm_(reach_mm), inside_(shape.mask_words()),
      depth_(static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height), deep),
      crossings_(static_cast<std::size_t>(shape.height)) {}

void LayerGrid::draw(const std::vector<Outline>& outlines) {
  std::ranges::fill(inside_, 0);
  std::ranges::fill(depth_, deep);
  overlapping_ = false;
  const std::span<const Outline> drawn = std::span(outlines).first(affordable(outlines));
  fill(drawn);
  for (const Outline& outline : drawn) {
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const Point &from = outline[i], &to = outline[(i + 1) % outline.size()];
      if (overlapping_ && buried(from, to)) continue;
      measure_depth(from, to);
    }
  }
}

// How many of the outlines can be drawn within the limits.
std::size_t LayerGrid::affordable(const std::vector<Outline>& outlines) {
  const double cell = shape_.cell_mm, band = 2 * reach_mm_;
  double crossings = 0;
  for (std::size_t count = 0; count < outlines.size(); ++count) {
    const Outline& outline = outlines[count];
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const Point &a = outline[i], &b = outline[(i + 1) % outline.size()];
      const double dx = std::fabs(double(b.x) - a.x), dy = std::fabs(double(b.y) - a.y);
      crossings += dy / cell;
      depth_cells_ += (std::hypot(dx, dy) + band) * band / (cell * cell);
    }
    if (crossings > limits::max_row_crossings || depth_cells_ > limits::max_depth_cells) {
      incomplete_ = true;
      return count;
    }
  }
  return outlines.size();
}

// Non-zero winding, row by row through the middles of the cells.
void LayerGrid::fill(std::span<const Outline> outlines) {
  for (auto& row : crossings_) row.clear();
  const double cell = shape_.cell_mm;
  for (const Outline& outline : outlines) {
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const Point &a = outline[i], &b = outline[(i + 1) % outline.size()];
      if (a.y == b.y) continue;
      const bool up = a.y < b.y;
      const Point &low = up ? a : b, &high = up ? b : a;
      const int first = std::max(0, static_cast<int>(std::ceil(low.y / cell - 0.5)));
      const int last = std::min(shape_.height - 1, static_cast<int>(std::ceil(high.y / cell - 0.5)) - 1);
      const double slope = (double(high.x) - low.x) / (double(high.y) - low.y);
      for (int row = first; row <= last; ++row) {
        crossings_[static_cast<std::size_t>(row)].push_back(
            {static_cast<float>(low.x + ((row + 0.5) * cell - low.y) * slope), up ? -1 : 1});
      }
    }
  }
  for (int row = 0; row < shape_.height; ++row) {
    auto& line = crossings_[static_cast<std::size_t>(row)];
    std::ranges::sort(line, {}, &Crossing::x);
    Word* bits = inside_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.words);
    int winding = 0;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      winding += line[i].direction;
      if (winding > 1 || winding < 0) overlapping_ = true;
      if (winding == 0) continue;
      const int from = std::clamp(static_cast<int>(std::ceil(line[i].x / cell - 0.5)), 0, shape_.width);
      const int to = std::clamp(static_cast<int>(std::ceil(line[i + 1].x / cell - 0.5)), 0, shape_.width);
      if (from < to) set_range(bits, from, to);
    }
  }
}

bool LayerGrid::is_inside(double x, double y) const {
  const int column = static_cast<int>(std::floor(x / shape_.cell_mm)), row = static_cast<int>(std::floor(y / shape_.cell_mm));
  if (column < 0 || row < 0 || column >= shape_.width || row >= shape_.height) return false;
  return (inside_[static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.words) + static_cast<std::size_t>(column / 64)] >>
              (column % 64) &
          1) != 0;
}

// Solid on both sides: a line inside of overlapping bodies is no wall.
bool LayerGrid::buried(const Point& from, const Point& to) const {
  const double dx = double(to.x) - from.x, dy = double(to.y) - from.y, length = std::hypot(dx, dy);
  if (length == 0) return true;
  const double nx = -dy / length * shape_.cell_mm * 0.8, ny = dx / length * shape_.cell_mm * 0.8;
  const double mx = (double(from.x) + to.x) / 2, my = (double(from.y) + to.y) / 2;
  return is_inside(mx + nx, my + ny) && is_inside(mx - nx, my - ny);
}

// Lowers the depth of the cells to the left of a wall, as far as the reach.
void LayerGrid::measure_depth(const Point& from, const Point& to) {
  const auto cell = static_cast<float>(shape_.cell_mm), reach = static_cast<float>(reach_mm_);
  const float dx = to.x - from.x, dy = to.y - from.y, length2 = dx * dx + dy * dy;
  if (!(length2 > 0)) return;
  const float per_length2 = 1 / length2, outside = -0.5F * cell * std::sqrt(length2);
  const int first = std::max(0, static_cast<int>(std::floor((std::min(from.y, to.y) - reach) / cell)));
  const int last = std::min(shape_.height - 1, static_cast<int>(std::floor((std::max(from.y, to.y) + reach) / cell)));
  for (int row = first; row <= last; ++row) {
    const float y = (static_cast<float>(row) + 0.5F) * cell, ry = y - from.y;
    float begin = 0, end = 1;   // the part of the wall that is near enough in y
    if (dy != 0) {
      begin = std::clamp((ry - reach) / dy, 0.0F, 1.0F);
      end = std::clamp((ry + reach) / dy, 0.0F, 1.0F);
    }
    const float x0 = from.x + begin * dx, x1 = from.x + end * dx;
    const int left = std::max(0, static_cast<int>((std::min(x0, x1) - reach) / cell));
    const int right = std::min(shape_.width - 1, static_cast<int>((std::max(x0, x1) + reach) / cell));
    float* depths = depth_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.width);
    for (int column = left; column <= right; ++column) {   // branchless: four cells at a time
      const float rx = (static_cast<float>(column) + 0.5F) * cell - from.x;
      const float share = (rx * dx + ry * dy) * per_length2;
      const float along = share < 0 ? 0 : share > 1 ? 1 : share;
      const float ex = rx - along * dx, ey = ry - along * dy;
      const float depth2 = dx * ry - dy * rx < outside ? deep : ex * ex + ey * ey;   // to its right: outside
      depths[column] = depth2 < depths[column] ? depth2 : depths[column];
    }
  }
}

void LayerGrid::deeper_than(double depth_mm, std::span<Word> out) const {
  const auto least = static_cast<float>(depth_mm * depth_mm);
  for (int row = 0; row < shape_.height; ++row) {
    for (int word = 0; word < shape_.words; ++word) {
      const std::size_t at = static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.words) + static_cast<std::size_t>(word);
      out[at] = 0;
      if (inside_[at] == 0) continue;
      const float* depths = depth_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.width) + word * 64;
      const int columns = std::min(64, shape_.width - word * 64);
      Word bits = 0;
      for (int column = 0; column < columns; ++column) bits |= Word{depths[column] > least} << column;
      out[at] = bits & inside_[at];
    }
  }
}

void LayerGrid::areas_deeper_than(std::span<const double> depths_mm, std::span<double> out_mm2) const {
  std::ranges::fill(out_mm2, 0.0);
  const double cell = shape_.cell_mm;
  double everywhere = 0;   // cells beyond the reach
  for_each_cell(shape_, inside_, [&](int row, int column) {
    const float depth2 = depth_[static_cast<std::size_t>(row) * static_cast<std::size_t>(shape_.width) + static_cast<std::size_t>(column)];
    if (depth2 == deep) {
      ++everywhere;
      return;
    }
    const double depth = std::sqrt(double(depth2));
    for (std::size_t i = 0; i < depths_mm.size(); ++i) out_mm2[i] += std::clamp((depth - depths_mm[i]) / cell + 0.5, 0.0, 1.0);
  });
  for (double& area : out_mm2) area = (area + everywhere) * cell * cell;
}

double LayerGrid::inside_mm2() const { return area_mm2(shape_, inside_); }

double area_mm2(const GridShape& shape, std::span<const Word> mask) {
  std::uint64_t cells = 0;
  for (const Word word : mask) cells += static_cast<std::uint64_t>(std::popcount(word));
  return static_cast<double>(cells) * shape.cell_mm * shape.cell_mm;
}

double border_mm(const GridShape& shape, std::span<const Word> mask) {
  std::uint64_t changes = 0;
  const auto words = static_cast<std::size_t>(shape.words);
  for (std::size_t row = 0; row <= static_cast<std::size_t>(shape.height); ++row) {
    Word carry = 0;
    for (std::size_t word = 0; word < words; ++word) {
      const Word here = row < static_cast<std::size_t>(shape.height) ? mask[row * words + word] : 0;
      const Word below = row > 0 ? mask[(row - 1) * words + word] : 0;
      changes += static_cast<std::uint64_t>(std::popcount(here ^ below) + std::popcount(here ^ (here << 1 | carry)));
      carry = here >> 63;
    }
    changes += carry;
  }
  return static_cast<double>(changes) * shape.cell_mm * std::numbers::pi / 4;
}

int count_regions(const GridShape& shape, std::span<const Word> mask, double least_mm2) {
  struct Run {
    int from, to;   // [from, to)
    std::size_t parent;
    std::int64_t cells;
  };
  std::vector<Run> runs;
  const auto root = [&](std::size_t i) {
    while (runs[i].parent != i) i = runs[i].parent = runs[runs[i].parent].parent;
    return i;
  };
  std::size_t above = 0, row_start = 0;   // runs of the row above begin here, those of this row there
  for (int row = 0; row < shape.height; ++row) {
    above = row_start;
    row_start = runs.size();
    const std::size_t above_end = row_start;
    const Word* words = mask.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.words);
    for (int column = next_cell(words, shape.words, 0, true); column >= 0;) {
      const int end = next_cell(words, shape.words, column, false);
      const int to = end < 0 ? shape.words * 64 : end;
      runs.push_back({column, to, runs.size(), to - column});
      while (above < above_end && runs[above].to <= column) ++above;
      for (std::size_t other = above; other < above_end && runs[other].from < to; ++other) {
        const std::size_t a = root(other), b = root(runs.size() - 1);
        if (a == b) continue;
        runs[b].parent = a;
        runs[a].cells += runs[b].cells;
      }
      column = end < 0 ? -1 : next_cell(words, shape.words, end, true);
    }
  }
  const double least_cells = least_mm2 / (shape.cell_mm * shape.cell_mm);
  int count = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) count += runs[i].parent == i && static_cast<double>(runs[i].cells) >= least_cells ? 1 : 0;
  return count;
}

bool any(std::span<const Word> mask) {
  return std::ranges::any_of(mask, [](Word word) { return word != 0; });
}

void grow_mask(const GridShape& shape, std::span<Word> mask, int cells) {
  const auto words = static_cast<std::size_t>(shape.words);
  std::vector<Word> old(mask.size());
  for (int done = 0; done < cells;) {   // doubling: 1, 2, 4, …
    const int step = std::min({done + 1, cells - done, 63});
    std::ranges::copy(mask, old.begin());
    for (std::size_t i = 0; i < mask.size(); ++i) {
      const std::size_t word = i % words;
      mask[i] |= old[i] << step | old[i] >> step;
      if (word > 0) mask[i] |= old[i - 1] >> (64 - step);
      if (word + 1 < words) mask[i] |= old[i + 1] << (64 - step);
    }
    std::ranges::copy(mask, old.begin());
    const std::size_t rows = words * static_cast<std::size_t>(step);
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (i >= rows) mask[i] |= old[i - rows];
      if (i + rows < mask.size()) mask[i] |= old[i + rows];
    }
    done += step;
  }
}

namespace {

// Each cell with the one `step` further right and, after that, the one `step` rows further down: both set, or either.
void shrink_by(const GridShape& shape, std::span<Word> mask, int step) {
  const auto words = static_cast<std::size_t>(shape.words), down = words * static_cast<std::size_t>(step);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const Word right = i % words + 1 < words ? mask[i + 1] << (64 - step) : 0;
    mask[i] &= mask[i] >> step | right;
  }
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] &= i + down < mask.size() ? mask[i + down] : 0;
}

void give_back(const GridShape& shape, std::span<Word> mask, int step) {
  const auto words = static_cast<std::size_t>(shape.words), down = words * static_cast<std::size_t>(step);
  for (std::size_t i = mask.size(); i-- > 0;) {
    const Word left = i % words > 0 ? mask[i - 1] >> (64 - step) : 0;
    mask[i] |= mask[i] << step | left;
  }
  for (std::size_t i = mask.size(); i-- > down;) mask[i] |= mask[i - down];
}

}  // namespace

void open_mask(const GridShape& shape, std::span<Word> mask, int cells) {
  if (!any(mask)) return;
  for (int width = 1; width < cells;) {   // the window that every cell stands for: 1, 2, 4, …
    const int step = std::min({width, cells - width, 63});
    shrink_by(shape, mask, step);
    width += step;
  }
  for (int width = 1; width < cells;) {
    const int step = std::min({width, cells - width, 63});
    give_back(shape, mask, step);
    width += step;
  }
}

}  // namespace layerline::slicer
