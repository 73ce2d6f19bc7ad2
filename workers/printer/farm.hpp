// The farm between the journal and the printers' sessions: facts tell which printers there are and what each was given;
// what the sessions see goes back as commands, in order, each once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "infra/blob/blob_store.hpp"
#include "workers/effects/effect_worker.hpp"
#include "workers/printer/printer_worker.hpp"

namespace layerline::printer {

class Farm {
 public:
  // `session` fences: larger at every start of the process.
  Farm(app::Commands& commands, const blob::BlobStore& blobs, std::uint64_t session);
  ~Farm() { stop(); }
  Farm(const Farm&) = delete;
  Farm& operator=(const Farm&) = delete;

  static const std::vector<std::string>& fact_types();
  void fold(const app::Fact& fact);            // from the first fact on; on the follower's thread

  void start();                                // connects every printer, with what the journal believes of it
  void stop();

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
    std::int64_t slot = 0;
    std::int64_t print_ms = 0;
    RunningAttempt belief;
  };
  struct Report {
    std::string workshop;
    std::string key;                           // idempotency
    Command command;
  };

  [[nodiscard]] std::optional<RunningAttempt> belief_of(const std::string& printer) const;
  [[nodiscard]] Command start_print(const effects::OpenEffect& effect);
  [[nodiscard]] Command stop_print(const effects::OpenEffect& effect);
  void observe(const Observation& observation);
  void tell_all();

  app::Commands& commands_;
  const blob::BlobStore& blobs_;
  const std::uint64_t session_;
  std::mutex mutex_;                           // guards the next five
  std::map<std::string, Known> printers_;      // "<workshop>/<printer>"
  std::map<std::string, Dispatched> jobs_;     // without an end
  std::deque<Report> reports_;
  bool live_ = false;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::unique_ptr<PrinterConnections> connections_;
  std::thread teller_;
};

// What an observation of a printer's session means to the owner; nothing for what is not the journal's business. Pure.
[[nodiscard]] std::optional<Command> command_of(const Observation& observation, const std::string& printer_id);

}  // namespace layerline::printer
