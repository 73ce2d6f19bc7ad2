#include "infra/journal/log/kafka/kafka_topic.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <ranges>
#include <span>
#include <thread>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/journal/log/kafka/limits.hpp"

namespace layerline::journal {
namespace {

using namespace kafka;

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;

// A client that only asks.
struct Asking {
  Health health;
  Handle handle;
  Topic topic;

  explicit Asking(const KafkaOptions& options) : health(options.report) {}
  [[nodiscard]] static std::expected<std::unique_ptr<Asking>, std::string> open(const KafkaAddress& address, const KafkaOptions& options) {
    auto asking = std::make_unique<Asking>(options);
    auto handle = open_consumer(address, options, asking->health, {});
    if (!handle) return std::unexpected(std::move(handle.error()));
    asking->handle = std::move(*handle);
    asking->topic = open_topic(asking->handle, address.topic);
    return asking;
  }
  [[nodiscard]] std::expected<Metadata, std::string> metadata(const KafkaAddress& address) const {
    auto found = query_metadata(handle, topic, query_timeout_ms);
    if (!found) return std::unexpected(fmt::format("{} does not answer: {}", address.bootstrap, found.error()));
    return found;
  }
};

// Sends one request of the admin API and waits for its answer.
template <class Send>
std::expected<Event, std::string> ask_admin(const Handle& handle, rd_kafka_admin_op_t operation, const Send& send) {
  const AdminOptions options(rd_kafka_AdminOptions_new(handle.get(), operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), admin_timeout_ms, why.data(), why.size());
  const Queue queue(rd_kafka_queue_new(handle.get()));
  send(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), admin_timeout_ms + query_timeout_ms));
  if (event == nullptr) return std::unexpected(std::string("the brokers did not answer"));
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::unexpected(std::string(rd_kafka_event_error_string(event.get())));
  }
  return event;
}

using Values = std::map<std::string, std::string, std::less<>>;

std::expected<Values, std::string> read_settings(const Handle& handle, const std::string& topic) {
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const auto event = ask_admin(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
    rd_kafka_ConfigResource_t* raw = resource.get();
    rd_kafka_DescribeConfigs(handle.get(), &raw, 1, options, queue);
  });
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  const auto resources = std::span(rd_kafka_DescribeConfigs_result_resources(result, &count), count);
  if (count != 1) return std::unexpected(std::string("the brokers described nothing"));
  if (rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* why = rd_kafka_ConfigResource_error_string(resources[0]);
    return std::unexpected(std::string(why == nullptr ? "refused" : why));
  }
  Values values;
  for (const rd_kafka_ConfigEntry_t* entry : std::span(rd_kafka_ConfigResource_configs(resources[0], &count), count)) {
    const char* value = rd_kafka_ConfigEntry_value(entry);
    values[rd_kafka_ConfigEntry_name(entry)] = value == nullptr ? "" : value;
  }
  return values;
}

// What the brokers did not say counts as dangerous: as 0, which no limit may be.
std::int64_t number(const Values& values, std::string_view name) {
  std::int64_t value = 0;
  if (const auto found = values.find(name); found != values.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  }
  return value;
}

std::string text(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? "" : found->second;
}

// A new topic is there before its partitions have leaders, and before every broker knows it; so each is asked by a client of its own.
std::expected<void, std::string> wait_until_known(const KafkaAddress& address, std::uint32_t partitions, const KafkaOptions& options) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(admin_timeout_ms);
  for (const auto& part : std::views::split(address.bootstrap, ',')) {
    const KafkaAddress broker{std::string(part.begin(), part.end()), address.topic};
    while (true) {
      const auto asking = Asking::open(broker, options);
      if (!asking) return std::unexpected(asking.error());
      const auto found = query_metadata((*asking)->handle, (*asking)->topic, reopen_timeout_ms);
      if (!found || (found->partitions == partitions && found->trouble.empty())) break;   // one that is down need not know it
      if (std::chrono::steady_clock::now() >= deadline) {
        return std::unexpected(fmt::format("topic {} was made, but not all of its {} partitions have a leader", address.topic, partitions));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(query_pause_ms));
    }
  }
  return {};
}

}  // namespace

std::expected<ClusterView, std::string> look_at_cluster(const KafkaAddress& address, const KafkaOptions& options) {
  const auto asking = Asking::open(address, options);
  if (!asking) return std::unexpected(asking.error());
  const auto found = (*asking)->metadata(address);
  if (!found) return std::unexpected(found.error());
  return ClusterView{found->brokers, found->partitions > 0};
}

std::expected<KafkaTopic, std::string> describe_topic(const KafkaAddress& address, const KafkaOptions& options) {
  const auto asking = Asking::open(address, options);
  if (!asking) return std::unexpected(asking.error());
  const auto found = find_topic((*asking)->handle, (*asking)->topic, address);
  if (!found) return std::unexpected(found.error());
  const auto values = read_settings((*asking)->handle, address.topic);
  if (!values) return std::unexpected("the topic's settings can't be read: " + values.error());
  KafkaTopic topic{.brokers = found->brokers,
                   .partitions = found->partitions,
                   .replication = found->replication,
                   .retention_ms = number(*values, "retention.ms"),
                   .retention_bytes = number(*values, "retention.bytes"),
                   .cleanup_policy = text(*values, "cleanup.policy"),
                   .min_insync_replicas = number(*values, "min.insync.replicas"),
                   .unclean_leader_election = text(*values, "unclean.leader.election.enable") != "false",
                   .max_message_bytes = number(*values, "max.message.bytes")};
  for (const auto& [edge, offsets] : {std::pair(Edge::begin, &topic.low), std::pair(Edge::end, &topic.end)}) {
    auto asked = query_offsets((*asking)->handle, address.topic, edge, 0, topic.partitions, query_timeout_ms);
    if (!asked) return std::unexpected(asked.error());
    *offsets = std::move(*asked);
  }
  topic.dangers = dangers_of(topic, address);
  return topic;
}

std::vector<std::string> dangers_of(const KafkaTopic& topic, const KafkaAddress& address) {
  std::vector<std::string> dangers;
  const auto setting = [&](std::string_view danger, std::string_view mend) {
    dangers.push_back(fmt::format("{}: kafka-configs --bootstrap-server {} --alter --entity-type topics --entity-name {} --add-config {}",
                                  danger, address.bootstrap, address.topic, mend));
  };
  if (topic.retention_ms != -1) setting(fmt::format("records are deleted after {} ms", topic.retention_ms), "retention.ms=-1");
  if (topic.retention_bytes != -1) setting(fmt::format("records above {} bytes are deleted", topic.retention_bytes), "retention.bytes=-1");
  if (topic.cleanup_policy != "delete") {
    setting(fmt::format("cleanup.policy is \"{}\", so records may be compacted away", topic.cleanup_policy), "cleanup.policy=delete");
  }
  if (topic.unclean_leader_election) {
    setting("a broker that lacks acknowledged records may become leader", "unclean.leader.election.enable=false");
  }
  if (topic.max_message_bytes < message_max_bytes) {
    setting(fmt::format("batches above {} bytes are refused", topic.max_message_bytes),
            fmt::format("max.message.bytes={}", topic_message_max_bytes));
  }
  if (topic.brokers > 1 && topic.replication < 2) {
    dangers.push_back(fmt::format("a partition has a single copy on a cluster of {} brokers: kafka-reassign-partitions to 3 replicas",
                                  topic.brokers));
  }
  if (topic.replication > 1 && topic.min_insync_replicas < 2) {
    setting(fmt::format("{} in-sync replica is enough to acknowledge", topic.min_insync_replicas), "min.insync.replicas=2");
  }
  for (std::size_t partition = 0; partition < topic.low.size(); ++partition) {
    if (topic.low[partition] == 0) continue;
    dangers.push_back(fmt::format("the first {} records of partition {} are gone: layerline journal copy from where the journal is "
                                  "whole into a new topic", topic.low[partition], partition));
  }
  return dangers;
}

TopicSettings journal_settings(std::uint32_t replication) {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"unclean.leader.election.enable", "false"},
          {"min.insync.replicas", replication >= 2 ? "2" : "1"},
          {"max.message.bytes", std::to_string(topic_message_max_bytes)}};
}

std::expected<bool, std::string> create_topic(const KafkaAddress& address, std::uint32_t partitions, std::uint32_t replication,
                                              const TopicSettings& settings, const KafkaOptions& options) {
  const auto asking = Asking::open(address, options);
  if (!asking) return std::unexpected(asking.error());
  const auto before = (*asking)->metadata(address);
  if (!before) return std::unexpected(before.error());
  if (before->partitions > 0) return false;
  std::array<char, 256> why{};
  const NewTopic topic(rd_kafka_NewTopic_new(address.topic.c_str(), static_cast<int>(partitions), static_cast<int>(replication), why.data(),
                                             why.size()));
  if (topic == nullptr) return std::unexpected(std::string(why.data()));
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  const Handle& handle = (*asking)->handle;
  const auto event = ask_admin(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
    rd_kafka_NewTopic_t* raw = topic.get();
    rd_kafka_CreateTopics(handle.get(), &raw, 1, admin, queue);
  });
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event->get());
  for (const rd_kafka_topic_result_t* made : std::span(rd_kafka_CreateTopics_result_topics(result, &count), count)) {
    const auto error = rd_kafka_topic_result_error(made);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* words = rd_kafka_topic_result_error_string(made);
    return std::unexpected(fmt::format("topic {} can't be made: {}", address.topic, words == nullptr ? rd_kafka_err2str(error) : words));
  }
  if (const auto known = wait_until_known(address, partitions, options); !known) return std::unexpected(known.error());
  return true;
}

}  // namespace layerline::journal
