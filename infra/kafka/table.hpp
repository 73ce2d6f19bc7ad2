// A small topic as a map that processes share: a record puts the value of its key, a record without a value removes it.
// One partition, folded from its beginning by one thread. Brokers that go away are waited for by the reading; whoever calls waits bounded.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/journal/log/kafka/kafka_log.hpp"

namespace layerline::kafka {

using TableAddress = journal::KafkaAddress;

struct TableError {
  enum class Outcome {
    not_done,                      // nothing was stored
    unknown,                       // it may have been stored, or may be yet
  };
  Outcome outcome = Outcome::unknown;
  std::string message = {};
};

struct TableRecord {
  std::string key = {};
  std::optional<std::string> value = {};   // none removes the key
};

// Valid during the call only.
struct TableChange {
  std::string_view key;
  std::optional<std::string_view> value;
  bool earlier = false;            // was in the topic before the table had read it to its end, by the broker or by catch_up()
};

struct TableOptions {
  std::function<void(const TableChange&)> changed = {};      // of every record in order, also of one that repeats; on the table's thread,
                                                             // so it only enqueues
  std::function<void(std::string_view)> report = {};         // what goes wrong with brokers; any thread, must be quick
  bool remembers = true;                                     // false: only `changed` learns of values, get() finds none
  std::chrono::milliseconds put_time{0};                     // of one put; 0: limits::put_time
  std::vector<std::pair<std::string, std::string>> settings = {};   // of librdkafka, after ours: security.protocol and the like
};

// Any thread may call.
class Table {
 public:
  // Does not wait for brokers: catch_up() does. Fails on settings that librdkafka refuses.
  [[nodiscard]] static std::expected<std::unique_ptr<Table>, std::string> open(TableAddress address, TableOptions options = {});
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Returns when all in-sync replicas have it and, unless the reading is behind, get() shows it.
  [[nodiscard]] std::expected<void, TableError> put(std::string key, std::string value);
  [[nodiscard]] std::expected<void, TableError> remove(std::string key);
  // In this order. After an error some may have been stored.
  [[nodiscard]] std::expected<void, TableError> put_all(std::span<const TableRecord> records);

  [[nodiscard]] std::optional<std::string> get(std::string_view key) const;
  [[nodiscard]] std::map<std::string, std::string> with_prefix(std::string_view prefix) const;   // "" is everything

  // Everything that was in the topic at the call is folded. The error is a sentence for an operator.
  [[nodiscard]] std::expected<void, std::string> catch_up(std::chrono::milliseconds timeout);

  // Why it can't be used now and since when, for people; empty: nothing known.
  [[nodiscard]] std::string trouble() const;

 private:
  class Reading;
  class Writing;
  Table(std::unique_ptr<Reading> reading, std::unique_ptr<Writing> writing);
  std::unique_ptr<Reading> reading_;
  std::unique_ptr<Writing> writing_;
};

enum class TableKind {
  compacted,                       // keeps the last value of every key for ever
  short_retention,                 // for what is of interest for seconds: heartbeats
  telemetry,                       // for what is of interest for a day or two
};

// Makes the topic. True: it was made now; false: it was there. One that is there and could lose what it must keep is an error.
[[nodiscard]] std::expected<bool, std::string> create_table(const TableAddress& address, TableKind kind, const TableOptions& options = {});

// The tables beside a journal: beside layerline.journal layerline.keys and so on. Those of another journal on the same brokers are others.
struct TopicsBeside {
  std::string keys;        // data keys and the installation's secret; compacted
  std::string owners;      // heartbeats; short retention
  std::string positions;   // the publisher's; compacted
  std::string telemetry;   // what printers measure; short retention
};
[[nodiscard]] TopicsBeside topics_beside(std::string_view journal_topic);

}  // namespace layerline::kafka
