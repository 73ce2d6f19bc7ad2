#include "workers/slicer/print_time.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace layerline::slicer {
namespace {

constexpr double top_width_share = 0.40 / 0.45;      // top lines are narrower
constexpr double sparse_density_factor = 0.94;       // of a gyroid against its nominal share
constexpr double sparse_border_share = 0.38;         // infill lines are joined along their border
constexpr double corner_speed = 8;                   // mm/s that a printer takes through any corner (jerk)
constexpr double wavy_infill_speed = 31.5;           // mm/s that a gyroid's bends allow
constexpr double wavy_infill_exponent = 7;           // how sharply that limit sets in
constexpr double retract_s = 0.53;                   // retract, lift, wipe, travel, lower, unretract
constexpr double retract_nominal_s = 0.25;           // the same as cooling counts it, without accelerations
constexpr double retracts_per_loop = 1.05;
constexpr double retracts_per_solid_region = 1.3;
constexpr double retracts_per_sparse_region = 0.55;
constexpr double retracts_per_solid_border_mm = 0.024;   // slivers of solid infill
constexpr double retracts_per_slenderness = 0.037;       // of sparse regions, border² / area: narrow ones hold many short lines

// One straight line between two corners.
double line_seconds(double length_mm, double speed, double acceleration) {
  const double ramp_mm = (speed * speed - corner_speed * corner_speed) / acceleration;   // up and down again
  if (speed <= corner_speed) return length_mm / speed;
  if (length_mm >= ramp_mm) return length_mm / speed + (speed - corner_speed) * (speed - corner_speed) / (acceleration * speed);
  const double peak = std::sqrt(corner_speed * corner_speed + acceleration * length_mm);
  return 2 * (peak - corner_speed) / acceleration;
}

double corner_seconds(double speed, double acceleration) {
  return speed <= corner_speed ? 0 : (speed - corner_speed) * (speed - corner_speed) / (acceleration * speed);
}

double wavy_seconds(double length_mm, double speed) {
  return length_mm / speed * std::pow(1 + std::pow(speed / wavy_infill_speed, wavy_infill_exponent), 1 / wavy_infill_exponent);
}

// Kinds of lines that cooling may slow down, with the profile's speeds.
struct Speeds {
  double outer, inner, small_inner, top, solid, sparse;
};

Speeds capped(const PrintSettings& s, double cap) {
  return {std::min(s.external_perimeter_speed, cap), std::min(s.perimeter_speed, cap), std::min(s.small_perimeter_speed, cap),
          std::min(s.top_infill_speed, cap), std::min(s.solid_infill_speed, cap), std::min(s.infill_speed, cap)};
}

// As cooling counts: lengths by speeds.
double nominal_seconds(const LayerWork& w, const Speeds& v, double fixed_s) {
  return fixed_s + w.outer_mm / v.outer + w.inner_mm / v.inner + w.small_inner_mm / v.small_inner + w.top_mm / v.top +
         w.solid_mm / v.solid + w.sparse_mm / v.sparse;
}

// The highest speed at which the layer still takes its least time; the fastest lines are slowed down first.
double cooling_cap(const LayerWork& w, const PrintSettings& s, double fixed_s) {
  const double fastest =
      std::max({s.infill_speed, s.solid_infill_speed, s.perimeter_speed, s.external_perimeter_speed, s.top_infill_speed});
  if (nominal_seconds(w, capped(s, fastest), fixed_s) >= s.minimum_layer_s) return fastest;
  double low = s.minimum_speed, high = fastest;
  for (int i = 0; i < 30; ++i) {
    const double middle = (low + high) / 2;
    (nominal_seconds(w, capped(s, middle), fixed_s) < s.minimum_layer_s ? high : low) = middle;
  }
  return low;
}

double retract_count(const LayerWork& w) {
  const double slenderness = w.sparse_mm2 > 0 ? w.sparse_border_mm * w.sparse_border_mm / w.sparse_mm2 : 0;
  return retracts_per_loop * w.loops + retracts_per_solid_region * w.solid_regions + retracts_per_sparse_region * w.sparse_regions +
         retracts_per_solid_border_mm * w.solid_border_mm + retracts_per_slenderness * slenderness;
}

}  // namespace

void add_lines(LayerWork& w, const PrintSettings& s) {
  const double round = s.layer_height_mm * (1 - std::numbers::pi / 4);
  const double spacing = s.line_width_mm - round, top_spacing = s.line_width_mm * top_width_share - round;
  w.top_mm = w.top_mm2 / top_spacing;
  w.bridge_mm = w.bridge_mm2 / spacing;
  w.solid_mm = w.solid_mm2 / spacing;
  w.sparse_mm = w.sparse_mm2 * s.infill_share * sparse_density_factor / spacing + sparse_border_share * w.sparse_border_mm;
  const double walls_mm = w.outer_mm + w.inner_mm + w.small_inner_mm;
  w.extruded_mm3 =
      s.layer_height_mm * (spacing * (walls_mm + w.bridge_mm + w.solid_mm + w.sparse_mm) + top_spacing * w.top_mm + w.widened_mm2);
  w.solid_lines = w.solid_border_mm / (std::numbers::pi * spacing);   // Cauchy: a region is crossed border / (π · spacing) times
}

double layer_seconds(const LayerWork& w, const PrintSettings& s) {
  const double retracts = retract_count(w);
  const double fixed_s = retract_nominal_s * retracts + w.bridge_mm / s.bridge_speed;
  PrintSettings profile = s;
  if (w.first_layer) {
    profile.external_perimeter_speed = profile.perimeter_speed = profile.small_perimeter_speed = profile.top_infill_speed =
        s.first_layer_speed;
    profile.solid_infill_speed = profile.infill_speed = profile.bridge_speed = s.first_layer_speed;
  }
  const Speeds v = capped(profile, w.first_layer ? s.first_layer_speed : cooling_cap(w, s, fixed_s));
  const double skins_mm = w.solid_mm + w.bridge_mm + w.top_mm;
  const double mean_line_mm = w.solid_lines > 0 ? skins_mm / w.solid_lines : skins_mm;
  const auto lines = [&](double length_mm, double speed) {
    return length_mm <= 0 ? 0 : length_mm / mean_line_mm * line_seconds(mean_line_mm, speed, s.infill_acceleration);
  };
  const double walls_s =
      w.outer_mm / v.outer + w.inner_mm / v.inner + w.small_inner_mm / v.small_inner +
      w.sharp_corners * (corner_seconds(v.outer, s.perimeter_acceleration) + corner_seconds(v.inner, s.perimeter_acceleration));
  const double skins_s = lines(w.solid_mm, v.solid) + lines(w.top_mm, v.top) + lines(w.bridge_mm, profile.bridge_speed);
  return walls_s + skins_s + wavy_seconds(w.sparse_mm, v.sparse) + retract_s * retracts;
}

}  // namespace layerline::slicer
