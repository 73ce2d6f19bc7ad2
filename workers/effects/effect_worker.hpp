// Performs effects: takes an open one, has the owner record the attempt, performs it, and tells the outcome as a command.
// An attempt that a crash cut off is made again with the next number; the effect's id stays its idempotency key outside.
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

class EffectWorker {
 public:
  // `name` tells the workers apart in the journal: "slicer", "notifier".
  EffectWorker(app::Commands& commands, std::string name, std::map<Action, Perform> handlers, std::size_t threads);
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
    std::int64_t due_ms = 0;
    bool parked = false;
    bool running = false;
  };
  void run();
  [[nodiscard]] std::optional<OpenEffect> take();
  void perform(const OpenEffect& effect);
  [[nodiscard]] app::Outcome tell(const OpenEffect& effect, std::string_view step, Command command);
  void rest(const std::string& id, std::int64_t due_ms);

  app::Commands& commands_;
  const std::string name_;
  const std::map<Action, Perform> handlers_;
  const std::size_t thread_count_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;                        // guards the next two
  std::map<std::string, Entry> entries_;    // by effect id: the oldest first
  bool stopping_ = false;
  std::condition_variable changed_;
};

}  // namespace layerline::effects
