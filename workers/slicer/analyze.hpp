// A model file in, facts out: what it measures, whether it can be printed, what it weighs and how long it takes.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workers/slicer/error.hpp"
#include "workers/slicer/input.hpp"
#include "workers/slicer/mesh.hpp"
#include "workers/slicer/print_settings.hpp"
#include "workers/slicer/sliced.hpp"
#include "workers/slicer/topology.hpp"

namespace layerline::slicer {

enum class ModelKind { stl, threemf, gcode_3mf, gcode };
[[nodiscard]] const char* name_of(ModelKind kind);   // "stl", "3mf", "gcode.3mf", "gcode"

struct Warning {
  std::string code;   // stable: open-edges, crowded-edges, misoriented, inside-out, oversize, undersize, skipped-parts, rough
  std::string text;   // a sentence; nothing of the file's content
};

struct Analysis {
  ModelKind kind = ModelKind::stl;
  std::optional<Measures> measures;   // of a mesh; sliced files have none
  std::optional<SlicedInfo> sliced;   // of G-code
  double volume_cm3 = 0;              // never negative
  double area_cm2 = 0;
  bool watertight = false;            // every edge belongs to exactly two triangles
  std::uint32_t layers = 0;
  double grams = 0;
  double hours = 0;
  std::vector<Warning> warnings;

  [[nodiscard]] std::int64_t milligrams() const;     // rounded to the nearest
  [[nodiscard]] std::int64_t milliseconds() const;
};

// What a file holds, before anything is measured. The content decides the kind, never the name.
struct Model {
  ModelKind kind = ModelKind::stl;
  Mesh mesh;                          // empty for sliced files
  std::optional<SlicedInfo> sliced;
  std::size_t skipped_parts = 0;
};
[[nodiscard]] std::expected<Model, ModelError> read_model(const std::filesystem::path& path, const Progress& progress = {});

// A file of 100 MB takes a few seconds. `progress` is called from the calling thread.
[[nodiscard]] std::expected<Analysis, ModelError> analyze(const std::filesystem::path& path, const PrintSettings& settings = {},
                                                          const Progress& progress = {});
[[nodiscard]] std::expected<Analysis, ModelError> analyze(const Model& model, const PrintSettings& settings = {},
                                                          const Progress& progress = {});

// The line of `layerline model analyze`: file, accepted, error, triangles, shells, volume_cm3, area_cm2, watertight, grams, hours,
// warnings.
[[nodiscard]] std::string analyze_json(const std::filesystem::path& path, const PrintSettings& settings = {});

}  // namespace layerline::slicer
