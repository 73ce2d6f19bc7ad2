// One broker of librdkafka's mock cluster with an empty topic of one partition, and tables on it that do not wait long.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "infra/kafka/table.hpp"

namespace layerline::kafka::test {

class MockKafka {
 public:
  MockKafka() {
    std::array<char, 256> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", why.data(), why.size());
    rd_kafka_conf_set(conf, "log_level", "0", why.data(), why.size());
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    rd_kafka_mock_topic_create(cluster_, "table", 1, 1);
  }
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_; }
  void stop_broker() const { rd_kafka_mock_broker_set_down(cluster_, broker); }
  void start_broker() const { rd_kafka_mock_broker_set_up(cluster_, broker); }

  [[nodiscard]] TableAddress address() const { return {rd_kafka_mock_cluster_bootstraps(cluster_), "table"}; }
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
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

inline bool until(const std::function<bool()>& come_true) {
  for (int tries = 0; tries < 200; ++tries) {
    if (come_true()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace layerline::kafka::test
