// Drives one BambuSession by hand: collects what it says, answers its connects, keeps a clock that the test moves.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workers/printer/bambu_session.hpp"

namespace layerline::printer::testing {

inline const std::string our_name = "job-7-1.gcode.3mf";
inline constexpr std::int32_t our_id = 1893001;

inline PrintRequest our_request() {
  return {.printer = "p1", .attempt = "attempt-1", .remote_name = our_name, .subtask_id = our_id, .file_path = "/nowhere", .md5 = "ab12",
          .ams_mapping = {3, -1}, .estimated_seconds = 600, .layer_count = 50};
}

inline RunningAttempt our_belief(BelievedPhase phase, std::int64_t sent_ms) {
  return {.attempt = "attempt-1", .remote_name = our_name, .subtask_id = our_id, .phase = phase, .command_sent_ms = sent_ms,
          .estimated_seconds = 600, .layer_count = 50};
}

// "completed 100% 50/50 inferred": one line per fact, without the status changes.
inline std::string describe(const Fact& fact) {
  const auto reach = [](const Reach& r) { return fmt::format("{}% {}/{}", r.percent, r.layer, r.total_layers); };
  struct Describe {
    decltype(reach) r;
    std::string operator()(const Started& f) const { return f.late ? "started late" : "started"; }
    std::string operator()(const Progress& f) const { return fmt::format("progress {}%", f.reach.percent); }
    std::string operator()(const Paused& f) const { return "paused " + f.error; }
    std::string operator()(const Resumed&) const { return "resumed"; }
    std::string operator()(const Completed& f) const {
      return fmt::format("completed {}{}{}", r(f.reach), f.inferred ? " inferred" : "", f.suspicious ? " suspicious" : "");
    }
    std::string operator()(const Failed& f) const {
      return fmt::format("failed {} {}{}", r(f.reach), f.error, f.inferred ? " inferred" : "");
    }
    std::string operator()(const Cancelled& f) const { return f.by == CancelledBy::us ? "cancelled by us" : "cancelled at printer"; }
    std::string operator()(const FailedToStart& f) const { return fmt::format("failed to start {} {}", static_cast<int>(f.why), f.detail); }
    std::string operator()(const StartUncertain&) const { return "start uncertain"; }
    std::string operator()(const UnknownEnd& f) const { return fmt::format("unknown end {}", static_cast<int>(f.why)); }
    std::string operator()(const ForeignPrint&) const { return "foreign"; }
    std::string operator()(const StatusChanged&) const { return ""; }
  };
  return std::visit(Describe{reach}, fact);
}

class Harness {
 public:
  explicit Harness(std::int64_t start_ms = 1'000'000) : now_ms(start_ms) {}

  BambuSession session{{.printer = "p1", .serial = "03919A000000001", .session = 7, .seed = 1}};
  std::int64_t now_ms;
  bool reachable = true;
  std::vector<Observation> observations;
  std::vector<std::string> published;
  int connects = 0, closes = 0, uploads = 0, aborts = 0;

  void perform(const Actions& actions) {
    bool connect = false;
    for (const Action& action : actions) {
      if (std::holds_alternative<Connect>(action)) connect = ++connects > 0;
      if (std::holds_alternative<CloseConnection>(action)) ++closes;
      if (std::holds_alternative<Upload>(action)) ++uploads;
      if (std::holds_alternative<AbortUpload>(action)) ++aborts;
      if (const auto* publish = std::get_if<Publish>(&action)) published.push_back(publish->payload);
      if (const auto* observe = std::get_if<Observe>(&action)) observations.push_back(observe->observation);
    }
    if (connect && reachable) perform(session.connected(now_ms));
    if (connect && !reachable) perform(session.connect_failed(ConnectFailure::unreachable, now_ms));
  }
  void say(std::string_view json, bool retained = false) { perform(session.message(json, retained, now_ms)); }
  void tick() { perform(session.tick(now_ms)); }
  // Lets time pass in steps of a second, without any message.
  void pass(std::int64_t ms) {
    for (const std::int64_t end_ms = now_ms + ms; now_ms < end_ms;) {
      now_ms += 1000;
      tick();
    }
  }
  void drop() { perform(session.disconnected(now_ms)); }
  void begin_our_print() {
    perform(session.start(our_request(), now_ms));
    perform(session.upload_finished("attempt-1", now_ms));
  }

  [[nodiscard]] std::vector<std::string> facts() const {
    std::vector<std::string> lines;
    for (const Observation& observation : observations) {
      if (std::string line = describe(observation.fact); !line.empty()) lines.push_back(std::move(line));
    }
    return lines;
  }
  // Without progress, which the longer stories do not ask for.
  [[nodiscard]] std::vector<std::string> outcomes() const {
    std::vector<std::string> lines = facts();
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("progress"); });
    return lines;
  }
  [[nodiscard]] int sent(std::string_view command) const {
    int count = 0;
    const std::string member = fmt::format("\"command\":\"{}\"", command);
    for (const std::string& payload : published) count += payload.find(member) != std::string::npos ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::string last_sequence(std::string_view command) const {
    for (auto payload = published.rbegin(); payload != published.rend(); ++payload) {
      if (payload->find(fmt::format("\"command\":\"{}\"", command)) == std::string::npos) continue;
      const auto from = payload->find("\"sequence_id\":\"") + 15;
      return payload->substr(from, payload->find('"', from) - from);
    }
    return "";
  }
};

// A report as an A1 sends it; `more` are further members, each with its comma in front.
inline std::string full(std::string_view state, std::string_view name, std::int64_t id, int percent, std::string_view more = "") {
  return fmt::format(R"({{"print":{{"command":"push_status","msg":0,"gcode_state":"{}","subtask_name":"{}",)"
                     R"("subtask_id":"{}","task_id":"{}","mc_percent":{},"layer_num":{},)"
                     R"("total_layer_num":50,"print_error":0,"sdcard":true,"print_type":"local"{}}}}})",
                     state, name, id, id, percent, percent / 2, more);
}
inline std::string delta(std::string_view members) {
  return fmt::format(R"({{"print":{{"command":"push_status","msg":1,{}}}}})", members);
}
inline std::string ours(std::string_view state, int percent) { return full(state, "job-7-1", our_id, percent); }
inline std::string old_finish() { return full("FINISH", "yesterday", 42, 100); }

}  // namespace layerline::printer::testing
