// A printer that prints nothing: the A1's dialect of reports and acks, as recorded, without any I/O. The program around it (main.cpp)
// speaks MQTT and looks at the uploaded files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::simulator {

struct Tray {
  std::string material;   // "PLA"
  std::string colour;     // RRGGBBAA; an empty material is an empty slot
};

struct PrinterOptions {
  std::string product_name = "Bambu Lab A1";
  std::string nozzle_mm = "0.4";
  std::vector<Tray> trays = {{"PLA", "FFFFFFFF"}, {"PLA", "000000FF"}, {"PETG", "FF6A13FF"}, {"PLA", "0ACC38FF"}};
  std::int64_t print_ms = 5'000;      // from RUNNING to FINISH
  std::int64_t report_ms = 200;       // between deltas; a real A1 takes 2 s
};

// What is in an uploaded file, as far as the printer cares.
struct PrintFile {
  bool has_plate = false;
  std::string md5;         // upper case hex
  int layers = 50;
};
using FileReader = std::function<std::optional<PrintFile>(const std::string& name, const std::string& plate)>;

class SimulatedPrinter {
 public:
  SimulatedPrinter(PrinterOptions options, FileReader read_file);

  // Each gives the messages for device/{serial}/report.
  [[nodiscard]] std::vector<std::string> request(std::string_view json, std::int64_t now_ms);
  [[nodiscard]] std::vector<std::string> step(std::int64_t now_ms);

  // Faults.
  void refuse_next(std::uint32_t print_error) { refuse_next_ = print_error; }   // 0: by its ack
  void fail_at(int percent) { fail_at_ = percent; }
  void cancel(std::int64_t now_ms);
  void pause(std::uint32_t print_error) { set_paused(true, print_error); }
  void resume() { set_paused(false, 0); }
  void power_cycle();
  void set_duplicates(bool on) { duplicates_ = on; }
  void set_silent(bool on) { silent_ = on; }
  // Whether the print ends at the next step: the moment to go offline in order to miss it.
  [[nodiscard]] bool about_to_finish(std::int64_t now_ms) const;
  [[nodiscard]] const std::string& state() const { return state_; }
  [[nodiscard]] const std::string& print_name() const { return subtask_name_; }

 private:
  struct Job {
    std::string name, file;
    int layers = 50;
    std::int64_t prepare_until_ms = 0;
    std::int64_t printed_ms = 0;        // without pauses
    std::uint32_t refuse = 0;           // after PREPARE
  };

  [[nodiscard]] std::string print_request(std::string_view json, std::int64_t now_ms);
  [[nodiscard]] bool start(std::string_view json, std::int64_t now_ms);
  void advance(std::int64_t now_ms);
  void run(std::int64_t elapsed_ms);
  void fail(std::uint32_t print_error);
  void finish();
  void set_paused(bool paused, std::uint32_t print_error);
  [[nodiscard]] bool busy() const { return job_.has_value(); }
  [[nodiscard]] std::string version(const std::string& sequence) const;
  [[nodiscard]] std::string report(bool full);
  [[nodiscard]] std::map<std::string, std::string> fields() const;
  [[nodiscard]] std::string ams() const;

  PrinterOptions options_;
  FileReader read_file_;
  std::optional<Job> job_;
  std::string state_ = "IDLE";
  std::string subtask_name_, subtask_id_ = "0", gcode_file_, print_type_ = "idle";
  int percent_ = 0, layer_ = 0, total_layers_ = 0, remaining_minutes_ = 0;
  std::uint32_t print_error_ = 0;
  std::optional<std::int64_t> cancel_code_at_ms_, error_clears_at_ms_;
  std::optional<std::uint32_t> refuse_next_;
  std::optional<int> fail_at_;
  bool duplicates_ = false, silent_ = false;
  std::int64_t last_step_ms_ = 0, last_report_ms_ = 0;
  std::int64_t sequence_ = 2000;
  std::map<std::string, std::string> sent_;      // the fields of the last report: a delta holds what changed
};

}  // namespace layerline::simulator
