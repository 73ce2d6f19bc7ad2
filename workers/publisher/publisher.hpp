// Follows the journal and publishes what the world outside may know: public events and the position in one Kafka transaction, so that
// each is there exactly once for readers of committed records. A thread of its own; the brokers may be away at any time.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "infra/journal/log/log.hpp"
#include "workers/publisher/session.hpp"

namespace layerline::publisher {

class Publisher {
 public:
  // It takes no keys: what is sealed is never published. The log must outlive it. Of several publishers with one prefix one works.
  Publisher(const journal::Log& log, Target target);
  ~Publisher() { stop(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void start();
  void stop();                                   // a transaction that has begun is ended first

  // Why nothing is being published now; empty while it works.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] Counts counts() const;
  // Everything that the journal held at the last look is published.
  [[nodiscard]] bool caught_up() const { return caught_up_; }

 private:
  void run();
  [[nodiscard]] std::expected<void, kafka::Broken> work(Session& session);
  [[nodiscard]] std::expected<void, kafka::Broken> write(Session& session);
  void note(std::string trouble);
  void pause(std::int64_t ms) const;

  const journal::Log& log_;
  const Target target_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> caught_up_ = false;
  Counts working_counts_;                        // of the thread
  std::thread thread_;
  mutable std::mutex mutex_;                     // guards the next two
  std::string trouble_ = "it has not begun";
  Counts counts_;
};

}  // namespace layerline::publisher
