// Slices a model with PrusaSlicer as a child process: bounded in time, processor time, memory and output, with a data folder
// of its own, without a shell, and fed with a file that we wrote, whose name says nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "workers/slicer/limits.hpp"

namespace layerline::slicer {

enum class SliceErrorKind {
  model,             // the model cannot be read or sliced: retrying does not help
  too_large,         // it does not fit the bed or the height of the profile
  slicer_missing,    // no executable: an operator's business
  slicer_failed,     // it ended with an error that is not the model's
  timeout,           // it ran into one of the limits
  output,            // the work folder cannot be written, or the G-code says nothing about itself
};

struct SliceError {
  SliceErrorKind kind = SliceErrorKind::slicer_failed;
  std::string detail;   // one sentence; nothing of the model's name or content
};

struct SliceJob {
  std::filesystem::path model;                   // STL or 3MF
  std::filesystem::path profile;                 // PrusaSlicer ini
  std::filesystem::path work_folder;             // exists; files are written into it
  std::string executable = "prusa-slicer";       // looked up in PATH
  // The order's choices, over the profile; empty or negative: as in the profile.
  std::string filament_type = {};                // "PETG"
  std::string filament_colour = {};              // "#FF8000"
  double infill_share = -1;                      // 0..1
  double layer_height_mm = -1;
  double density_g_cm3 = -1;
};

struct SliceLimits {
  std::uint64_t memory_bytes = limits::slice_memory_bytes;
  int cpu_s = limits::slice_cpu_s;
  int wall_ms = limits::slice_wall_ms;
};

struct SliceResult {
  std::filesystem::path gcode;   // in the work folder
  double grams = 0;
  double seconds = 0;
  std::uint32_t layers = 0;
  double height_mm = 0;
};

// Blocks until the slicer ends. Safe to call from several threads with different work folders.
[[nodiscard]] std::expected<SliceResult, SliceError> slice(const SliceJob& job, const SliceLimits& bounds = {});

}  // namespace layerline::slicer
