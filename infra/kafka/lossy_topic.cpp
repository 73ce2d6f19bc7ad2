#include "infra/kafka/lossy_topic.hpp"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "infra/kafka/limits.hpp"

namespace layerline::kafka {

std::expected<std::unique_ptr<LossyTopic>, std::string> LossyTopic::open(TableAddress address, const journal::KafkaOptions& options) {
  std::unique_ptr<LossyTopic> topic(new LossyTopic(std::move(address.topic), options));
  auto handle = journal::kafka::open_producer({address.bootstrap, {}}, options, topic->health_,
                                              {{"acks", "1"},
                                               {"enable.idempotence", "false"},
                                               {"message.timeout.ms", std::to_string(limits::lossy_message_time.count())},
                                               {"queue.buffering.max.messages", std::to_string(limits::lossy_queue_messages)},
                                               {"partitioner", "murmur2_random"}}, nullptr);
  if (!handle) return std::unexpected(std::move(handle.error()));
  topic->handle_ = std::move(*handle);
  return topic;
}

void LossyTopic::send(const std::string& key, const std::string& value, std::int64_t time_ms) {
  rd_kafka_vu_t fields[5] = {};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = topic_.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_KEY;
  fields[1].u.mem = {const_cast<char*>(key.data()), key.size()};       // copied: librdkafka's C has no const here
  fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[2].u.mem = {const_cast<char*>(value.data()), value.size()};
  fields[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[3].u.i64 = time_ms;
  fields[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[4].u.i = RD_KAFKA_MSG_F_COPY;
  // An error is a full queue: the brokers are away, and others report that.
  if (rd_kafka_error_t* error = rd_kafka_produceva(handle_.get(), fields, 5)) rd_kafka_error_destroy(error);
  journal::kafka::serve_events(handle_);
}

}  // namespace layerline::kafka
