// What the parts of this driver share: librdkafka's handles, closed by themselves, and whether the brokers answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/journal/log/kafka/kafka_log.hpp"

struct rd_kafka_s;
struct rd_kafka_topic_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace layerline::journal::kafka {

struct Closer {
  void operator()(rd_kafka_s* handle) const;
  void operator()(rd_kafka_topic_s* topic) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_message_s* message) const;
};
using Handle = std::unique_ptr<rd_kafka_s, Closer>;
using Topic = std::unique_ptr<rd_kafka_topic_s, Closer>;
using Queue = std::unique_ptr<rd_kafka_queue_s, Closer>;
using Message = std::unique_ptr<rd_kafka_message_s, Closer>;

using Settings = std::vector<std::pair<std::string, std::string>>;

// Whether the brokers answer, and since when they do not. Any thread.
class Health {
 public:
  explicit Health(std::function<void(std::string_view)> report) : report_(std::move(report)) {}
  void good();
  void failed(std::string_view why);
  void report(std::string_view line) const;                     // to whoever listens
  [[nodiscard]] std::string trouble() const;                    // empty: none
  [[nodiscard]] std::int64_t quiet_ms() const;                  // since the last good()

 private:
  using Clock = std::chrono::steady_clock;
  const std::function<void(std::string_view)> report_;
  mutable std::mutex mutex_;                                    // guards the rest
  Clock::time_point last_good_ = Clock::now();
  Clock::time_point since_{};
  std::string why_;
};

// Called for each record that has its outcome, by whoever polls.
using OnDelivery = void (*)(rd_kafka_s*, const rd_kafka_message_s*, void*);

// A client of the address; health outlives it. Later settings win, and those of the options come last.
[[nodiscard]] std::expected<Handle, std::string> open_producer(const KafkaAddress& address, const KafkaOptions& options, Health& health,
                                                               Settings settings, OnDelivery on_delivery);
[[nodiscard]] std::expected<Handle, std::string> open_consumer(const KafkaAddress& address, const KafkaOptions& options, Health& health,
                                                               Settings settings);
// Calls back with errors that came up; each client needs it now and then.
void serve_events(const Handle& handle);
[[nodiscard]] Topic open_topic(const Handle& handle, const std::string& name);

enum class Edge { begin, end };
// The first offset that is there, or the one that the next record will have, of the partitions [first, first + count). Tries again until
// the time is over.
using Offsets = std::vector<std::uint64_t>;
[[nodiscard]] std::expected<Offsets, std::string> query_offsets(const Handle& handle, const std::string& topic, Edge edge,
                                                                std::uint32_t first, std::uint32_t count, int timeout_ms);

struct Metadata {
  std::uint32_t brokers = 0;
  std::uint32_t partitions = 0;          // 0: the topic is not there
  std::uint32_t replication = 0;
  std::string trouble = {};              // of the topic or a partition, such as one without a leader
};
[[nodiscard]] std::expected<Metadata, std::string> query_metadata(const Handle& handle, const Topic& topic, int timeout_ms);
// As query_metadata, but fails without the topic. One that was just made is not known to every broker yet, so it asks for a while.
[[nodiscard]] std::expected<Metadata, std::string> find_topic(const Handle& handle, const Topic& topic, const KafkaAddress& address);

// What is there, up to `limit`; waits for the first one only.
[[nodiscard]] std::vector<Message> receive(const Queue& queue, std::size_t limit, int timeout_ms);

}  // namespace layerline::journal::kafka
