// A topic for what is worth nothing when it is late: a record waits a little for the brokers, then it is dropped.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/kafka/table.hpp"

namespace layerline::kafka {

class LossyTopic {
 public:
  // Does not wait for brokers, and does not make the topic. Fails on settings that librdkafka refuses.
  [[nodiscard]] static std::expected<std::unique_ptr<LossyTopic>, std::string> open(TableAddress address,
                                                                                    const journal::KafkaOptions& options = {});
  // Returns at once; what does not fit in the queue is dropped. One thread at a time.
  void send(const std::string& key, const std::string& value, std::int64_t time_ms);

 private:
  LossyTopic(std::string topic, const journal::KafkaOptions& options) : topic_(std::move(topic)), health_(options.report) {}

  const std::string topic_;
  journal::kafka::Health health_;
  journal::kafka::Handle handle_;
};

}  // namespace layerline::kafka
