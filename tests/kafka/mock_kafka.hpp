// One broker of librdkafka's mock cluster with an empty topic of one partition, and tables on it that do not wait long.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "infra/kafka/table.hpp"
#include "tests/kafka/mock_cluster.hpp"

namespace layerline::kafka::test {

class MockKafka {
 public:
  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_.get(); }
  void stop_broker() const { rd_kafka_mock_broker_set_down(get(), broker); }
  void start_broker() const { rd_kafka_mock_broker_set_up(get(), broker); }

  [[nodiscard]] TableAddress address() const { return {cluster_.bootstraps(), "table"}; }
  [[nodiscard]] static std::vector<std::pair<std::string, std::string>> settings() {
    return {{"fetch.wait.max.ms", "10"}, {"reconnect.backoff.max.ms", "100"}, {"socket.timeout.ms", "1000"}};
  }
  [[nodiscard]] std::unique_ptr<Table> open(TableOptions options = {}) const {
    options.settings = settings();
    options.put_time = std::chrono::milliseconds(1'500);
    auto table = Table::open(address(), std::move(options));
    REQUIRE_MESSAGE(table, table.error());
    return std::move(*table);
  }

 private:
  static constexpr int broker = 1;
  MockCluster cluster_{"table", 1};
};

inline bool until(const std::function<bool()>& come_true) {
  for (int tries = 0; tries < 200; ++tries) {
    if (come_true()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace layerline::kafka::test
