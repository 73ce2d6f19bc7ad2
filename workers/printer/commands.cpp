#include "workers/printer/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "workers/printer/status.hpp"

namespace layerline::printer {
namespace {

// Our own names are plain ASCII by contract (PrintRequest); whatever else comes in must not break out of the JSON string.
std::string json_string(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string upper(std::string_view hex) {
  std::string out(hex);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

// The mapping once as global trays and once as (AMS, slot), which printers with several AMS prefer.
std::string ams_mappings(const PrintRequest& request) {
  std::string trays, slots;
  for (const int tray : request.ams_mapping) {
    const char* comma = trays.empty() ? "" : ",";
    trays += fmt::format("{}{}", comma, tray);
    if (tray < 0) {
      slots += fmt::format(R"({}{{"ams_id":255,"slot_id":255}})", comma);
    } else if (tray >= 254) {
      slots += fmt::format(R"({}{{"ams_id":{},"slot_id":0}})", comma, tray);
    } else {
      const bool single_slot = tray >= 128;
      slots += fmt::format(R"({}{{"ams_id":{},"slot_id":{}}})", comma, single_slot ? tray : tray / 4, single_slot ? 0 : tray % 4);
    }
  }
  return fmt::format(R"("use_ams":{},"ams_mapping":[{}],"ams_mapping2":[{}])", request.use_ams, trays, slots);
}

}  // namespace

std::string get_version_command(std::uint64_t sequence) {
  return fmt::format(R"({{"info":{{"sequence_id":"{}","command":"get_version"}}}})", sequence);
}

std::string pushall_command(std::uint64_t sequence) {
  return fmt::format(R"({{"pushing":{{"sequence_id":"{}","command":"pushall","version":1,"push_target":1}}}})", sequence);
}

std::string push_start_command(std::uint64_t sequence) {
  return fmt::format(R"({{"pushing":{{"sequence_id":"{}","command":"start"}}}})", sequence);
}

std::string stop_command(std::uint64_t sequence) {
  return fmt::format(R"({{"print":{{"sequence_id":"{}","command":"stop","param":""}}}})", sequence);
}

std::string project_file_command(std::uint64_t sequence, const PrintRequest& request, std::string_view url_scheme) {
  const std::string head = fmt::format(R"({{"print":{{"sequence_id":"{}","command":"project_file","param":{},)", sequence,
                                       json_string(request.plate_path));
  const std::string ids = fmt::format(R"("project_id":"{0}","profile_id":"0","task_id":"{0}","subtask_id":"{0}",)", request.subtask_id);
  const std::string url = fmt::format("{}{}", url_scheme, request.remote_name);
  const std::string file = fmt::format(R"("subtask_name":{},"file":{},"url":{},"md5":{},)", json_string(name_stem(request.remote_name)),
                                       json_string(request.remote_name), json_string(url), json_string(upper(request.md5)));
  // bed_leveling has one l in the stock dialect; timelapse and calibrations other than bed levelling stay off: nobody watches them here.
  const std::string options =
      R"("bed_type":"auto","timelapse":false,"bed_leveling":true,"auto_bed_leveling":1,"flow_cali":false,"extrude_cali_flag":0,)"
      R"("extrude_cali_manual_mode":0,"nozzle_offset_cali":0,"vibration_cali":false,"layer_inspect":false,"cfg":"0",)";
  return head + ids + file + options + ams_mappings(request) + "}}";
}

}  // namespace layerline::printer
