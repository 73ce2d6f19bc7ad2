#include <fmt/format.h>

#include <algorithm>

#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "infra/kafka/limits.hpp"
#include "infra/kafka/table.hpp"

namespace layerline::kafka {
namespace {

journal::TopicSettings settings_of(TableKind kind, std::uint32_t replication) {
  journal::TopicSettings settings = {{"unclean.leader.election.enable", "false"},
                                     {"min.insync.replicas", replication >= 2 ? "2" : "1"}};
  const auto set = [&](std::string name, std::int64_t value) { settings.emplace_back(std::move(name), std::to_string(value)); };
  switch (kind) {
    case TableKind::compacted:
      settings.emplace_back("cleanup.policy", "compact");
      set("segment.ms", limits::segment_ms);
      set("max.compaction.lag.ms", limits::wiped_after_ms);
      set("delete.retention.ms", limits::removals_kept_ms);
      break;
    case TableKind::short_retention:
      settings.emplace_back("cleanup.policy", "delete");
      set("retention.ms", limits::short_retention_ms);
      set("segment.ms", limits::short_retention_ms);
      set("segment.bytes", limits::short_segment_bytes);
      break;
    case TableKind::telemetry:
      settings.emplace_back("cleanup.policy", "delete");
      set("retention.ms", limits::telemetry_retention_ms);
      set("segment.ms", limits::telemetry_segment_ms);
      break;
  }
  return settings;
}

// A topic that somebody else made: the broker's defaults delete keys after seven days.
std::expected<void, std::string> check_compacted(const TableAddress& address, const journal::KafkaOptions& options) {
  const auto topic = journal::describe_topic(address, options);
  if (!topic) return std::unexpected(topic.error());
  const auto wrong = [&](std::string_view why, std::string_view mend) {
    return std::unexpected(fmt::format("topic {} {}: kafka-configs --bootstrap-server {} --alter --entity-type topics --entity-name {} "
                                       "--add-config {}", address.topic, why, address.bootstrap, address.topic, mend));
  };
  if (topic->partitions != 1) return std::unexpected(fmt::format("topic {} has {} partitions, not 1", address.topic, topic->partitions));
  if (topic->cleanup_policy != "compact") return wrong("deletes old records", "cleanup.policy=compact");
  if (topic->unclean_leader_election) return wrong("may lose records with a broker", "unclean.leader.election.enable=false");
  if (topic->replication > 1 && topic->min_insync_replicas < 2) return wrong("may lose records with a broker", "min.insync.replicas=2");
  return {};
}

}  // namespace

std::expected<bool, std::string> create_table(const TableAddress& address, TableKind kind, const TableOptions& options) {
  const journal::KafkaOptions kafka_options{.settings = options.settings, .report = options.report};
  const auto cluster = journal::look_at_cluster(address, kafka_options);
  if (!cluster) return std::unexpected(cluster.error());
  const std::uint32_t replication = std::min(cluster->brokers, limits::replicas);
  const auto made = journal::create_topic(address, 1, replication, settings_of(kind, replication), kafka_options);
  if (!made || *made || kind != TableKind::compacted) return made;
  if (auto right = check_compacted(address, kafka_options); !right) return std::unexpected(std::move(right.error()));
  return false;
}

TopicsBeside topics_beside(std::string_view journal_topic) {
  constexpr std::string_view ending = ".journal";
  const bool usual = journal_topic.ends_with(ending) && journal_topic.size() > ending.size();
  const std::string_view stem = usual ? journal_topic.substr(0, journal_topic.size() - ending.size()) : journal_topic;
  return {fmt::format("{}.keys", stem), fmt::format("{}.owners", stem), fmt::format("{}.positions", stem),
          fmt::format("{}.telemetry", stem)};
}

}  // namespace layerline::kafka
