#include "tests/simulators/printer/simulated_printer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace layerline::simulator {
namespace {

constexpr std::uint32_t cannot_read_file = 0x05004003, busy_already = 0x05004004, cancelled = 0x0300400C, heating_failed = 0x03008001;
constexpr std::int64_t cancel_code_delay_ms = 1'500;   // 4.65 s in a recording
constexpr std::int64_t error_shown_ms = 2'000;

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string member(std::string_view json, const char* part, const char* key) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  std::string_view text;
  if (parser.parse(json.data(), json.size())[part][key].get(value) != simdjson::SUCCESS) return "";
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
}

}  // namespace

SimulatedPrinter::SimulatedPrinter(PrinterOptions options, FileReader read_file)
    : options_(std::move(options)), read_file_(std::move(read_file)) {}

std::vector<std::string> SimulatedPrinter::request(std::string_view json, std::int64_t now_ms) {
  std::vector<std::string> out;
  if (member(json, "info", "command") == "get_version") out.push_back(version(member(json, "info", "sequence_id")));
  if (!member(json, "pushing", "command").empty()) out.push_back(report(true));
  if (!member(json, "print", "command").empty()) out.push_back(print_request(json, now_ms));
  if (silent_) out.clear();
  return out;
}

std::string SimulatedPrinter::version(const std::string& sequence) const {
  return fmt::format(R"({{"info":{{"command":"get_version","sequence_id":{},"module":[)"
                     R"({{"name":"ota","sw_ver":"01.07.00.00","product_name":{}}},)"
                     R"({{"name":"esp32","sw_ver":"01.16.39.58","product_name":""}},)"
                     R"({{"name":"ams_f1/0","sw_ver":"00.00.08.15",)"
                     R"("product_name":"AMS Lite"}}]}}}})",
                     json_text(sequence), json_text(options_.product_name));
}

// The ack echoes the request, as the real one does.
std::string SimulatedPrinter::print_request(std::string_view json, std::int64_t now_ms) {
  const std::string command = member(json, "print", "command");
  bool accepted = true;
  if (command == "project_file") accepted = start(json, now_ms);
  if (command == "stop" && busy()) cancel(now_ms);
  if (command == "pause") pause(0);
  if (command == "resume") resume();
  std::string echo;
  for (const char* key : {"param", "subtask_name", "subtask_id", "task_id", "md5", "url"}) {
    if (const std::string value = member(json, "print", key); !value.empty()) echo += fmt::format(R"(,"{}":{})", key, json_text(value));
  }
  const std::string sequence = json_text(member(json, "print", "sequence_id"));
  return fmt::format(R"({{"print":{{"command":"{}","sequence_id":{},"result":"{}","reason":"{}"{}}}}})", command, sequence,
                     accepted ? "success" : "fail", accepted ? "success" : "refused", echo);
}

bool SimulatedPrinter::start(std::string_view json, std::int64_t now_ms) {
  const auto refusal = std::exchange(refuse_next_, std::nullopt);
  if (refusal == 0U) return false;
  if (busy()) {
    print_error_ = busy_already;
    error_clears_at_ms_ = now_ms + error_shown_ms;
    return true;
  }
  const std::string url = member(json, "print", "url");
  const std::string name = url.substr(url.find_last_of('/') + 1);
  const std::optional<PrintFile> file = name.ends_with(".gcode.3mf") ? read_file_(name, member(json, "print", "param")) : std::nullopt;
  const std::string md5 = member(json, "print", "md5");
  const bool readable = file && file->has_plate && (md5.empty() || md5 == file->md5);
  subtask_name_ = member(json, "print", "subtask_name");
  subtask_id_ = member(json, "print", "subtask_id");
  gcode_file_ = subtask_name_ + ".3mf";
  print_type_ = "local";
  state_ = "PREPARE";            // percentage and layers of the last job stay visible, as on the A1
  print_error_ = 0;
  error_clears_at_ms_.reset();
  cancel_code_at_ms_.reset();
  job_ = Job{subtask_name_, name, file ? file->layers : 50, now_ms + std::min<std::int64_t>(options_.print_ms / 5, 5'000), 0,
             refusal.value_or(readable ? 0 : cannot_read_file)};
  return true;
}

std::vector<std::string> SimulatedPrinter::step(std::int64_t now_ms) {
  const std::string before = state_;
  advance(now_ms);
  last_step_ms_ = now_ms;
  if (silent_ || (before == state_ && now_ms - last_report_ms_ < options_.report_ms)) return {};
  last_report_ms_ = now_ms;
  std::vector<std::string> out = {report(false)};
  if (duplicates_) out.push_back(out.front());
  return out;
}

void SimulatedPrinter::advance(std::int64_t now_ms) {
  if (cancel_code_at_ms_ && now_ms >= *cancel_code_at_ms_) {
    print_error_ = cancelled;
    cancel_code_at_ms_.reset();
    error_clears_at_ms_ = now_ms + error_shown_ms;
  }
  if (error_clears_at_ms_ && now_ms >= *error_clears_at_ms_) {
    print_error_ = 0;
    error_clears_at_ms_.reset();
  }
  if (!job_) return;
  if (state_ == "PREPARE" && now_ms >= job_->prepare_until_ms) {
    if (job_->refuse != 0) return fail(job_->refuse);
    state_ = "RUNNING";
    percent_ = layer_ = 0;
    total_layers_ = job_->layers;
  } else if (state_ == "RUNNING") {
    run(now_ms - last_step_ms_);
  }
}

void SimulatedPrinter::run(std::int64_t elapsed_ms) {
  job_->printed_ms += elapsed_ms;
  const std::int64_t print_ms = std::max<std::int64_t>(1, options_.print_ms);
  percent_ = static_cast<int>(std::min<std::int64_t>(100, job_->printed_ms * 100 / print_ms));
  layer_ = percent_ * job_->layers / 100;
  remaining_minutes_ = static_cast<int>(std::max<std::int64_t>(0, print_ms - job_->printed_ms) / 60'000);
  if (fail_at_ && percent_ >= *fail_at_) {
    fail_at_.reset();
    return fail(heating_failed);
  }
  if (job_->printed_ms >= print_ms) finish();
}

bool SimulatedPrinter::about_to_finish(std::int64_t now_ms) const {
  return job_ && state_ == "RUNNING" && job_->printed_ms + (now_ms - last_step_ms_) >= options_.print_ms;
}

void SimulatedPrinter::fail(std::uint32_t print_error) {
  state_ = "FAILED";
  print_error_ = print_error;
  percent_ = layer_ = 0;
  print_type_ = "idle";
  gcode_file_.clear();
  job_.reset();
}

void SimulatedPrinter::finish() {
  state_ = "FINISH";
  percent_ = 100;
  layer_ = total_layers_;
  remaining_minutes_ = 0;
  print_type_ = "idle";
  gcode_file_.clear();
  job_.reset();
}

// FAILED without an error first; the code that says "cancelled" follows and does not stay.
void SimulatedPrinter::cancel(std::int64_t now_ms) {
  if (!job_) return;
  fail(0);
  cancel_code_at_ms_ = now_ms + cancel_code_delay_ms;
}

void SimulatedPrinter::set_paused(bool paused, std::uint32_t print_error) {
  if (!job_ || state_ != (paused ? "RUNNING" : "PAUSE")) return;
  state_ = paused ? "PAUSE" : "RUNNING";
  print_error_ = print_error;
}

void SimulatedPrinter::power_cycle() {
  job_.reset();
  state_ = "IDLE";
  subtask_name_.clear();
  subtask_id_ = "0";
  gcode_file_.clear();
  print_type_ = "idle";
  percent_ = layer_ = total_layers_ = remaining_minutes_ = 0;
  print_error_ = 0;
  cancel_code_at_ms_.reset();
}

std::string SimulatedPrinter::ams() const {
  std::string trays;
  unsigned bits = 0;
  for (std::size_t i = 0; i < options_.trays.size(); ++i) {
    const Tray& tray = options_.trays[i];
    const char* comma = trays.empty() ? "" : ",";
    if (tray.material.empty()) {
      trays += fmt::format(R"({}{{"id":"{}"}})", comma, i);
      continue;
    }
    bits |= 1U << i;
    trays += fmt::format(R"({}{{"id":"{}","state":3,"remain":0,"tag_uid":"0000000000000000","tray_info_idx":"GFL99","tray_type":{},)"
                         R"("tray_color":{},"cols":[{}],"nozzle_temp_max":"240","nozzle_temp_min":"190"}})",
                         comma, i, json_text(tray.material), json_text(tray.colour), json_text(tray.colour));
  }
  return fmt::format(R"({{"ams":[{{"id":"0","humidity":"5","temp":"0.0","tray":[{}]}}],"ams_exist_bits":"1","tray_exist_bits":"{:x}",)"
                     R"("tray_tar":"255","tray_now":"255","tray_pre":"255","version":261,"insert_flag":true,"power_on_flag":true}})",
                     trays, bits);
}

std::map<std::string, std::string> SimulatedPrinter::fields() const {
  const bool hot = job_.has_value();
  return {{"ams", ams()},
          {"bed_temper", hot ? "65" : "23.3125"},
          {"gcode_file", json_text(gcode_file_)},
          {"gcode_file_prepare_percent", "\"100\""},
          {"gcode_state", json_text(state_)},
          {"hms", "[]"},
          {"home_flag", "847070616"},
          {"layer_num", std::to_string(layer_)},
          {"lights_report", R"([{"node":"chamber_light","mode":"off"}])"},
          {"mc_percent", std::to_string(percent_)},
          {"mc_print_error_code", json_text(std::to_string(print_error_ & 0xFFFFU))},
          {"mc_print_stage", job_ ? (state_ == "PAUSE" ? "\"3\"" : "\"2\"") : "\"1\""},
          {"mc_remaining_time", std::to_string(remaining_minutes_)},
          {"nozzle_diameter", json_text(options_.nozzle_mm)},
          {"nozzle_temper", hot ? "220" : "27.25"},
          {"nozzle_type", "\"stainless_steel\""},
          {"print_error", std::to_string(print_error_)},
          {"print_type", json_text(print_type_)},
          {"profile_id", "\"0\""},
          {"project_id", json_text(subtask_id_)},
          {"sdcard", "true"},
          {"stg_cur", state_ == "RUNNING" ? "0" : "255"},
          {"subtask_id", json_text(subtask_id_)},
          {"subtask_name", json_text(subtask_name_)},
          {"task_id", json_text(subtask_id_)},
          {"total_layer_num", std::to_string(total_layers_)},
          {"upgrade_state", R"({"status":"IDLE"})"},
          {"wifi_signal", fmt::format("\"-{}dBm\"", 45 + sequence_ % 9)}};
}

std::string SimulatedPrinter::report(bool full) {
  std::map<std::string, std::string> now = fields();
  std::string members;
  for (const auto& [key, value] : now) {
    const auto before = sent_.find(key);
    if (full || before == sent_.end() || before->second != value) members += fmt::format(R"("{}":{},)", key, value);
  }
  sent_ = std::move(now);
  return fmt::format(R"({{"print":{{{}"command":"push_status","msg":{},"sequence_id":"{}"}}}})", members, full ? 0 : 1, ++sequence_);
}

}  // namespace layerline::simulator
