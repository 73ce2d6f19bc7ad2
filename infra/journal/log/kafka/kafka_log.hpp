// The log of a cluster: one private topic of Apache Kafka, whose partitions are the journal's.
//
// Stored means acknowledged by all in-sync replicas. Kafka answers from the page cache, so one broker alone is weaker than the embedded
// log against a loss of power; three with two in sync are not. Others may append too: the rule decides whose records count.
// The newest records are kept in memory by one tail, so that everyone who follows reads them there; older ones are read from the brokers.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/journal/log/log.hpp"

namespace layerline::journal {

// kafka://HOST:PORT[,HOST:PORT...]/TOPIC
struct KafkaAddress {
  std::string bootstrap = {};
  std::string topic = {};
};

[[nodiscard]] bool is_kafka_address(std::string_view text);
[[nodiscard]] std::expected<KafkaAddress, std::string> parse_kafka_address(std::string_view text);
[[nodiscard]] std::string describe(const KafkaAddress& address);

// How soon what other processes append is to be seen. What this one appends is seen at once.
enum class Follow {
  at_once,        // each append of anybody costs the brokers a fetch of this process
  gathered,       // some milliseconds later, in far fewer fetches
};

struct KafkaOptions {
  std::string recorded_journal_id = {};         // what earlier starts of this installation saw; empty and 0: nothing
  std::uint32_t recorded_partitions = 0;
  Follow follow = Follow::at_once;
  std::vector<std::pair<std::string, std::string>> settings = {};   // of librdkafka, after ours: security.protocol and the like
  std::function<void(std::string_view)> report = {};                // what goes wrong with brokers; any thread, must be quick
};

// Every reason, each with how to mend it.
struct KafkaRefusal {
  std::vector<std::string> reasons = {};
  bool may_pass = false;                        // the brokers can't be asked now: the same may succeed later
};

// Refuses a topic that could lose history, or that is not the journal which was recorded.
[[nodiscard]] std::expected<std::unique_ptr<Log>, KafkaRefusal> open_kafka(const KafkaAddress& address, const KafkaOptions& options = {});

// Looks at nothing but the topic's existence: for a topic that gets its first records now, and for librdkafka's mock cluster, which can't
// describe a topic.
[[nodiscard]] std::expected<std::unique_ptr<Log>, KafkaRefusal> open_kafka_unchecked(const KafkaAddress& address,
                                                                                    const KafkaOptions& options = {});

}  // namespace layerline::journal
