// simulated_printer: a Bambu printer on the LAN without the plastic. Started by `up`, stopped by `down`; README.md has the faults.
#include <fcntl.h>
#include <fmt/format.h>
#include <mosquitto.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/simulators/printer/broker.hpp"
#include "tests/simulators/printer/print_file.hpp"
#include "tests/simulators/printer/simulated_printer.hpp"

namespace layerline::simulator {
namespace {

std::atomic<bool> stopping = false;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Options {
  std::string folder, serial, password;
  int port = 0;
  PrinterOptions printer;
};

// "PLA:FFFFFFFF,,PETG:000000FF": an empty one is an empty slot.
std::vector<Tray> parse_trays(const std::string& text) {
  std::vector<Tray> trays;
  std::stringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    const std::size_t colon = item.find(':');
    trays.push_back({item.substr(0, colon), colon == std::string::npos ? "FFFFFFFF" : item.substr(colon + 1)});
  }
  return trays;
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i], value = arguments[i + 1];
    if (name == "--folder") options.folder = value;
    if (name == "--serial") options.serial = value;
    if (name == "--port") options.port = std::atoi(value.c_str());
    if (name == "--model") options.printer.product_name = value;
    if (name == "--nozzle") options.printer.nozzle_mm = value;
    if (name == "--trays") options.printer.trays = parse_trays(value);
    if (name == "--seconds-per-print") options.printer.print_ms = static_cast<std::int64_t>(std::atof(value.c_str()) * 1000);
    if (name == "--report-ms") options.printer.report_ms = std::atoll(value.c_str());
  }
  std::ifstream(options.folder + "/simulator_password") >> options.password;
  return options;
}

class Program {
 public:
  explicit Program(Options options)
      : options_(std::move(options)),
        broker_(options_.folder + "/mosquitto.conf", options_.folder + "/mosquitto.pid"),
        printer_(options_.printer, [this](const std::string& name, const std::string& plate) {
          return read_print_file(options_.folder + "/files/" + name, plate);
        }) {}

  int run();

 private:
  void connect();
  void loop_connection();
  void go_offline(std::int64_t ms);
  void read_control();
  void obey(const std::string& line);
  void send(const std::vector<std::string>& messages);

  Options options_;
  Broker broker_;
  SimulatedPrinter printer_;
  mosquitto* handle_ = nullptr;
  bool connected_ = false, announced_ = false;
  std::int64_t broker_back_ms_ = 0;
  std::int64_t miss_finish_ms_ = -1;      // armed if not negative: how long to stay away
  int control_ = -1;
  std::string control_line_;
};

void Program::connect() {
  if (handle_ != nullptr) mosquitto_destroy(handle_);
  connected_ = false;
  handle_ = mosquitto_new("simulated-printer", true, this);
  mosquitto_username_pw_set(handle_, "simulator", options_.password.c_str());
  mosquitto_tls_set(handle_, (options_.folder + "/ca.pem").c_str(), nullptr, nullptr, nullptr, nullptr);
  mosquitto_tls_insecure_set(handle_, true);   // the name in the certificate is the serial
  mosquitto_connect_callback_set(handle_, [](mosquitto* handle, void* self, int code) {
    auto* program = static_cast<Program*>(self);
    if (code != 0) return;
    program->connected_ = true;
    mosquitto_subscribe(handle, nullptr, fmt::format("device/{}/request", program->options_.serial).c_str(), 1);
  });
  mosquitto_subscribe_callback_set(handle_, [](mosquitto*, void* self, int, int, const int*) {
    auto* program = static_cast<Program*>(self);
    if (!program->announced_) std::ofstream(program->options_.folder + "/ready") << "ready\n";
    program->announced_ = true;
  });
  mosquitto_message_callback_set(handle_, [](mosquitto*, void* self, const mosquitto_message* message) {
    auto* program = static_cast<Program*>(self);
    const std::string json(static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen));
    const std::string before = program->printer_.state();
    program->send(program->printer_.request(json, now_ms()));
    // Its own diary, by which a test sees that nothing was printed twice.
    if (before == "PREPARE" || program->printer_.state() != "PREPARE") return;
    fmt::print("started {}\n", program->printer_.print_name());
    std::fflush(stdout);
  });
  mosquitto_connect(handle_, "127.0.0.1", options_.port, 30);
}

void Program::loop_connection() {
  if (handle_ == nullptr || mosquitto_loop(handle_, 20, 16) != MOSQ_ERR_SUCCESS) {
    ::usleep(20'000);
    connect();
  }
}

void Program::send(const std::vector<std::string>& messages) {
  if (!connected_ || !broker_.running()) return;
  const std::string topic = fmt::format("device/{}/report", options_.serial);
  for (const std::string& message : messages) {
    mosquitto_publish(handle_, nullptr, topic.c_str(), static_cast<int>(message.size()), message.data(), 0, false);
  }
}

// Nobody hears us, but the print goes on.
void Program::go_offline(std::int64_t ms) {
  broker_.stop();
  connected_ = false;
  broker_back_ms_ = now_ms() + ms;
}

void Program::read_control() {
  char buffer[256];
  for (ssize_t count = 0; (count = ::read(control_, buffer, sizeof buffer)) > 0;) {
    for (const char c : std::string_view(buffer, static_cast<std::size_t>(count))) {
      if (c == '\n') {
        obey(control_line_);
        control_line_.clear();
      } else {
        control_line_ += c;
      }
    }
  }
}

void Program::obey(const std::string& line) {
  std::stringstream words(line);
  std::string command, argument;
  words >> command >> argument;
  const double number = std::atof(argument.c_str());
  const auto seconds_or = [&](double otherwise) { return static_cast<std::int64_t>((argument.empty() ? otherwise : number) * 1000); };
  const auto code = static_cast<std::uint32_t>(std::strtoul(argument.c_str(), nullptr, 16));
  if (command == "drop") go_offline(500);
  if (command == "offline") go_offline(seconds_or(5));
  if (command == "miss-finish") miss_finish_ms_ = seconds_or(3);
  if (command == "restart") printer_.power_cycle(), go_offline(1000);
  if (command == "refuse") printer_.refuse_next(code);
  if (command == "fail") printer_.fail_at(static_cast<int>(number));
  if (command == "cancel") printer_.cancel(now_ms());
  if (command == "pause") printer_.pause(code);
  if (command == "resume") printer_.resume();
  if (command == "duplicate") printer_.set_duplicates(argument != "off");
  if (command == "silent") printer_.set_silent(argument != "off");
  fmt::print("{} -> {}\n", line, printer_.state());
  std::fflush(stdout);
}

int Program::run() {
  control_ = ::open((options_.folder + "/control").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  broker_.start();
  while (!stopping) {
    if (!broker_.running() && now_ms() >= broker_back_ms_) broker_.start();
    if (broker_.running() && !broker_.alive() && !announced_) return 3;   // its port was taken: `up` tries another
    if (broker_.running()) loop_connection(); else ::usleep(20'000);
    read_control();
    if (miss_finish_ms_ >= 0 && printer_.about_to_finish(now_ms())) {
      go_offline(miss_finish_ms_);
      miss_finish_ms_ = -1;
    }
    send(printer_.step(now_ms()));
  }
  broker_.stop();
  if (handle_ != nullptr) mosquitto_destroy(handle_);
  return 0;
}

}  // namespace
}  // namespace layerline::simulator

int main(int count, char** arguments) {
  for (const int signal_number : {SIGTERM, SIGINT}) ::signal(signal_number, [](int) { layerline::simulator::stopping = true; });
  mosquitto_lib_init();
  const int result = layerline::simulator::Program(layerline::simulator::parse(count, arguments)).run();
  mosquitto_lib_cleanup();
  return result;
}
