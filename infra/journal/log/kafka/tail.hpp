// The newest records of all partitions in memory, filled by one thread that follows the topic.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/journal/log/log.hpp"

namespace layerline::journal::kafka {

// What a read found in memory.
struct TailRead {
  enum class Kind { found, at_end, older, failed };
  Kind kind = Kind::at_end;
  std::vector<StoredRecord> records = {};        // found
  std::uint64_t kept_from = 0;                   // older: the first offset that is in memory, or will be
  LogError error = {};                           // failed
};

// All but open() and the destructor: any thread.
class Tail {
 public:
  // Follows from the end of each partition on, as it is now. All of the arguments outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<Tail>, std::string> open(const KafkaAddress& address, const KafkaOptions& options,
                                                                              Health& health, std::uint32_t partitions);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  // Waits, bounded, for a record that is known to be there.
  [[nodiscard]] TailRead read(std::uint32_t partition, std::uint64_t from, std::size_t limit) const;

  // What this process has appended is there for its readers at once, without the way through the brokers. With the results of each.
  void appended(std::span<const Append> records, std::span<const AppendResult> results);
  // The log is known to reach so far: the next offset of the partition.
  void reaches(std::uint32_t partition, std::uint64_t end);
  [[nodiscard]] std::uint64_t known_end(std::uint32_t partition) const;
  [[nodiscard]] std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const;
  void wake();
  // Where the partitions end, as somebody else has heard now and then: whether they go on here as well.
  void look_after(std::span<const std::uint64_t> ends);

 private:
  // The records [begin, begin + records.size()), and how far the log is known to reach.
  struct Ring {
    std::uint64_t begin = 0;
    std::deque<std::string> records = {};
    std::deque<std::string> ahead = {};          // own records behind a gap that others' records will close
    std::uint64_t ahead_begin = 0;
    std::uint64_t known_end = 0;
    std::optional<LogError> broken = {};
    int range_checks = 0;                        // tail thread only
    std::uint64_t looked_end = 0;                // at the last look_after()
    int stalls = 0;
    [[nodiscard]] std::uint64_t end() const { return begin + records.size(); }
  };
  struct Arrival {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::string bytes = {};
  };

  Tail(const KafkaAddress& address, const KafkaOptions& options, Health& health) : address_(address), options_(options), health_(health) {}
  [[nodiscard]] std::expected<void, std::string> connect();
  void disconnect();
  [[nodiscard]] bool start(std::uint32_t partition, std::uint64_t offset);
  void run();
  void keep(std::vector<Arrival>& arrivals);
  void keep(Arrival& arrival);
  void keep_own(std::uint32_t partition, std::uint64_t offset, std::string_view bytes);
  void push(std::uint32_t partition, std::string bytes);
  void drop_oldest();
  void raise_end(Ring& ring, std::uint64_t end);
  void on_error(const rd_kafka_message_s& message);
  void check_range(std::uint32_t partition);
  void begin_anew();
  [[nodiscard]] std::uint64_t end_of(std::uint32_t partition) const;
  [[nodiscard]] std::expected<std::uint64_t, std::string> offset(std::uint32_t partition, Edge edge) const;
  void give_up(std::uint32_t partition, std::string reason);

  const KafkaAddress& address_;
  const KafkaOptions& options_;
  Health& health_;
  Handle handle_;                                // with the next two: of the tail thread, once it runs
  Topic topic_;
  Queue queue_;
  std::atomic<bool> stalled_ = false;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;                     // guards all below but the thread
  mutable std::condition_variable changed_;
  std::vector<Ring> rings_;
  std::deque<std::uint32_t> order_;              // the partition of each record in memory, oldest first
  std::size_t bytes_ = 0;                        // of all rings
  std::uint64_t appended_ = 0;                   // records that the log is known to have got since open()
  std::uint64_t wakes_ = 0;
  std::thread thread_;
};

}  // namespace layerline::journal::kafka
