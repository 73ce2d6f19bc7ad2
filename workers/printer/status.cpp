#include "workers/printer/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace layerline::printer {
namespace {

template <class T>
void take(T& target, const std::optional<T>& value) {
  if (value) target = *value;
}

template <class T>
void take(std::optional<T>& target, const std::optional<T>& value) {
  if (value) target = value;
}

constexpr int external_spool = 254;

void merge_tray(Status& status, const TrayReport& report) {
  if (!report.described) {
    status.trays.erase(report.index);
    return;
  }
  Tray& tray = status.trays[report.index];
  tray.index = report.index;
  take(tray.material, report.material);
  take(tray.colour, report.colour);
  if (tray.material.empty()) status.trays.erase(report.index);
}

// A full report lists every tray; a delta's elements are merged by id.
void merge_trays(Status& status, const StatusReport& report) {
  if (report.trays) {
    if (report.full) std::erase_if(status.trays, [](const auto& entry) { return entry.first < external_spool; });
    for (const TrayReport& tray : *report.trays) merge_tray(status, tray);
  }
  if (report.external_spools) {
    for (const TrayReport& tray : *report.external_spools) merge_tray(status, tray);
  }
  if (report.tray_exist_bits) {
    const auto absent = [&](const auto& entry) { return entry.first < 32 && ((*report.tray_exist_bits >> entry.first) & 1U) == 0; };
    std::erase_if(status.trays, absent);
  }
}

void merge_temperatures(Temperatures& known, const Temperatures& said) {
  take(known.nozzle, said.nozzle);
  take(known.nozzle_target, said.nozzle_target);
  take(known.bed, said.bed);
  take(known.bed_target, said.bed_target);
  take(known.chamber, said.chamber);
}

}  // namespace

void merge(Status& status, const StatusReport& report) {
  status.full_seen = status.full_seen || (report.full && report.state && *report.state != GcodeState::unknown);
  take(status.state, report.state);
  take(status.percent, report.percent);
  take(status.layer, report.layer);
  take(status.total_layers, report.total_layers);
  take(status.remaining_minutes, report.remaining_minutes);
  take(status.stage, report.stage);
  take(status.print_error, report.print_error);
  take(status.subtask_name, report.subtask_name);
  take(status.subtask_id, report.subtask_id);
  take(status.task_id, report.task_id);
  take(status.print_type, report.print_type);
  take(status.nozzle_mm, report.nozzle_mm);
  take(status.upgrade_status, report.upgrade_status);
  take(status.hms, report.hms);
  take(status.storage_present, report.storage_present);
  take(status.signature_required, report.signature_required);
  merge_temperatures(status.temperatures, report.temperatures);
  take(status.wifi_dbm, report.wifi_dbm);
  merge_trays(status, report);
}

bool is_active(GcodeState state) {
  switch (state) {
    case GcodeState::prepare:
    case GcodeState::slicing:
    case GcodeState::running:
    case GcodeState::pause: return true;
    case GcodeState::unknown:
    case GcodeState::idle:
    case GcodeState::finish:
    case GcodeState::failed: return false;
  }
  return false;
}

bool is_startable(GcodeState state) {
  return state == GcodeState::idle || state == GcodeState::finish || state == GcodeState::failed;
}

bool has_cancel_hms(const Status& status) {
  return std::ranges::any_of(status.hms, [](const Hms& entry) { return entry.attr == 0x05000400 && entry.code == 0x00030057; });
}

bool is_significant(std::uint32_t print_error) {
  constexpr std::array<std::uint32_t, 4> ignored = {0x05008030, 0x03008012, 0x0500C011, 0x07FF8007};
  return (print_error & 0xFFFFU) >= 0x4000 && std::ranges::find(ignored, print_error) == ignored.end();
}

std::string error_text(std::uint32_t print_error) {
  return is_significant(print_error) ? fmt::format("{:04X}-{:04X}", print_error >> 16, print_error & 0xFFFFU) : "";
}

bool is_cancel(std::uint32_t print_error) { return print_error == 0x0300400C || print_error == 0x0500400E; }

bool is_authorization_refusal(std::uint32_t print_error) { return print_error == 0x05024007 || print_error == 0x05024009; }

bool is_start_refusal(std::uint32_t print_error) {
  const bool ams_mapping = (print_error >> 24) == 0x07 && (print_error & 0xFFFFU) == 0x8012;
  return print_error == 0x05004003 || print_error == 0x05004004 || print_error == 0x0500C010 || ams_mapping ||
         is_authorization_refusal(print_error);
}

std::string name_stem(std::string_view name) {
  for (const std::string_view suffix : {".gcode.3mf", ".3mf", ".gcode"}) {
    if (name.ends_with(suffix)) {
      name.remove_suffix(suffix.size());
      break;
    }
  }
  std::string stem(name);
  std::ranges::replace(stem, ':', '_');
  return stem;
}

std::string model_of_serial(std::string_view serial) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> prefixes = {{{"00M", "Bambu Lab X1 Carbon"},
                                                                                      {"03W", "Bambu Lab X1E"},
                                                                                      {"01S", "Bambu Lab P1P"},
                                                                                      {"01P", "Bambu Lab P1S"},
                                                                                      {"22E", "Bambu Lab P2S"},
                                                                                      {"030", "Bambu Lab A1 mini"},
                                                                                      {"039", "Bambu Lab A1"},
                                                                                      {"094", "Bambu Lab H2D"}}};
  const auto* found = std::ranges::find_if(prefixes, [&](const auto& entry) { return serial.starts_with(entry.first); });
  return found == prefixes.end() ? "" : std::string(found->second);
}

}  // namespace layerline::printer
