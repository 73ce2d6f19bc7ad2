// How a model would be printed, as far as grams and time depend on it. The defaults are the workshop's 0.2 mm PLA profile.
// Settings that no printer has (a layer higher than its line is wide, infill above 1) are refused as unsupported.
#pragma once

namespace layerline::slicer {

struct PrintSettings {
  double density_g_cm3 = 1.24;
  double infill_share = 0.20;          // 0..1
  double layer_height_mm = 0.2;

  int perimeters = 2;
  int top_layers = 6;
  int bottom_layers = 4;
  double line_width_mm = 0.45;

  // mm/s
  double external_perimeter_speed = 25;
  double perimeter_speed = 45;
  double small_perimeter_speed = 25;
  double infill_speed = 80;
  double solid_infill_speed = 80;
  double top_infill_speed = 40;
  double bridge_speed = 25;
  double first_layer_speed = 20;
  double travel_speed = 180;
  double minimum_speed = 15;           // cooling slows a layer down to this, not below
  double minimum_layer_s = 15;         // a faster layer is slowed down

  // mm/s²
  double perimeter_acceleration = 800;
  double infill_acceleration = 1000;
};

}  // namespace layerline::slicer
