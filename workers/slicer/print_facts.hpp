// What was measured, in the words and units of the journal: integers, and the printer's name without its maker's.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "workers/slicer/analyze.hpp"

namespace layerline::slicer {

[[nodiscard]] inline std::int64_t micrometres(double millimetres) { return std::llround(millimetres * 1000); }
[[nodiscard]] inline std::int64_t milligrams_of(double grams) { return std::llround(grams * 1000); }
[[nodiscard]] inline std::int64_t milliseconds_of(double seconds) { return std::llround(seconds * 1000); }

// "Bambu Lab A1 mini" → "A1 mini"
[[nodiscard]] inline std::string short_printer_model(std::string_view model) {
  constexpr std::string_view maker = "Bambu Lab ";
  if (model.starts_with(maker)) model.remove_prefix(maker.size());
  return std::string(model);
}

// "stl", "3mf", "gcode_3mf", "gcode": ModelFacts.kind
[[nodiscard]] inline std::string kind_word(ModelKind kind) {
  switch (kind) {
    case ModelKind::stl: return "stl";
    case ModelKind::threemf: return "3mf";
    case ModelKind::gcode_3mf: return "gcode_3mf";
    case ModelKind::gcode: return "gcode";
  }
  return "";
}

}  // namespace layerline::slicer
