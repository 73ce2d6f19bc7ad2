// Models and uploads. A model is its bytes: its id is their SHA-256, so the same file uploaded twice is one model with two uploads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::models {

// What the estimator measured. Lengths in micrometres.
struct Facts {
  std::string kind;                     // "stl", "3mf", "gcode_3mf", "gcode"
  std::int64_t triangles = 0;
  std::int64_t shells = 0;
  std::int64_t volume_mm3 = 0;
  std::int64_t area_mm2 = 0;
  std::int64_t size_x_um = 0;
  std::int64_t size_y_um = 0;
  std::int64_t size_z_um = 0;
  bool watertight = false;
  std::vector<std::string> warnings;
  std::int64_t layers = 0;              // the rest: of a file that is sliced already
  std::string printer_model;
  std::int64_t nozzle_um = 0;
  std::string filament_type;

  [[nodiscard]] bool sliced() const { return kind == "gcode_3mf" || kind == "gcode"; }
};

[[nodiscard]] Facts facts_from(const events::ModelFacts& stored);
void store_facts(const Facts& facts, events::ModelFacts* stored);

struct Upload {
  FileId id;
  ModelId model;
  std::string name;                     // personal
  std::int64_t size_bytes = 0;
};

// decisions

[[nodiscard]] Events upload(const Upload& file, const CustomerId& customer);

}  // namespace layerline::models
