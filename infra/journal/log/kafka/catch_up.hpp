// Reads what the tail no longer has in memory: streams of records from the brokers, each kept for the reader that goes on where it ended.
//
// One client ("lane") has one stream per partition; a second reader of the same partition needs a second lane.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/journal/log/log.hpp"

namespace layerline::journal::kafka {

// Any thread. All given to it outlive it.
class CatchUp {
 public:
  CatchUp(const KafkaAddress& address, const KafkaOptions& options, Health& health)
      : address_(address), options_(options), health_(health) {}
  ~CatchUp();
  CatchUp(const CatchUp&) = delete;
  CatchUp& operator=(const CatchUp&) = delete;

  // At least one record from `from` on; the caller knows that the log reaches beyond it.
  [[nodiscard]] std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from, std::size_t limit);

  // Closes what nobody reads any more.
  void close_idle();

 private:
  using Clock = std::chrono::steady_clock;
  struct Lane {
    Handle handle;
    Topic topic;
  };
  struct Cursor {
    std::uint32_t partition = 0;
    std::uint64_t next = 0;                      // offset that it will give
    Lane* lane = nullptr;
    Queue queue = {};
    Clock::time_point used = {};
    bool busy = false;                           // a thread reads it; nobody else touches it
    std::size_t bytes = 0;                       // read since the fetcher was woken
  };
  using Cursors = std::list<Cursor>;

  [[nodiscard]] std::expected<Cursors::iterator, std::string> take(std::uint32_t partition, std::uint64_t from);
  [[nodiscard]] Cursors::iterator oldest_idle(std::uint32_t partition);
  [[nodiscard]] std::expected<Lane*, std::string> free_lane(std::uint32_t partition);
  [[nodiscard]] std::expected<Lane*, std::string> open_lane();
  [[nodiscard]] std::expected<std::vector<StoredRecord>, LogError> read(Cursor& cursor, std::size_t limit);
  [[nodiscard]] LogError error_of(const Cursor& cursor, const rd_kafka_message_s& message);
  void keep_fetching(Cursor& cursor, std::size_t bytes);
  void close(Cursors::iterator cursor);

  const KafkaAddress& address_;
  const KafkaOptions& options_;
  Health& health_;
  std::mutex mutex_;                             // guards the rest; a busy cursor belongs to its reader
  std::condition_variable freed_;
  std::list<Lane> lanes_;
  Cursors cursors_;
};

}  // namespace layerline::journal::kafka
