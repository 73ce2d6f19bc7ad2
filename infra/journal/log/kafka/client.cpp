#include "infra/journal/log/kafka/client.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <span>
#include <thread>

#include "infra/journal/log/kafka/limits.hpp"

namespace layerline::journal::kafka {
namespace {

Health& health_of(void* opaque) { return *static_cast<Health*>(opaque); }

void on_log(const rd_kafka_t* handle, int, const char* facility, const char* line) {
  health_of(rd_kafka_opaque(handle)).report(fmt::format("{}: {}", facility, line));
}

void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) health_of(opaque).failed(reason);
  health_of(opaque).report(fmt::format("{}: {}", rd_kafka_err2name(code), reason));
}

struct ConfCloser {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};

struct PartitionsCloser {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};

std::expected<Handle, std::string> open_handle(rd_kafka_type_t type, const Settings& settings, Health& health, OnDelivery on_delivery) {
  std::unique_ptr<rd_kafka_conf_t, ConfCloser> conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
      return std::unexpected(std::string(why.data()));
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), &health);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  Handle handle(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (handle == nullptr) return std::unexpected(std::string(why.data()));
  static_cast<void>(conf.release());             // the handle owns it now
  return handle;
}

Settings common_settings(const KafkaAddress& address) {
  return {{"bootstrap.servers", address.bootstrap},
          {"client.id", "layerline"},
          {"socket.nagle.disable", "true"},
          {"socket.timeout.ms", std::to_string(answer_timeout_ms)},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", std::to_string(reconnect_pause_max_ms)},
          {"topic.metadata.refresh.fast.interval.ms", "100"},
          {"allow.auto.create.topics", "false"}};
}

void add(Settings& settings, const Settings& more) { settings.insert(settings.end(), more.begin(), more.end()); }

}  // namespace

void Closer::operator()(rd_kafka_s* handle) const { rd_kafka_destroy(handle); }
void Closer::operator()(rd_kafka_topic_s* topic) const { rd_kafka_topic_destroy(topic); }
void Closer::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void Closer::operator()(rd_kafka_message_s* message) const { rd_kafka_message_destroy(message); }

// ---------------------------------------------------------------- health

void Health::good() {
  const std::lock_guard lock(mutex_);
  last_good_ = Clock::now();
  why_.clear();
}

void Health::failed(std::string_view why) {
  const std::lock_guard lock(mutex_);
  if (why_.empty()) since_ = Clock::now();
  why_ = why;
}

void Health::report(std::string_view line) const {
  if (report_) report_(line);
}

std::string Health::trouble() const {
  const std::lock_guard lock(mutex_);
  if (why_.empty()) return {};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - since_).count();
  return fmt::format("the brokers can't be used for {} s: {}", seconds, why_);
}

std::int64_t Health::quiet_ms() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_good_).count();
}

// ---------------------------------------------------------------- clients

std::expected<Handle, std::string> open_producer(const KafkaAddress& address, const KafkaOptions& options, Health& health,
                                                 Settings settings, OnDelivery on_delivery) {
  Settings all = common_settings(address);
  add(all, settings);
  add(all, options.settings);
  return open_handle(RD_KAFKA_PRODUCER, all, health, on_delivery);
}

std::expected<Handle, std::string> open_consumer(const KafkaAddress& address, const KafkaOptions& options, Health& health,
                                                 Settings settings) {
  Settings all = common_settings(address);
  add(all, {{"enable.auto.commit", "false"},
            {"enable.auto.offset.store", "false"},
            {"auto.offset.reset", "error"},
            {"check.crcs", "true"},
            {"fetch.error.backoff.ms", "100"}});
  add(all, settings);
  add(all, options.settings);
  return open_handle(RD_KAFKA_CONSUMER, all, health, nullptr);
}

void serve_events(const Handle& handle) { rd_kafka_poll(handle.get(), 0); }

Topic open_topic(const Handle& handle, const std::string& name) { return Topic(rd_kafka_topic_new(handle.get(), name.c_str(), nullptr)); }

namespace {

// rd_kafka_query_watermark_offsets() does not end while the leader is away, whatever its timeout; this call does.
std::expected<Offsets, std::string> ask_offsets(const Handle& handle, const std::string& topic, Edge edge, std::uint32_t first,
                                                std::uint32_t count, int timeout_ms) {
  const std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsCloser> list(rd_kafka_topic_partition_list_new(static_cast<int>(count)));
  for (std::uint32_t partition = first; partition < first + count; ++partition) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<std::int32_t>(partition))->offset =
        edge == Edge::begin ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
  }
  const auto error = rd_kafka_offsets_for_times(handle.get(), list.get(), timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(std::string(rd_kafka_err2str(error)));
  Offsets offsets;
  for (const rd_kafka_topic_partition_t& found : std::span(list->elems, count)) {
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR || found.offset < 0) {
      return std::unexpected(fmt::format("partition {}: {}", found.partition, rd_kafka_err2str(found.err)));
    }
    offsets.push_back(static_cast<std::uint64_t>(found.offset));
  }
  return offsets;
}

}  // namespace

// A partition that was just made, or that changes its leader, has none for a moment.
std::expected<Offsets, std::string> query_offsets(const Handle& handle, const std::string& topic, Edge edge, std::uint32_t first,
                                                  std::uint32_t count, int timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (true) {
    auto offsets = ask_offsets(handle, topic, edge, first, count, timeout_ms);
    if (offsets || std::chrono::steady_clock::now() >= deadline) return offsets;
    std::this_thread::sleep_for(std::chrono::milliseconds(query_pause_ms));
  }
}

std::expected<Metadata, std::string> query_metadata(const Handle& handle, const Topic& topic, int timeout_ms) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(handle.get(), 0, topic.get(), &raw, timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(std::string(rd_kafka_err2str(error)));
  Metadata found{.brokers = static_cast<std::uint32_t>(raw->broker_cnt)};
  if (raw->topic_cnt == 1) {
    const rd_kafka_metadata_topic_t& its = raw->topics[0];
    if (its.err != RD_KAFKA_RESP_ERR_NO_ERROR) found.trouble = rd_kafka_err2str(its.err);
    found.partitions = static_cast<std::uint32_t>(its.partition_cnt);
    found.replication = its.partition_cnt == 0 ? 0 : ~std::uint32_t{0};
    for (const rd_kafka_metadata_partition_t& partition : std::span(its.partitions, found.partitions)) {
      found.replication = std::min(found.replication, static_cast<std::uint32_t>(partition.replica_cnt));
      if (partition.leader < 0) found.trouble = fmt::format("partition {} has no leader", partition.id);
    }
  }
  rd_kafka_metadata_destroy(raw);
  return found;
}

std::expected<Metadata, std::string> find_topic(const Handle& handle, const Topic& topic, const KafkaAddress& address) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(topic_wait_ms);
  while (true) {
    auto found = query_metadata(handle, topic, query_timeout_ms);
    if (!found) return std::unexpected(fmt::format("{} does not answer: {}", address.bootstrap, found.error()));
    if (found->partitions > 0) return found;
    if (std::chrono::steady_clock::now() >= deadline) {
      return std::unexpected(fmt::format("there is no topic {}; make it with: layerline journal create --journal {}", address.topic,
                                         journal::describe(address)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(query_pause_ms));
  }
}

// The batch call waits until the batch is full, so it only takes what is there already; it is safe as long as nobody seeks or pauses.
std::vector<Message> receive(const Queue& queue, std::size_t limit, int timeout_ms) {
  std::vector<rd_kafka_message_t*> raw(limit);
  ssize_t count = rd_kafka_consume_batch_queue(queue.get(), 0, raw.data(), limit);
  if (count <= 0 && timeout_ms > 0) {
    raw[0] = rd_kafka_consume_queue(queue.get(), timeout_ms);
    if (raw[0] == nullptr) return {};
    count = 1 + std::max<ssize_t>(0, rd_kafka_consume_batch_queue(queue.get(), 0, raw.data() + 1, limit - 1));
  }
  std::vector<Message> messages;
  messages.reserve(limit);
  for (ssize_t i = 0; i < count; ++i) messages.emplace_back(raw[static_cast<std::size_t>(i)]);
  return messages;
}

}  // namespace layerline::journal::kafka
