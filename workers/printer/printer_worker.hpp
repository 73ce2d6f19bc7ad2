// The thin shell around the sessions: one Asio thread speaks MQTT with every configured printer, a few threads upload.
// All members may be called from any thread. Observations are handed out on the Asio thread, in order per printer; the handler
// should enqueue and return. After the destructor nothing is called any more.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/kernel/types.hpp"
#include "workers/printer/attempt.hpp"
#include "workers/printer/observation.hpp"
#include "workers/printer/telemetry.hpp"

namespace layerline::printer {

struct PrinterConfig {
  std::string id;
  std::string host;
  std::string serial;                     // exact: it is the topic and the certificate's common name
  Secret<std::string> access_code;
  std::uint16_t mqtt_port = 8883;
  std::uint16_t ftps_port = 990;
  std::optional<std::string> pin;         // "sha256//<base64>" of the key; without one, the first key shown is required from then on
  std::string url_scheme = "ftp://";
  std::uint64_t session = 0;              // fencing token: larger with every start of this process
};

class PrinterConnections {
 public:
  // `on_telemetry` gets a sample of each printer that reports, every limits::telemetry_every_ms; on the Asio thread as well.
  explicit PrinterConnections(std::function<void(const Observation&)> on_observation,
                              std::function<void(const Telemetry&)> on_telemetry = [](const Telemetry&) {});
  ~PrinterConnections();
  PrinterConnections(const PrinterConnections&) = delete;
  PrinterConnections& operator=(const PrinterConnections&) = delete;

  // Starts connecting, with what the journal believes about a running attempt. A printer of the same id is replaced.
  void add(PrinterConfig config, std::optional<RunningAttempt> belief = std::nullopt);
  void remove(std::string id);
  // Uploads and starts. Refusals come as FailedToStart; an unknown printer refuses as not ready.
  void start_print(PrintRequest request);
  void stop_print(std::string id);
  void believe(std::string id, std::optional<RunningAttempt> belief);

 private:
  class Shell;
  std::unique_ptr<Shell> shell_;
};

}  // namespace layerline::printer
