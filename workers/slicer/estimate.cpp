#include "workers/slicer/estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "workers/slicer/contours.hpp"
#include "workers/slicer/layer_grid.hpp"
#include "workers/slicer/limits.hpp"
#include "workers/slicer/print_time.hpp"

namespace layerline::slicer {
namespace {

constexpr double detail_mm = 0.05;             // of an outline
constexpr double infill_overlap = 0.25;        // of a wall line's spacing, into the walls
constexpr double narrowest_infill = 0.83;      // of a line's spacing; what is narrower between walls is filled by them
constexpr double shortest_bridge_mm = 2.4;     // narrower solid strips over sparse infill are no bridges
constexpr double narrowest_solid_mm = 0.4;     // narrower skins are left to the walls
constexpr double narrowest_sparse_mm = 0.8;    // sparse infill finds no place in narrower strips
constexpr double least_region_mm2 = 1;
constexpr double least_share = 0.05;           // of a solid part's grams; an estimate below it is not believed
constexpr double shreds_share = 0.3;           // of walls in a part whose outlines cannot be followed
constexpr double shreds_s_per_gram = 400;
constexpr double thinnest_layer_mm = 0.02;
constexpr double solid_margin_mm = 0.13;       // a slicer widens the solid strips that it keeps
constexpr double surface_margin_mm = 3;        // a surface's solid infill reaches this far under its surroundings

// What stays of a layer for the second pass, when its neighbours are known.
struct LayerWalls {
  double area_mm2 = 0;
  double outer_mm = 0, inner_mm = 0;     // line lengths of the walls
  double infill_mm2 = 0;                 // inside of all walls
  double widened_mm2 = 0;                // gaps too narrow for infill, which wider walls fill
  double small_share = 0;                // of the inner walls: loops so short that they are printed slowly
  std::uint32_t loops = 0;
  double sharp_corners = 0;
};

struct Widths {
  double spacing_mm, infill_depth_mm, infill_seed_mm;
  std::array<double, 3> depths_mm;   // where the outer wall, the inner walls end; where infill begins
};

Widths widths_of(const PrintSettings& s) {
  const double spacing = s.line_width_mm - s.layer_height_mm * (1 - std::numbers::pi / 4);
  const double walls = s.line_width_mm / 2 + (s.perimeters - 0.5) * spacing;
  return {spacing, walls - infill_overlap * spacing, walls + narrowest_infill * spacing / 2,
          {s.line_width_mm / 2 + spacing / 2, walls, walls - infill_overlap * spacing}};
}

double signed_area_mm2(const Outline& outline) {
  double sum = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point &a = outline[i], &b = outline[(i + 1) % outline.size()];
    sum += double(a.x) * b.y - double(b.x) * a.y;
  }
  return sum / 2;
}

double length_mm(const Outline& outline) {
  double sum = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point &a = outline[i], &b = outline[(i + 1) % outline.size()];
    sum += std::hypot(double(b.x) - a.x, double(b.y) - a.y);
  }
  return sum;
}

// Corners at which a printer has to brake, weighted by their sine.
double sharp_corners(const Outline& outline) {
  double sum = 0;
  const std::size_t n = outline.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Point &a = outline[i], &b = outline[(i + 1) % n], &c = outline[(i + 2) % n];
    const double ux = double(b.x) - a.x, uy = double(b.y) - a.y, vx = double(c.x) - b.x, vy = double(c.y) - b.y;
    const double turn = std::fabs(std::atan2(ux * vy - uy * vx, ux * vx + uy * vy));
    if (turn > 0.35) sum += std::min(1.0, turn);
  }
  return sum;
}

// Also false for NaN.
bool possible(const PrintSettings& s) {
  const bool lines =
      s.layer_height_mm >= thinnest_layer_mm && s.layer_height_mm <= s.line_width_mm && s.line_width_mm <= 5 && s.perimeters >= 1;
  const bool material = s.density_g_cm3 > 0 && s.density_g_cm3 < 30 && s.infill_share >= 0 && s.infill_share <= 1;
  const double slowest =
      std::min({s.external_perimeter_speed, s.perimeter_speed, s.small_perimeter_speed, s.infill_speed, s.solid_infill_speed,
                s.top_infill_speed, s.bridge_speed, s.first_layer_speed, s.minimum_speed, s.perimeter_acceleration, s.infill_acceleration});
  return lines && material && slowest >= 1;
}

class Estimator {
 public:
  Estimator(const Mesh& mesh, const Adjacency& adjacency, const Measures& measures, const PrintSettings& settings)
      : settings_(settings), widths_(widths_of(settings)), step_layers_(step_of(mesh, measures, settings)),
        cutter_(mesh, adjacency, measures, settings.layer_height_mm * step_layers_), shape_(shape_of(measures, cutter_.layers())),
        grid_(shape_, widths_.infill_seed_mm + shape_.cell_mm) {
    inside_.resize(shape_.mask_words() * cutter_.layers());
    infill_.resize(shape_.mask_words() * cutter_.layers());
    top_layers_ = std::max(1, (settings.top_layers + step_layers_ - 1) / step_layers_);
    bottom_layers_ = std::max(1, (settings.bottom_layers + step_layers_ - 1) / step_layers_);
    tops_.assign(static_cast<std::size_t>(top_layers_), Mask(shape_.mask_words()));
    bottoms_.assign(static_cast<std::size_t>(bottom_layers_), Mask(shape_.mask_words()));
  }

  std::expected<Estimate, ModelError> run(const Progress& progress) {
    walls_.resize(cutter_.layers());
    for (std::uint32_t layer = 0; layer < cutter_.layers(); ++layer) {
      measure_walls(layer);
      if (progress && !progress(double(layer) / cutter_.layers())) {
        return std::unexpected(ModelError{ModelErrorKind::cancelled, "the analysis was cancelled"});
      }
    }
    Estimate out;
    out.layers = cutter_.layers() * static_cast<std::uint32_t>(step_layers_);
    out.rough = grid_.incomplete();
    Mask solid_below(shape_.mask_words());
    for (std::uint32_t layer = 0; layer < cutter_.layers(); ++layer) {
      const LayerWork work = work_of(layer, solid_below);
      out.grams += work.extruded_mm3 * step_layers_ * settings_.density_g_cm3 / 1000;
      out.seconds += layer_seconds(work, settings_) * step_layers_;
    }
    return out;
  }

 private:
  // Very many layers, or cuts of layers through triangles, are sampled.
  static int step_of(const Mesh& mesh, const Measures& m, const PrintSettings& s) {
    double cuts = 0;
    for (const Triangle& t : mesh.triangles) {
      const auto [low, high] = std::minmax({mesh.vertices[t[0]].z, mesh.vertices[t[1]].z, mesh.vertices[t[2]].z});
      cuts += (high - low) / s.layer_height_mm;
    }
    const double by_height = m.box.size_mm(2) / s.layer_height_mm / limits::max_layers;
    return std::max({1, static_cast<int>(std::ceil(by_height)), static_cast<int>(std::ceil(cuts / limits::max_layer_cuts))});
  }

  static GridShape shape_of(const Measures& m, std::uint32_t layers) {
    const double width = m.box.size_mm(0), height = m.box.size_mm(1);
    GridShape shape;
    shape.cell_mm = std::max({limits::finest_cell_mm, std::sqrt(width * height * layers / limits::max_voxels),
                              std::max(width, height) / limits::max_grid_cells});
    shape.width = static_cast<int>(width / shape.cell_mm) + 1;
    shape.height = static_cast<int>(height / shape.cell_mm) + 1;
    shape.words = (shape.width + 63) / 64;
    return shape;
  }

  std::span<Word> mask_of(Mask& masks, std::uint32_t layer) {
    return std::span(masks).subspan(layer * shape_.mask_words(), shape_.mask_words());
  }

  void measure_walls(std::uint32_t layer) {
    cutter_.cut(layer, detail_mm, outlines_);
    LayerWalls& out = walls_[layer];
    if (outlines_.empty()) return;
    grid_.draw(outlines_);
    std::ranges::copy(grid_.inside(), mask_of(inside_, layer).begin());
    find_infill(mask_of(infill_, layer), out);
    double outline_mm = 0, small_mm = 0;
    for (const Outline& outline : outlines_) {
      const double length = length_mm(outline);
      outline_mm += length;
      out.area_mm2 += signed_area_mm2(outline);
      out.sharp_corners += sharp_corners(outline);
      ++out.loops;
      if (length < longest_small_loop_mm) small_mm += length;
    }
    if (grid_.overlapping() || out.area_mm2 <= 0) out.area_mm2 = grid_.inside_mm2();
    std::array<double, 3> inner{};
    grid_.areas_deeper_than(widths_.depths_mm, inner);
    for (double& area : inner) area = std::min(area, out.area_mm2);
    const double rounded_off_mm = settings_.line_width_mm / 2 - widths_.spacing_mm / 2;   // the round side of the outer line
    const double outer_mm2 = std::max(0.0, out.area_mm2 - inner[0] - rounded_off_mm * outline_mm);
    out.outer_mm = outer_mm2 / widths_.spacing_mm;
    out.inner_mm = (inner[0] - inner[1]) / widths_.spacing_mm;
    out.infill_mm2 = inner[2];
    out.small_share = outline_mm > 0 ? small_mm / outline_mm : 0;
  }

  [[nodiscard]] int cells(double mm) const { return std::max(1, static_cast<int>(std::lround(mm / shape_.cell_mm))); }
  [[nodiscard]] bool exists(std::int64_t layer) const { return layer >= 0 && layer < static_cast<std::int64_t>(cutter_.layers()); }

  // Inside of the walls, where there is room for a line of infill.
  void find_infill(std::span<Word> out, LayerWalls& walls) {
    grid_.deeper_than(widths_.infill_seed_mm, out);
    grow_mask(shape_, out, cells(widths_.infill_seed_mm - widths_.infill_depth_mm + shape_.cell_mm));
    room_.resize(out.size());
    grid_.deeper_than(widths_.infill_depth_mm, room_);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] &= room_[i];
    grid_.deeper_than(widths_.depths_mm[1], room_);
    for (std::size_t i = 0; i < out.size(); ++i) room_[i] &= ~out[i];
    walls.widened_mm2 = area_mm2(shape_, room_);
  }

  // The part of a layer's infill that the layer `towards` (above or below) leaves bare, grown into the solid surface that is printed there.
  void find_surface(std::int64_t layer, int towards, Mask& out) {
    out.assign(shape_.mask_words(), 0);
    if (!exists(layer)) return;
    const std::span<const Word> infill = mask_of(infill_, static_cast<std::uint32_t>(layer));
    std::ranges::copy(infill, out.begin());
    if (exists(layer + towards)) {
      const std::span<const Word> cover = mask_of(inside_, static_cast<std::uint32_t>(layer + towards));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] &= ~cover[i];
      if (!any(out)) return;
      grow_mask(shape_, out, cells(surface_margin_mm));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] &= infill[i];
    }
  }

  // Solid infill of a layer: its own surfaces, those of near layers carried through, and what near walls do not cover.
  void find_solid(std::uint32_t layer, Mask& solid, Mask& scratch) {
    const std::span<const Word> infill = mask_of(infill_, layer);
    std::ranges::copy(infill, scratch.begin());   // covered by infill on all near layers
    std::ranges::fill(solid, 0);
    const auto visit = [&](std::int64_t other, const Mask& surface) {
      if (!exists(other)) return;
      const std::span<const Word> mask = mask_of(infill_, static_cast<std::uint32_t>(other));
      for (std::size_t i = 0; i < scratch.size(); ++i) {
        scratch[i] &= mask[i];
        solid[i] |= surface[i];
      }
    };
    for (int i = 0; i < top_layers_; ++i) visit(std::int64_t{layer} + i, tops_[(layer + static_cast<std::uint32_t>(i)) % tops_.size()]);
    for (int i = 0; i < bottom_layers_; ++i)
      visit(std::int64_t{layer} - i, bottoms_[(layer + bottoms_.size() - static_cast<std::uint32_t>(i)) % bottoms_.size()]);
    for (std::size_t i = 0; i < solid.size(); ++i) solid[i] = infill[i] & (solid[i] | ~scratch[i]);
    open_mask(shape_, solid, cells(narrowest_solid_mm));
    grow_mask(shape_, solid, static_cast<int>(std::lround(solid_margin_mm / shape_.cell_mm)));
    for (std::size_t i = 0; i < solid.size(); ++i) solid[i] &= infill[i];
  }

  LayerWork work_of(std::uint32_t layer, Mask& solid_below) {
    const auto top_slot = (layer + tops_.size() - 1) % tops_.size();
    find_surface(std::int64_t{layer} + top_layers_ - 1, 1, tops_[top_slot]);
    if (layer == 0) {
      for (int i = 0; i + 1 < top_layers_; ++i) find_surface(i, 1, tops_[static_cast<std::size_t>(i)]);
    }
    find_surface(layer, -1, bottoms_[layer % bottoms_.size()]);
    const LayerWalls& walls = walls_[layer];
    LayerWork work;
    work.first_layer = layer == 0;
    Mask solid(shape_.mask_words()), scratch(shape_.mask_words());
    if (walls.area_mm2 <= 0) {
      solid_below.swap(solid);
      return work;
    }
    find_solid(layer, solid, scratch);
    const std::span<const Word> infill = mask_of(infill_, layer);
    const double counted = area_mm2(shape_, infill);
    const double scale = counted > 0 ? walls.infill_mm2 / counted : 0;   // the counted cells are a little off, the smoothed area is not
    const double solid_mm2 = area_mm2(shape_, solid) * scale;
    const Mask& top = tops_[layer % tops_.size()];
    const Mask& bottom = bottoms_[layer % bottoms_.size()];
    work.top_mm2 = std::min(solid_mm2, area_mm2(shape_, top) * scale);
    double bridge_mm2 = 0;
    if (layer > 0) {   // over air, or a skin that begins over sparse infill
      bridge_mm2 = area_mm2(shape_, bottom) * scale;
      const std::span<const Word> infill_below = mask_of(infill_, layer - 1);
      for (std::size_t i = 0; i < solid.size(); ++i) scratch[i] = solid[i] & infill_below[i] & ~solid_below[i] & ~bottom[i];
      open_mask(shape_, scratch, cells(shortest_bridge_mm));
      bridge_mm2 += area_mm2(shape_, scratch) * scale;
    }
    work.bridge_mm2 = std::min(bridge_mm2, solid_mm2 - work.top_mm2);
    work.solid_mm2 = solid_mm2 - work.top_mm2 - work.bridge_mm2;
    work.solid_border_mm = border_mm(shape_, solid);
    work.solid_regions = static_cast<std::uint32_t>(count_regions(shape_, solid, least_region_mm2));
    for (std::size_t i = 0; i < solid.size(); ++i) scratch[i] = infill[i] & ~solid[i];
    open_mask(shape_, scratch, cells(narrowest_sparse_mm));
    work.sparse_mm2 = area_mm2(shape_, scratch) * scale;
    work.sparse_border_mm = border_mm(shape_, scratch);
    work.sparse_regions = static_cast<std::uint32_t>(count_regions(shape_, scratch, least_region_mm2));
    work.outer_mm = walls.outer_mm;
    work.widened_mm2 = walls.widened_mm2;
    work.inner_mm = walls.inner_mm * (1 - walls.small_share);
    work.small_inner_mm = walls.inner_mm * walls.small_share;
    work.loops = walls.loops;
    work.sharp_corners = walls.sharp_corners;
    solid_below.swap(solid);
    add_lines(work, settings_);
    return work;
  }

  PrintSettings settings_;
  Widths widths_;
  int step_layers_;
  LayerCutter cutter_;
  GridShape shape_;
  LayerGrid grid_;
  Mask room_;
  Mask inside_, infill_;             // of all layers, one after another
  int top_layers_, bottom_layers_;
  std::vector<Mask> tops_, bottoms_;   // surfaces of the layers around the present one, by layer modulo their number
  std::vector<LayerWalls> walls_;
  std::vector<Outline> outlines_;
};

}  // namespace

std::expected<Estimate, ModelError> estimate(const Mesh& mesh, const Adjacency& adjacency, const Measures& measures,
                                             const PrintSettings& settings, const Progress& progress) {
  if (!possible(settings)) return std::unexpected(ModelError{ModelErrorKind::unsupported, "no printer prints with these settings"});
  auto out = Estimator(mesh, adjacency, measures, settings).run(progress);
  if (!out) return out;
  const double solid_grams = std::fabs(measures.signed_volume_mm3) * settings.density_g_cm3 / 1000;
  if (out->grams > solid_grams * least_share) return out;
  // A surface in shreds leaves no outlines: at least what its volume says, and marked as rough.
  out->rough = true;
  out->grams = solid_grams * (shreds_share + settings.infill_share * (1 - shreds_share));
  out->seconds = out->grams * shreds_s_per_gram;
  return out;
}

}  // namespace layerline::slicer
