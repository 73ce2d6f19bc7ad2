// A real broker for a test, and topics of its own.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "infra/journal/log/kafka/kafka_log.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"

namespace layerline::journal::test {

inline std::string kafka_bootstrap() {
  const char* bootstrap = std::getenv("LAYERLINE_KAFKA");
  if (bootstrap == nullptr) FAIL("LAYERLINE_KAFKA=HOST:PORT names the broker: tests/contract/kafka_broker");
  return bootstrap;
}

// Nobody else uses it; it does not exist yet.
inline KafkaAddress unused_topic() {
  static int next = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return {kafka_bootstrap(), "test-" + std::to_string(::getpid()) + "-" + std::to_string(now) + "-" + std::to_string(++next)};
}

inline KafkaAddress fresh_topic(std::uint32_t partitions, const TopicSettings& more = {}) {
  KafkaAddress address = unused_topic();
  const auto cluster = look_at_cluster(address);
  REQUIRE_MESSAGE(cluster, cluster.error());
  const std::uint32_t replication = cluster->brokers >= 3 ? 3 : 1;
  TopicSettings settings = journal_settings(replication);
  settings.insert(settings.end(), more.begin(), more.end());
  const auto made = create_topic(address, partitions, replication, settings);
  REQUIRE_MESSAGE(made, made.error());
  REQUIRE(*made);
  return address;
}

// A topic without a genesis can be opened by this only.
inline std::unique_ptr<Log> open_log(const KafkaAddress& address) {
  auto log = open_kafka_unchecked(address);
  REQUIRE_MESSAGE(log, log.error().reasons.front());
  return std::move(*log);
}

}  // namespace layerline::journal::test
