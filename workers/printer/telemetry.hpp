// What a printer measures while it works, for graphs and alarms; samples may be lost. The journal holds transitions only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workers/printer/report.hpp"
#include "workers/printer/status.hpp"

namespace layerline::printer {

struct Telemetry {
  std::string printer;                  // "<workshop>/<printer>"
  std::int64_t at_ms = 0;               // Unix time at which the report came
  GcodeState state = GcodeState::unknown;
  int percent = 0;
  int layer = 0;
  int total_layers = 0;                 // 0: unknown
  int remaining_minutes = 0;
  Temperatures temperatures = {};
  std::optional<int> wifi_dbm = {};
};

[[nodiscard]] Telemetry telemetry_of(std::string printer, const Status& status, std::int64_t at_ms);

// One JSON object; schemas/README.md describes its members. What the printer did not say is not there, and no name of a print is.
[[nodiscard]] std::string telemetry_json(const Telemetry& sample);

}  // namespace layerline::printer
