// Random histories of a printer session: reports grown from real ones, acks, starts, stops, losses, time. Whatever a printer says,
// no attempt may get two outcomes, no start may be sent twice, and the sequence of observations has no gap.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "workers/printer/bambu_session.hpp"

using namespace layerline::printer;

namespace {

constexpr std::string_view states[] = {"IDLE", "PREPARE", "SLICING", "RUNNING", "PAUSE", "FINISH", "FAILED", "OFFLINE"};
constexpr std::string_view names[] = {"job-0", "job-1", "job-2", "theirs", "", "job-1.gcode.3mf"};
constexpr std::uint32_t errors[] = {0, 0x0300400C, 0x05004003, 0x05004004, 0x12008006, 0x05024007, 0xFFFFFFFF};

bool is_outcome(const Fact& fact) {
  return std::holds_alternative<Completed>(fact) || std::holds_alternative<Failed>(fact) || std::holds_alternative<Cancelled>(fact) ||
         std::holds_alternative<FailedToStart>(fact) || std::holds_alternative<UnknownEnd>(fact);
}

struct World {
  explicit World(FuzzedDataProvider& provider) : data(provider) {}

  FuzzedDataProvider& data;
  BambuSession session{{.printer = "p", .serial = "039", .session = 1, .seed = 1}};
  std::int64_t now_ms = 1'000'000;
  std::uint64_t sequence = 0;
  int attempts = 0;
  std::map<std::string, int> outcomes, starts;
  std::string last_sequence_id = "0";

  void perform(const Actions& actions) {
    for (const Action& action : actions) {
      if (const auto* observe = std::get_if<Observe>(&action)) {
        if (observe->observation.sequence != ++sequence) std::abort();
        const std::string& attempt = observe->observation.attempt;
        if (is_outcome(observe->observation.fact) && ++outcomes[attempt] > 1) std::abort();
      }
      if (const auto* publish = std::get_if<Publish>(&action)) note_start(publish->payload);
    }
  }
  void note_start(const std::string& payload) {
    if (!payload.contains("\"project_file\"")) return;
    const std::size_t at = payload.find("\"sequence_id\":\"") + 15;
    last_sequence_id = payload.substr(at, payload.find('"', at) - at);
    const std::size_t name = payload.find("\"file\":");
    if (++starts[payload.substr(name, payload.find(',', name) - name)] > 1) std::abort();
  }

  std::string report() {
    const auto state = data.PickValueInArray(states);
    const auto name = data.PickValueInArray(names);
    std::string json = "{\"print\":{\"command\":\"push_status\"";
    if (data.ConsumeBool()) json += ",\"msg\":" + std::to_string(data.ConsumeIntegralInRange(0, 1));
    if (data.ConsumeBool()) json += ",\"gcode_state\":\"" + std::string(state) + "\"";
    if (data.ConsumeBool()) json += ",\"subtask_name\":\"" + std::string(name) + "\"";
    if (data.ConsumeBool()) json += ",\"subtask_id\":\"" + std::to_string(data.ConsumeIntegralInRange(0, 4)) + "\"";
    if (data.ConsumeBool()) json += ",\"mc_percent\":" + std::to_string(data.ConsumeIntegralInRange(-5, 120));
    if (data.ConsumeBool()) json += ",\"layer_num\":" + std::to_string(data.ConsumeIntegralInRange(-1, 900));
    if (data.ConsumeBool()) json += ",\"print_error\":" + std::to_string(data.PickValueInArray(errors));
    return json + ",\"upgrade_state\":{}}}";
  }
  std::string ack() {
    const char* result = data.ConsumeBool() ? "success" : "failed";
    return "{\"print\":{\"command\":\"project_file\",\"result\":\"" + std::string(result) + "\",\"sequence_id\":\"" + last_sequence_id +
           "\",\"reason\":\"mqtt message verify failed\"}}";
  }
  PrintRequest request() {
    const int number = attempts++;
    return {.printer = "p", .attempt = "attempt-" + std::to_string(number), .remote_name = "job-" + std::to_string(number) + ".gcode.3mf",
            .subtask_id = number + 1, .file_path = "x", .md5 = "", .ams_mapping = {}, .estimated_seconds = 60};
  }
  std::string current() const { return "attempt-" + std::to_string(attempts - 1); }

  void step() {
    switch (data.ConsumeIntegralInRange(0, 11)) {
      case 0: return perform(session.connected(now_ms));
      case 1: return perform(session.disconnected(now_ms));
      case 2: return perform(session.start(request(), now_ms));
      case 3: return perform(session.upload_finished(current(), now_ms));
      case 4: return perform(session.upload_failed(current(), "no", now_ms));
      case 5: return perform(session.stop(now_ms));
      case 6: return perform(session.message(ack(), false, now_ms));
      case 7: return perform(session.message(data.ConsumeRandomLengthString(400), data.ConsumeBool(), now_ms));
      case 8: now_ms += data.ConsumeIntegralInRange(0, 200'000); return perform(session.tick(now_ms));
      case 9: now_ms += data.ConsumeIntegralInRange(-1000, 3'000); return perform(session.tick(now_ms));
      default: return perform(session.message(report(), false, now_ms));
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  World world(data);
  while (data.remaining_bytes() > 0) world.step();
  return 0;
}
