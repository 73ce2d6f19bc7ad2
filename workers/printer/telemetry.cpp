#include "workers/printer/telemetry.hpp"

#include <utility>

#include "infra/json/writer.hpp"

namespace layerline::printer {
namespace {

std::string_view word(GcodeState state) {
  switch (state) {
    case GcodeState::unknown: return "unknown";
    case GcodeState::idle: return "idle";
    case GcodeState::prepare: return "prepare";
    case GcodeState::slicing: return "slicing";
    case GcodeState::running: return "running";
    case GcodeState::pause: return "pause";
    case GcodeState::finish: return "finish";
    case GcodeState::failed: return "failed";
  }
  return "unknown";
}

}  // namespace

Telemetry telemetry_of(std::string printer, const Status& status, std::int64_t at_ms) {
  return {.printer = std::move(printer),
          .at_ms = at_ms,
          .state = status.state,
          .percent = status.percent,
          .layer = status.layer,
          .total_layers = status.total_layers,
          .remaining_minutes = status.remaining_minutes,
          .temperatures = status.temperatures,
          .wifi_dbm = status.wifi_dbm};
}

std::string telemetry_json(const Telemetry& sample) {
  std::string out;
  json::Writer writer(out);
  const auto optional = [&](std::string_view name, const auto& value) {
    if (value) writer.member(name, *value);
  };
  const std::size_t slash = sample.printer.find('/');
  writer.begin_object();
  writer.member("workshop", std::string_view(sample.printer).substr(0, slash));
  writer.member("printer", std::string_view(sample.printer).substr(slash + 1));
  writer.member("at_ms", sample.at_ms).member("state", word(sample.state));
  writer.member("percent", sample.percent).member("layer", sample.layer).member("total_layers", sample.total_layers);
  writer.member("remaining_minutes", sample.remaining_minutes);
  optional("nozzle_celsius", sample.temperatures.nozzle);
  optional("nozzle_target_celsius", sample.temperatures.nozzle_target);
  optional("bed_celsius", sample.temperatures.bed);
  optional("bed_target_celsius", sample.temperatures.bed_target);
  optional("chamber_celsius", sample.temperatures.chamber);
  optional("wifi_dbm", sample.wifi_dbm);
  writer.end();
  return out;
}

}  // namespace layerline::printer
