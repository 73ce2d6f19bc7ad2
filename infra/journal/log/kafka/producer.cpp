#include "infra/journal/log/kafka/producer.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <utility>

#include "infra/journal/log/kafka/limits.hpp"

namespace layerline::journal::kafka {
namespace {

// Where the outcome of one record goes. It lives as long as its append() waits.
struct Slot {
  AppendResult result{};
  std::size_t* open = nullptr;      // outcomes that this append() still waits for
};

std::size_t partitions_of(std::span<const Append> records) {
  std::size_t count = 0;
  for (const Append& record : records) count = std::max<std::size_t>(count, record.partition + std::size_t{1});
  return count;
}

// Of one record, while its append() polls.
void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  Slot& slot = *static_cast<Slot*>(message->_private);
  --*slot.open;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0) {
    slot.result = {AppendResult::Kind::stored, static_cast<std::uint64_t>(message->offset)};
    return;
  }
  // A broker that has dropped a repeat does not say where the record is, so even a success can be without an offset.
  const bool never = message->err != RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
  slot.result = {never ? AppendResult::Kind::not_sent : AppendResult::Kind::unknown, 0};
}

}  // namespace

std::expected<std::unique_ptr<Producer>, std::string> Producer::open(const KafkaAddress& address, const KafkaOptions& options,
                                                                     Health& health) {
  auto handle = open_producer(address, options, health,
                              {{"enable.idempotence", "true"},
                               {"acks", "all"},
                               {"max.in.flight.requests.per.connection", "5"},
                               {"linger.ms", "0"},
                               {"compression.codec", "none"},
                               {"message.timeout.ms", std::to_string(append_timeout_ms)},
                               {"request.timeout.ms", std::to_string(acknowledge_timeout_ms)},
                               {"message.max.bytes", std::to_string(message_max_bytes)},
                               // The bytes are the caller's: a request that outlives its append() must hold a copy.
                               {"message.copy.max.bytes", std::to_string(message_max_bytes)},
                               {"queue.buffering.max.messages", "10000000"},
                               {"queue.buffering.max.kbytes", "2097151"}},
                              on_delivery);
  if (!handle) return std::unexpected(std::move(handle.error()));
  Topic topic = open_topic(*handle, address.topic);
  if (topic == nullptr) return std::unexpected(std::string("the topic can't be opened"));
  // Else librdkafka learns of the topic by the first record, and holds it back for a second.
  static_cast<void>(query_metadata(*handle, topic, query_timeout_ms));
  return std::unique_ptr<Producer>(new Producer(health, std::move(*handle), std::move(topic)));
}

std::vector<AppendResult> Producer::append(std::span<const Append> records) {
  std::size_t open = 0;
  std::vector<Slot> slots(records.size());
  std::vector<bool> refused(partitions_of(records), false);    // by partition: what follows a record that was refused must not overtake it
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Append& record = records[i];
    slots[i] = {{AppendResult::Kind::not_sent, 0}, &open};
    if (refused[record.partition]) continue;
    ++open;
    // Without RD_KAFKA_MSG_F_COPY and _FREE librdkafka does not touch the bytes, whatever its signature says.
    char* bytes = const_cast<char*>(record.bytes.data());
    const int status = rd_kafka_produce(topic_.get(), static_cast<std::int32_t>(record.partition), 0, bytes, record.bytes.size(), nullptr,
                                        0, &slots[i]);
    if (status == 0) continue;
    --open;
    refused[record.partition] = true;
    health_.report(std::string("append refused: ") + rd_kafka_err2str(rd_kafka_last_error()));
  }
  wait_for(open);
  std::vector<AppendResult> results;
  results.reserve(records.size());
  for (const Slot& slot : slots) results.push_back(slot.result);
  const bool any = std::ranges::any_of(results, [](const AppendResult& result) { return result.kind == AppendResult::Kind::stored; });
  if (any) health_.good();
  return results;
}

// Until librdkafka has said of each record what became of it: before that its bytes may not go.
void Producer::wait_for(const std::size_t& open) const {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(append_timeout_ms + append_grace_ms);
  while (open > 0) {
    rd_kafka_poll(handle_.get(), append_poll_ms);
    if (Clock::now() > deadline) rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

bool Producer::is_broken() const {
  std::array<char, 1> unused{};
  return rd_kafka_fatal_error(handle_.get(), unused.data(), unused.size()) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace layerline::journal::kafka
