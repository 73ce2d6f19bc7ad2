// An attempt to print one file: what is asked for, and what the journal believes about it after a restart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace layerline::printer {

[[nodiscard]] inline std::string path_of_plate(std::int64_t plate) { return "Metadata/plate_" + std::to_string(plate) + ".gcode"; }

struct PrintRequest {
  std::string printer;
  std::string attempt;              // id in the journal
  std::string remote_name;          // our identity on the printer: "<job>-<attempt>.gcode.3mf", [A-Za-z0-9._-], at most 60 bytes
  std::int32_t subtask_id = 0;      // unique, > 0; printers clamp above 2^31 - 1
  std::string file_path;            // the .gcode.3mf here
  std::string md5;                  // of the file, hex; empty: the printer does not check
  std::string plate_path = path_of_plate(1);
  bool use_ams = false;
  std::vector<int> ams_mapping;     // by filament of the project: global tray, or -1
  std::int64_t estimated_seconds = 0;
  int layer_count = 0;              // 0: unknown
};

enum class BelievedPhase { start_sent, running, paused };

// The journal's word about an attempt without an outcome. After a restart it is reconciled with the printer's first full report.
struct RunningAttempt {
  std::string attempt;
  std::string remote_name;
  std::int32_t subtask_id = 0;
  BelievedPhase phase = BelievedPhase::start_sent;
  std::int64_t command_sent_ms = 0;   // Unix time at which the attempt was recorded
  std::int64_t estimated_seconds = 0;
  int layer_count = 0;
  int best_percent = 0;
  int best_layer = 0;
  bool stop_requested = false;
};

}  // namespace layerline::printer
