#include "infra/kafka/committed.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <chrono>

#include "infra/kafka/limits.hpp"

namespace layerline::kafka {
namespace {

using journal::kafka::Handle;
using journal::kafka::Message;
using journal::kafka::Queue;
using journal::kafka::Topic;

constexpr std::size_t batch_records = 1'000;

// Partitions that deliver into one queue; stopped when it goes.
class Reading {
 public:
  explicit Reading(const Handle& handle) : handle_(handle), queue_(rd_kafka_queue_new(handle.get())) {}
  ~Reading() {
    for (const auto& [topic, partition] : started_) rd_kafka_consume_stop(topic.get(), partition);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  [[nodiscard]] std::expected<void, std::string> start(const Place& place) {
    Topic topic = journal::kafka::open_topic(handle_, place.topic);
    const auto partition = static_cast<std::int32_t>(place.partition);
    if (rd_kafka_consume_start_queue(topic.get(), partition, static_cast<std::int64_t>(place.offset), queue_.get()) != 0) {
      return std::unexpected(fmt::format("{} can't be read: {}", place.topic, rd_kafka_err2str(rd_kafka_last_error())));
    }
    started_.emplace_back(std::move(topic), partition);
    return {};
  }
  [[nodiscard]] const Queue& queue() const { return queue_; }
  [[nodiscard]] std::size_t partitions() const { return started_.size(); }

 private:
  const Handle& handle_;
  Queue queue_;
  std::vector<std::pair<Topic, std::int32_t>> started_;
};

std::expected<void, std::string> take(const rd_kafka_message_t& message, const CommittedReader::Consumer& consumer) {
  const std::string_view topic(message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt));
  const auto text = [](const void* bytes, std::size_t size) { return std::string_view(static_cast<const char*>(bytes), size); };
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::unexpected(fmt::format("{} can't be read: {}", topic, text(message.payload, message.len)));
  }
  consumer({topic, text(message.key, message.key_len), text(message.payload, message.len)});
  return {};
}

}  // namespace

std::expected<std::unique_ptr<CommittedReader>, std::string> CommittedReader::open(const std::string& bootstrap,
                                                                                   const journal::KafkaOptions& options) {
  std::unique_ptr<CommittedReader> reader(new CommittedReader(options));
  auto handle = journal::kafka::open_consumer({bootstrap, {}}, options, reader->health_,
                                              {{"isolation.level", "read_committed"},
                                               {"enable.partition.eof", "true"},
                                               {"fetch.wait.max.ms", std::to_string(limits::committed_fetch_wait.count())}});
  if (!handle) return std::unexpected(std::move(handle.error()));
  reader->handle_ = std::move(*handle);
  return reader;
}

std::expected<void, std::string> CommittedReader::read_to_end(std::span<const Place> from, const Consumer& consumer) {
  Reading reading(handle_);
  for (const Place& place : from) {
    if (auto started = reading.start(place); !started) return started;
  }
  using Clock = std::chrono::steady_clock;
  std::size_t ended = 0;
  for (auto heard = Clock::now(); ended < reading.partitions();) {
    const auto messages = journal::kafka::receive(reading.queue(), batch_records, static_cast<int>(limits::wait_time.count()));
    for (const Message& message : messages) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
      else if (auto taken = take(*message, consumer); !taken) return taken;
    }
    if (!messages.empty()) heard = Clock::now();
    if (Clock::now() - heard > limits::silence_time) {
      return std::unexpected(fmt::format("the brokers did not answer in {} ms", limits::silence_time.count()));
    }
  }
  return {};
}

std::expected<std::vector<Place>, std::string> CommittedReader::ends(const std::string& topic, std::uint32_t partitions) {
  const auto offsets =
      journal::kafka::query_offsets(handle_, topic, journal::kafka::Edge::end, 0, partitions, static_cast<int>(limits::query_time.count()));
  if (!offsets) return std::unexpected(offsets.error());
  std::vector<Place> places;
  for (std::uint32_t partition = 0; partition < partitions; ++partition) places.push_back({topic, partition, (*offsets)[partition]});
  return places;
}

}  // namespace layerline::kafka
