// One message of a Bambu printer's report topic, decoded (1.3.1, 1.4). Unknown keys are ignored, numbers may come as strings,
// invalid UTF-8 and NaN are repaired: a printer's slip must not hide its state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace layerline::printer {

enum class GcodeState { unknown, idle, prepare, slicing, running, pause, finish, failed };

struct Hms {
  std::uint32_t attr = 0;
  std::uint32_t code = 0;
};

struct TrayReport {
  int index = 0;                        // global tray
  bool described = false;               // false: the element had an id only, so the slot is empty
  std::optional<std::string> material;
  std::optional<std::string> colour;
};

// In degrees Celsius; what the printer did not say is absent.
struct Temperatures {
  std::optional<double> nozzle = {};
  std::optional<double> nozzle_target = {};
  std::optional<double> bed = {};
  std::optional<double> bed_target = {};
  std::optional<double> chamber = {};
  friend bool operator==(const Temperatures&, const Temperatures&) = default;
};

// What one push_status says; an absent field was not in the message.
struct StatusReport {
  bool full = false;
  std::optional<GcodeState> state;
  std::optional<int> percent;
  std::optional<int> layer;
  std::optional<int> total_layers;
  std::optional<int> remaining_minutes;
  std::optional<int> stage;
  std::optional<std::uint32_t> print_error;
  std::optional<std::string> subtask_name;
  std::optional<std::string> subtask_id;
  std::optional<std::string> task_id;
  std::optional<std::string> print_type;
  std::optional<std::string> nozzle_mm;
  std::optional<std::string> upgrade_status;
  std::optional<std::vector<Hms>> hms;
  std::optional<bool> storage_present;
  std::optional<bool> signature_required;    // `fun` bit 29: commands of others are refused
  Temperatures temperatures;
  std::optional<int> wifi_dbm;
  std::optional<std::vector<TrayReport>> trays;
  std::optional<std::uint32_t> tray_exist_bits;
  std::optional<std::vector<TrayReport>> external_spools;
};

struct Ack {
  std::string command;
  std::string sequence_id;
  bool accepted = false;
  std::string reason;
};

struct VersionReport {
  std::string firmware;
  std::string product_name;
};

struct Other {};    // valid, and nothing for us

using Message = std::variant<Other, StatusReport, Ack, VersionReport>;

// Nothing if the bytes are no JSON object even after repair.
[[nodiscard]] std::optional<Message> parse_message(std::string_view bytes);

}  // namespace layerline::printer
