// The farm between the journal and the printers' sessions: facts tell which printers there are and what each was given;
// what the sessions see goes back as commands, in order, each once. Of several farms one is on duty: it alone is connected. The next one
// learns from the facts what the printers were given, and from the printers how far they are.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "infra/blob/blob_store.hpp"
#include "workers/effects/effect_worker.hpp"
#include "workers/printer/printer_worker.hpp"
#include "workers/printer/telemetry.hpp"

namespace layerline::printer {

// Whether this farm is the one on duty; nothing while that is not known: then it goes on as it was.
using OnDuty = std::function<std::optional<bool>()>;
using OnTelemetry = std::function<void(const Telemetry&)>;   // must be quick

class Farm {
 public:
  Farm(app::Commands& commands, const blob::BlobStore& blobs, OnDuty on_duty = [] { return std::optional(true); },
       OnTelemetry on_telemetry = [](const Telemetry&) {});
  ~Farm() { stop(); }
  Farm(const Farm&) = delete;
  Farm& operator=(const Farm&) = delete;

  static const std::vector<std::string>& fact_types();
  void fold(const app::Fact& fact);            // from the first fact on; on the follower's thread

  void start();                                // connects every printer when it is its turn, with what the journal believes of it
  void stop();
  [[nodiscard]] bool is_connected() const;

  // Starting and stopping prints, as effects.
  [[nodiscard]] std::map<effects::Action, effects::Perform> print_effects();

 private:
  struct Known {
    std::string workshop;
    PrinterConfig config;
  };
  struct Dispatched {
    std::string workshop;
    std::string printer;                       // key of printers_
    std::string blob;
    std::string effect;                        // that starts it
    bool attempted = false;                    // by whichever process: the printer may have it
    std::int64_t slot = 0;
    std::int64_t print_ms = 0;
    std::int64_t plate = 1;
    RunningAttempt belief;
  };
  struct Report {
    std::string workshop;
    std::string key;                           // idempotency
    Command command;
  };

  [[nodiscard]] std::optional<RunningAttempt> belief_of(const std::string& printer) const;
  void end(const std::string& job, const std::string& by);
  [[nodiscard]] Command start_print(const effects::OpenEffect& effect);
  [[nodiscard]] Command stop_print(const effects::OpenEffect& effect);
  void observe(const Observation& observation);
  void note_shown(const std::string& printer, const PrinterState& state);
  void tell_all();
  void keep_watch();
  void connect();
  void disconnect();

  app::Commands& commands_;
  const blob::BlobStore& blobs_;
  const OnDuty on_duty_;
  const OnTelemetry on_telemetry_;
  mutable std::mutex mutex_;                   // guards the next seven
  std::uint64_t session_ = 0;                  // of the connections; larger at each time that they are made
  std::set<std::string> shown_;                // keys of the printers that show what they do now
  std::map<std::string, Known> printers_;      // "<workshop>/<printer>"
  std::map<std::string, Dispatched> jobs_;     // without an end
  std::deque<Report> reports_;
  std::shared_ptr<PrinterConnections> connections_;   // while it is on duty; its calls only enqueue
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread teller_;
  std::thread watch_;
};

// What an observation of a printer's session means to the owner; nothing for what is not the journal's business. Pure.
[[nodiscard]] std::optional<Command> command_of(const Observation& observation, const std::string& printer_id);

}  // namespace layerline::printer
