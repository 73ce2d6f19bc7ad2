// What a slicer wrote about a sliced file: plates, grams, seconds, layers, the printer it is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace layerline::slicer {

struct SlicedFilament {
  std::string type;      // "PLA"
  std::string colour;    // "#00AE42"
  double grams = 0;
};

struct SlicedPlate {
  int number = 1;
  double grams = 0;
  double seconds = 0;
  std::optional<std::uint32_t> layers;
  std::optional<double> height_mm;
  std::vector<SlicedFilament> filaments;
};

// Texts come from the file: they are cut at limits::max_text_bytes and hold printable ASCII only.
struct SlicedInfo {
  std::string slicer;            // "PrusaSlicer", "BambuStudio", "OrcaSlicer" or empty
  std::string printer_model;     // "Bambu Lab X1 Carbon", as the slicer names it
  std::string printer_model_id;  // Bambu's own id, "BL-P001"
  std::optional<double> nozzle_mm;
  std::string filament_type;     // of the first filament
  std::string filament_colour;
  std::optional<double> layer_height_mm;
  std::vector<SlicedPlate> plates;

  [[nodiscard]] double grams() const;
  [[nodiscard]] double seconds() const;
};

}  // namespace layerline::slicer
