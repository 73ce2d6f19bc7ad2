// .gcode.3mf: the package that Bambu printers print. Reading what a slicer wrote, and packing G-code of our own.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "workers/slicer/archive.hpp"
#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/sliced.hpp"

namespace layerline::slicer {

// True if the package holds Metadata/plate_<n>.gcode: it is sliced.
[[nodiscard]] bool has_gcode_plates(const Archive& archive);

[[nodiscard]] std::expected<SlicedInfo, ModelError> read_gcode_3mf(Archive& archive, const Progress& progress = {});
[[nodiscard]] std::expected<SlicedInfo, ModelError> read_gcode_3mf(const std::filesystem::path& path);

// Forgets all plates but the asked one; nullopt: it has to be the only one.
[[nodiscard]] std::expected<void, ModelError> keep_plate(SlicedInfo& info, std::optional<std::int64_t> number);

// What is written into a package beside its G-code.
struct PackMetadata {
  std::string printer_model = {};      // "Bambu Lab P1S"
  std::string printer_model_id = {};   // "C12"; may be empty
  double nozzle_mm = 0.4;
  std::string filament_type = "PLA";
  std::string filament_colour = "#FFFFFF";
  double grams = 0;
  double seconds = 0;
};

// Writes one plate into `out` (replaced if it exists). The bytes depend on the arguments alone.
[[nodiscard]] std::expected<void, ModelError> pack_gcode_3mf(const std::filesystem::path& gcode, const PackMetadata& metadata,
                                                             const std::filesystem::path& out);

}  // namespace layerline::slicer
