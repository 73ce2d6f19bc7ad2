// The worker against the simulated printer: a real mosquitto, a real vsftpd, real TLS. Skips visibly where `up` cannot run.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <simdjson.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/printer/session_harness.hpp"
#include "workers/printer/printer_worker.hpp"

using namespace layerline::printer;
using namespace layerline::printer::testing;
using Lines = std::vector<std::string>;

namespace {

std::filesystem::path fresh_folder() {
  static int count = 0;
  auto folder = std::filesystem::temp_directory_path() / fmt::format("layerline-printer-{}-{}", ::getpid(), ++count);
  std::filesystem::create_directories(folder);
  return folder;
}

// One run of tests/simulators/printer/up; down at the end.
class Simulator {
 public:
  explicit Simulator(const std::string& options) : folder_(fresh_folder()) {
    const std::string scripts = LAYERLINE_SOURCE_DIR "/tests/simulators/printer";
    ::setenv("LAYERLINE_SIMULATED_PRINTER", LAYERLINE_SIMULATED_PRINTER, 1);
    const std::string command = fmt::format("{0}/up {1} {2} > {1}/up.log 2>&1", scripts, folder_.string(), options);
    const int status = std::system(command.c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == 77) {
      MESSAGE("skipped: the simulated printer cannot run here");
      return;
    }
    REQUIRE(code == 0);
    simdjson::dom::parser parser;
    const simdjson::dom::element json = parser.load((folder_ / "printer.json").string());
    config.id = "p1";
    config.host = json["host"].get_string().value();
    config.serial = json["serial"].get_string().value();
    config.access_code = layerline::Secret<std::string>(std::string(json["access_code"].get_string().value()));
    config.mqtt_port = static_cast<std::uint16_t>(json["mqtt_port"].get_uint64().value());
    config.ftps_port = static_cast<std::uint16_t>(json["ftps_port"].get_uint64().value());
    config.pin = std::string(json["pin"].get_string().value());
    config.session = 7;
    up = true;
  }
  ~Simulator() {
    const std::string down = fmt::format("{}/tests/simulators/printer/down {}", LAYERLINE_SOURCE_DIR, folder_.string());
    if (std::system(down.c_str()) == 0) std::filesystem::remove_all(folder_);
  }
  void tell(const std::string& line) const { std::ofstream(folder_ / "control") << line << std::endl; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

  bool up = false;
  PrinterConfig config;

 private:
  std::filesystem::path folder_;
};

// Collects observations from the Asio thread and waits for them here.
class Collector {
 public:
  void operator()(const Observation& observation) {
    const std::lock_guard lock(mutex_);
    observations_.push_back(observation);
    changed_.notify_all();
  }
  // Until the last fact starts with `text`. The deadline only ends a test that has failed.
  bool wait_fact(const std::string& text) {
    return wait([&] {
      const Lines lines = facts_locked();
      return !lines.empty() && lines.back().starts_with(text);
    });
  }
  bool wait_count(const std::string& text, std::size_t count) {
    return wait([&] { return count_locked(text) == count; });
  }
  bool wait_state(Health health, Activity activity) {
    return wait([&] {
      for (auto o = observations_.rbegin(); o != observations_.rend(); ++o) {
        if (const auto* changed = std::get_if<StatusChanged>(&o->fact)) {
          return changed->state.health == health && (health != Health::live || changed->state.activity == activity);
        }
      }
      return false;
    });
  }
  Lines outcomes() {
    const std::lock_guard lock(mutex_);
    Lines lines = facts_locked();
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("progress"); });
    return lines;
  }
  std::size_t count(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return count_locked(text);
  }

 private:
  template <class Done>
  bool wait(Done done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), done);
  }
  std::size_t count_locked(const std::string& text) const {
    std::size_t found = 0;
    for (const std::string& line : facts_locked()) found += line.starts_with(text) ? 1 : 0;
    return found;
  }
  Lines facts_locked() const {
    Lines lines;
    for (const Observation& observation : observations_) {
      if (std::string line = describe(observation.fact); !line.empty()) lines.push_back(std::move(line));
    }
    return lines;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Observation> observations_;
};

std::string md5_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

// A sliced file with its plate at `plate`.
PrintRequest request_with_plate(const Simulator& simulator, const char* plate) {
  PrintRequest request = our_request();
  request.file_path = (simulator.folder() / "sliced.gcode.3mf").string();
  request.estimated_seconds = 3;
  const std::string gcode = "; total layer number: 50\nG28\n" + std::string(400'000, ';') + "\n";
  int error = 0;
  zip_t* archive = zip_open(request.file_path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  REQUIRE(archive != nullptr);
  zip_file_add(archive, plate, zip_source_buffer(archive, gcode.data(), gcode.size(), 0), 0);
  REQUIRE(zip_close(archive) == 0);
  request.md5 = md5_of(request.file_path);
  return request;
}

constexpr const char* good_plate = "Metadata/plate_1.gcode";
constexpr const char* quick = "--seconds-per-print 3 --report-ms 100";

}  // namespace

TEST_CASE("printer: integration: a file is uploaded, started, watched and completed, its layers counted") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  Collector seen;
  PrinterConnections printers(std::ref(seen));
  printers.add(simulator.config);
  REQUIRE(seen.wait_state(Health::live, Activity::idle));
  printers.start_print(request_with_plate(simulator, good_plate));
  CHECK(seen.wait_fact("completed"));
  CHECK(seen.outcomes() == Lines{"started", "completed 100% 50/50"});
  CHECK(seen.count("progress") > 3);
  CHECK(std::filesystem::exists(simulator.folder() / "files" / our_name));
}

TEST_CASE("printer: integration: a wrong access code is an authentication failure, another key a certificate mismatch") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  PrinterConfig config = simulator.config;
  {
    Collector seen;
    PrinterConnections printers(std::ref(seen));
    config.access_code = layerline::Secret<std::string>("00000000");
    printers.add(config);
    CHECK(seen.wait_state(Health::auth_failed, Activity::unknown));
  }
  for (const bool other_serial : {false, true}) {
    Collector seen;
    PrinterConnections printers(std::ref(seen));
    config = simulator.config;
    if (other_serial) {
      config.serial = "03919A000000001";
    } else {
      config.pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    }
    printers.add(config);
    CHECK(seen.wait_state(Health::certificate_mismatch, Activity::unknown));
  }
}

TEST_CASE("printer: integration: the connection breaks twice and the finish is missed: completed once, inferred") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  Collector seen;
  PrinterConnections printers(std::ref(seen));
  printers.add(simulator.config);
  REQUIRE(seen.wait_state(Health::live, Activity::idle));
  simulator.tell("miss-finish 2");
  simulator.tell("duplicate on");
  printers.start_print(request_with_plate(simulator, good_plate));
  REQUIRE(seen.wait_fact("progress"));
  simulator.tell("drop");
  CHECK(seen.wait_fact("completed"));
  simulator.tell("drop");
  REQUIRE(seen.wait_state(Health::offline, Activity::unknown));
  REQUIRE(seen.wait_state(Health::live, Activity::idle));
  CHECK(seen.outcomes() == Lines{"started", "completed 100% 50/50 inferred"});
}

TEST_CASE("printer: integration: stopped by us, failed by itself, stopped at the printer: each is told apart") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  Collector seen;
  PrinterConnections printers(std::ref(seen));
  printers.add(simulator.config);
  PrintRequest request = request_with_plate(simulator, good_plate);
  const auto begin = [&](int number) {
    REQUIRE(seen.wait_state(Health::live, Activity::idle));
    request.attempt = fmt::format("attempt-{}", number);
    request.remote_name = fmt::format("job-7-{}.gcode.3mf", number);
    request.subtask_id = our_id + number;
    printers.start_print(request);
    REQUIRE(seen.wait_fact("progress"));
  };
  begin(1);
  printers.stop_print("p1");
  CHECK(seen.wait_fact("cancelled by us"));
  begin(2);
  simulator.tell("fail 60");
  CHECK(seen.wait_fact("failed"));
  begin(3);
  simulator.tell("cancel");
  CHECK(seen.wait_fact("cancelled at printer"));
  Lines outcomes = seen.outcomes();
  REQUIRE(outcomes.size() == 6);
  CHECK(outcomes[3].starts_with("failed "));
  CHECK(outcomes[3].ends_with("0300-8001"));
}

TEST_CASE("printer: integration: a file without the plate, or with another checksum, fails to start") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  Collector seen;
  PrinterConnections printers(std::ref(seen));
  printers.add(simulator.config);
  REQUIRE(seen.wait_state(Health::live, Activity::idle));
  printers.start_print(request_with_plate(simulator, "3D/3dmodel.model"));
  CHECK(seen.wait_fact("failed to start 5 0500-4003"));
  REQUIRE(seen.wait_state(Health::live, Activity::idle));
  PrintRequest changed = request_with_plate(simulator, good_plate);
  changed.attempt = "attempt-2";
  changed.remote_name = "job-7-2.gcode.3mf";
  changed.subtask_id = our_id + 1;
  changed.md5 = std::string(32, '0');
  printers.start_print(changed);
  CHECK(seen.wait_count("failed to start 5 0500-4003", 2));
}

TEST_CASE("printer: integration: a power cycle in mid-print is an unknown end, and a restarted worker learns what it missed") {
  Simulator simulator(quick);
  if (!simulator.up) return;
  const PrintRequest request = request_with_plate(simulator, good_plate);
  {
    Collector seen;
    PrinterConnections printers(std::ref(seen));
    printers.add(simulator.config);
    REQUIRE(seen.wait_state(Health::live, Activity::idle));
    printers.start_print(request);
    REQUIRE(seen.wait_fact("progress"));
  }
  Collector seen;
  PrinterConnections printers(std::ref(seen));
  RunningAttempt belief = our_belief(BelievedPhase::running, 0);
  printers.add(simulator.config, belief);
  REQUIRE(seen.wait_state(Health::live, Activity::busy));
  simulator.tell("restart");
  CHECK(seen.wait_fact("unknown end"));
}

TEST_CASE("printer: integration: dropping the worker in the middle of everything ends at once") {
  Simulator simulator("--seconds-per-print 60 --report-ms 50");
  if (!simulator.up) return;
  for (int round = 0; round < 20; ++round) {
    Collector seen;
    PrinterConnections printers(std::ref(seen));
    printers.add(simulator.config);
    if (round % 2 == 0) REQUIRE(seen.wait_state(Health::live, round < 2 ? Activity::idle : Activity::busy));
    printers.start_print(request_with_plate(simulator, good_plate));
    if (round == 0) REQUIRE(seen.wait_fact("started"));
    printers.remove("p1");
    printers.add(simulator.config);
  }
}
