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

namespace layerline::effects {

struct OpenEffect {
  std::string workshop;
  std::string id;
  std::int64_t attempt = 0;                 // the number of this attempt, from 1
  events::EffectRequested request;          // personal data in clear
};

// What the owner is told afterwards: FinishEffect, or the command that carries the result.
using Perform = std::function<Command(const OpenEffect&)>;
using Action = events::EffectRequested::ActionCase;

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
    OpenEffect effect;                      // effect.attempt: attempts made so far
    std::string holder;                     // the process that made the last one, as long as it has no outcome
    std::int64_t due_ms = 0;
    bool parked = false;
    bool running = false;
  };
  void run();
  [[nodiscard]] std::optional<OpenEffect> take();
  [[nodiscard]] bool is_free(const Entry& entry, std::int64_t now_ms) const;
  [[nodiscard]] bool still_ours(const OpenEffect& effect);
  void perform(const OpenEffect& effect);
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
