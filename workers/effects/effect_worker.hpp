// Performs effects: takes an open one, has the owner record the attempt, performs it, and tells the outcome as a command.
// An attempt that a crash cut off is made again with the next number; the effect's id stays its idempotency key outside.
// Of several workers the owner gives each attempt to one; the others leave the effect to it for as long as its process lives.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "infra/app/commands.hpp"
#include "infra/app/follower.hpp"
#include "infra/circuit/circuits.hpp"

namespace layerline::effects {

struct OpenEffect {
  std::string workshop = {};
  std::string id = {};
  std::int64_t attempt = 0;                 // the number of this attempt, from 1
  std::int64_t in_doubt_since_ms = 0;       // an earlier attempt of then may have done it; 0: none has
  events::EffectRequested request = {};     // personal data in clear
};

// What the owner is told afterwards: FinishEffect, or the command that carries the result. And how the outside service was found.
struct Performed {
  Performed(Command told) : command(std::move(told)) {}   // NOLINT: who calls no service returns the command alone
  Performed(Command told, circuit::Ending found) : command(std::move(told)), service(std::move(found)) {}
  Command command;
  circuit::Ending service = circuit::NotCalled{};
};
using Perform = std::function<Performed(const OpenEffect&)>;
using Action = events::EffectRequested::ActionCase;

// The outside service that an effect calls; none: it calls none.
using ServiceOf = std::function<std::optional<circuit::Name>(const OpenEffect&)>;

// What a worker knows of the processes beside its own. Any thread; alone there are none.
struct Colleagues {
  std::string process = "alone";                                        // the id of this start of this process
  std::function<bool(const std::string& process)> lives = [](const std::string&) { return false; };
  std::function<bool()> in_touch = [] { return true; };                 // false: the others may take this process for dead
};

struct WorkerOptions {
  std::string name = {};                                                // of the kind: "slicer", "notifier"
  std::size_t threads = 1;
  Colleagues colleagues = {};
  std::function<bool()> on_duty = [] { return true; };                  // false: takes nothing new now
  circuit::Circuits* circuits = nullptr;                                // of the services that it calls
  ServiceOf service_of = [](const OpenEffect&) { return std::nullopt; };
  std::function<std::int64_t()> now_ms = circuit::clock_ms;             // since 1970: when an effect is due
};

class EffectWorker {
 public:
  EffectWorker(app::Commands& commands, std::map<Action, Perform> handlers, WorkerOptions options);
  ~EffectWorker() { stop(); }
  EffectWorker(const EffectWorker&) = delete;
  EffectWorker& operator=(const EffectWorker&) = delete;

  // To be given every fact of these types, from the first on; on the follower's thread.
  static const std::vector<std::string>& fact_types();
  void fold(const app::Fact& fact);

  void start();
  void stop();

 private:
  struct Entry {
    OpenEffect effect = {};                 // effect.attempt: attempts made so far
    std::string holder = {};                // the process that made the last one, as long as it has no outcome
    std::int64_t due_ms = 0;
    bool parked = false;
    bool running = false;
    std::int64_t attempted_ms = 0;          // of the last attempt, as long as it has no outcome
    std::uint64_t answers = 0;              // of its service, when it failed last
  };
  struct Taken {
    OpenEffect effect;
    std::optional<circuit::Call> call;
  };
  void run();
  [[nodiscard]] std::optional<Taken> take();
  [[nodiscard]] std::optional<Taken> choose(std::int64_t now_ms);
  [[nodiscard]] std::optional<Taken> try_take(Entry& entry);
  [[nodiscard]] bool is_free(const Entry& entry, std::int64_t now_ms) const;
  [[nodiscard]] bool still_ours(const OpenEffect& effect);
  void perform(Taken& taken);
  [[nodiscard]] Command result(Taken& taken, Performed performed);
  [[nodiscard]] app::Outcome tell(const OpenEffect& effect, std::string_view step, Command command);
  void rest(const std::string& id, std::int64_t due_ms);

  app::Commands& commands_;
  const std::map<Action, Perform> handlers_;
  const WorkerOptions options_;
  const std::string worker_;                // in the journal: "slicer@<process>"
  std::vector<std::thread> threads_;
  std::mutex mutex_;                        // guards the next two
  std::map<std::string, Entry> entries_;    // by effect id: the oldest first
  bool stopping_ = false;
  std::condition_variable changed_;
};

}  // namespace layerline::effects
