// The printer's status as merged from full reports and deltas (1.4.1), and what can be read off it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workers/printer/observation.hpp"
#include "workers/printer/report.hpp"

namespace layerline::printer {

struct Status {
  bool full_seen = false;      // before the first full report nothing may be derived
  GcodeState state = GcodeState::unknown;
  int percent = 0;
  int layer = 0;
  int total_layers = 0;
  int remaining_minutes = 0;
  int stage = -1;
  std::uint32_t print_error = 0;
  std::string subtask_name;
  std::string subtask_id;
  std::string task_id;
  std::string print_type;
  std::string nozzle_mm;
  std::string upgrade_status;
  std::vector<Hms> hms;
  bool storage_present = true;
  bool signature_required = false;
  Temperatures temperatures;
  std::optional<int> wifi_dbm;
  std::map<int, Tray> trays;   // by global index, external spools included; only loaded ones
};

void merge(Status& status, const StatusReport& report);

[[nodiscard]] bool is_active(GcodeState state);       // PREPARE, SLICING, RUNNING, PAUSE
[[nodiscard]] bool is_startable(GcodeState state);    // IDLE, FINISH, FAILED
[[nodiscard]] bool has_cancel_hms(const Status& status);

// "0300-400C"; empty for 0 and for codes that are phase markers or prompts (1.4.4).
[[nodiscard]] std::string error_text(std::uint32_t print_error);
[[nodiscard]] bool is_significant(std::uint32_t print_error);
[[nodiscard]] bool is_cancel(std::uint32_t print_error);
// Codes with which a printer turns down the file or the start itself.
[[nodiscard]] bool is_start_refusal(std::uint32_t print_error);
[[nodiscard]] bool is_authorization_refusal(std::uint32_t print_error);

// The name without what printers add or rewrite: one trailing .3mf / .gcode.3mf / .gcode, ':' as '_'.
[[nodiscard]] std::string name_stem(std::string_view name);

// The model by the serial's prefix, until get_version names it.
[[nodiscard]] std::string model_of_serial(std::string_view serial);

}  // namespace layerline::printer
