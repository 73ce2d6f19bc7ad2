// The journal's topic: made so that it keeps its history, and looked at before anyone trusts it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::journal {

struct KafkaTopic {
  std::uint32_t brokers = 0;                     // that answer now
  std::uint32_t partitions = 0;
  std::uint32_t replication = 0;                 // of the partition with the fewest replicas
  std::int64_t retention_ms = 0;
  std::int64_t retention_bytes = 0;
  std::string cleanup_policy = {};
  std::int64_t min_insync_replicas = 0;
  bool unclean_leader_election = false;
  std::int64_t max_message_bytes = 0;
  std::vector<std::uint64_t> low = {};           // first offset that is still there, by partition
  std::vector<std::uint64_t> end = {};
  std::vector<std::string> dangers = {};         // why history could be lost, or is; each with how to mend it
};

// Fails if the brokers do not answer or the topic is not there.
[[nodiscard]] std::expected<KafkaTopic, std::string> describe_topic(const KafkaAddress& address, const KafkaOptions& options = {});

// What a topic with these properties risks. Pure.
[[nodiscard]] std::vector<std::string> dangers_of(const KafkaTopic& topic, const KafkaAddress& address);

struct ClusterView {
  std::uint32_t brokers = 0;                     // that answer now
  bool topic_exists = false;
};
[[nodiscard]] std::expected<ClusterView, std::string> look_at_cluster(const KafkaAddress& address, const KafkaOptions& options = {});

// Name and value of a topic's configuration.
using TopicSettings = std::vector<std::pair<std::string, std::string>>;

// Those of a journal: nothing is ever deleted.
[[nodiscard]] TopicSettings journal_settings(std::uint32_t replication);

// True: it was made now and every partition has a leader; false: it was there, and was not touched.
[[nodiscard]] std::expected<bool, std::string> create_topic(const KafkaAddress& address, std::uint32_t partitions,
                                                            std::uint32_t replication, const TopicSettings& settings,
                                                            const KafkaOptions& options = {});

}  // namespace layerline::journal
