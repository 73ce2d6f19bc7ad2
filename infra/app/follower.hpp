// Follows the journal and hands every accepted event, in order per partition and per workshop, to those who act on them: access, timers,
// effects, printers.
// From the first record at every start, so that what they know is always the fold of the log. One thread; subscribers must be quick.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/log.hpp"
#include "infra/journal/reader.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline::app {

struct Fact {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::int64_t time_ms = 0;
  const std::string& workshop;
  const std::string& stream;
  const std::string& type;             // "quote.approved"
  const events::Event& event;          // personal data in clear
  bool live = false;                   // false while the past is read at the start
};

class Follower {
 public:
  using Subscriber = std::function<void(const Fact&)>;
  // Which event types anybody wants: the others are not even decoded.
  Follower(journal::Log& log, crypto::KeyVault& keys, std::vector<std::string> types);
  ~Follower() { stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void subscribe(Subscriber subscriber) { subscribers_.push_back(std::move(subscriber)); }
  // A workshop goes on in this partition, from the next fact on.
  using Arrival = std::function<void(const std::string& workshop, std::uint32_t partition)>;
  void on_arrival(Arrival arrival) { arrival_ = std::move(arrival); }

  // Reads the past on the calling thread, then goes on on its own.
  [[nodiscard]] std::expected<void, journal::ReadStop> start();
  void stop();

  // Blocks until everything up to `offset` of the partition was handed out; false on timeout.
  [[nodiscard]] bool wait_for(std::uint32_t partition, std::uint64_t offset, std::int64_t timeout_ms);
  // Why it stopped by itself; empty while it runs.
  [[nodiscard]] std::string trouble() const;

 private:
  [[nodiscard]] std::expected<std::size_t, journal::ReadStop> read_all(bool live);
  void hand_out(const journal::Commit& commit, std::uint64_t offset, std::uint32_t partition, bool live);
  void run();

  journal::Log& log_;
  crypto::KeyVault& keys_;
  const std::vector<std::string> types_;       // sorted
  std::vector<Subscriber> subscribers_;
  Arrival arrival_;
  std::vector<journal::Reader> readers_;
  events::Event event_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  mutable std::mutex mutex_;                   // guards the next two
  std::vector<std::uint64_t> passed_;          // per partition, the next offset
  std::string trouble_;
  std::condition_variable moved_;
};

}  // namespace layerline::app
