// What only librdkafka's mock cluster can show of the Kafka driver: answers that get lost, a producer that is given up, brokers that go
// away. It drops no repeats and knows no retention, so everything else is tested on a real broker.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "infra/journal/log/kafka/kafka_log.hpp"
#include "tests/contract/log_contract.hpp"
#include "tests/kafka/mock_cluster.hpp"

namespace layerline::journal {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr int broker = 1;
constexpr std::int16_t produce_request = 0;
constexpr std::int16_t fetch_request = 1;
constexpr std::int16_t init_producer_request = 22;

// One broker with an empty topic of two partitions, and a log on it that does not wait long.
class MockKafka {
 public:
  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_.get(); }

  [[nodiscard]] std::unique_ptr<Log> open() const {
    KafkaOptions options;
    options.settings = {{"fetch.wait.max.ms", "10"}, {"reconnect.backoff.max.ms", "100"}};
    auto log = open_kafka_unchecked({cluster_.bootstraps(), "journal"}, options);
    REQUIRE(log);
    return std::move(*log);
  }
  // As open(), but records and requests have little time.
  [[nodiscard]] std::unique_ptr<Log> open_impatient() const {
    KafkaOptions options;
    options.settings = {{"fetch.wait.max.ms", "10"},       {"reconnect.backoff.max.ms", "100"}, {"socket.timeout.ms", "1000"},
                        {"request.timeout.ms", "500"},     {"message.timeout.ms", "1500"}};
    auto log = open_kafka_unchecked({cluster_.bootstraps(), "journal"}, options);
    REQUIRE(log);
    return std::move(*log);
  }

 private:
  kafka::test::MockCluster cluster_{"journal", 2};
};

AppendResult append(Log& log, std::string_view bytes) { return log.append(std::vector<Append>{{0, bytes}})[0]; }

bool has_come(Log& log, std::uint64_t offset) {
  const auto records = log.read(0, offset, 1);
  return records && records->size() == 1;
}

bool until(const std::function<bool()>& come_true, int tenths_of_a_second = 100) {
  for (int tries = 0; tries < tenths_of_a_second; ++tries) {
    if (come_true()) return true;
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

TEST_CASE("contract: log: kafka: the suite holds on the mock cluster as well") {
  for (const auto promise : {keeps_order_and_offsets, reads_from_anywhere, keeps_any_bytes, wakes_its_tail}) {
    const MockKafka kafka;
    const auto log = kafka.open();
    promise(*log);
  }
}

TEST_CASE("contract: log: kafka: an append whose acknowledgement is lost is unknown, and is there") {
  const MockKafka kafka;
  const auto log = kafka.open_impatient();
  REQUIRE(append(*log, "first").kind == AppendResult::Kind::stored);
  // Every try is appended, none is answered in time.
  for (int tries = 0; tries < 3; ++tries) {
    rd_kafka_mock_broker_push_request_error_rtts(kafka.get(), broker, produce_request, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 2000);
  }
  CHECK(append(*log, "lost").kind == AppendResult::Kind::unknown);
  rd_kafka_mock_clear_request_errors(kafka.get(), produce_request);
  CHECK(until([&] { return log->reopen() && append(*log, "next").kind == AppendResult::Kind::stored; }));
  const auto records = everything(*log, 0);
  CHECK(std::ranges::any_of(records, [](const StoredRecord& record) { return record.bytes == "lost"; }));
}

TEST_CASE("contract: log: kafka: an append that never reached a broker is not sent, and never comes") {
  const MockKafka kafka;
  const auto log = kafka.open_impatient();
  REQUIRE(append(*log, "first").kind == AppendResult::Kind::stored);
  rd_kafka_mock_broker_set_down(kafka.get(), broker);
  std::this_thread::sleep_for(300ms);
  CHECK(append(*log, "never").kind == AppendResult::Kind::not_sent);
  CHECK_FALSE(log->reopen());
  rd_kafka_mock_broker_set_up(kafka.get(), broker);
  CHECK(until([&] { return log->reopen() && append(*log, "second").kind == AppendResult::Kind::stored; }));
  const auto records = everything(*log, 0);
  CHECK(records.size() == 2);
  CHECK(records.back().bytes == "second");
}

TEST_CASE("contract: log: kafka: a record that the broker refuses is not sent, and those behind it have outcomes of their own") {
  const MockKafka kafka;
  const auto log = kafka.open();
  rd_kafka_mock_push_request_errors(kafka.get(), produce_request, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  CHECK(append(*log, "refused").kind == AppendResult::Kind::not_sent);
  REQUIRE(log->reopen());
  CHECK(append(*log, "taken").kind == AppendResult::Kind::stored);
  CHECK(everything(*log, 0).size() == 1);
}

TEST_CASE("contract: log: kafka: a producer that is given up for good is replaced") {
  const MockKafka kafka;
  const auto log = kafka.open_impatient();
  rd_kafka_mock_push_request_errors(kafka.get(), init_producer_request, 1, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED);
  CHECK(append(*log, "never").kind == AppendResult::Kind::not_sent);
  CHECK(append(*log, "nor this").kind == AppendResult::Kind::not_sent);
  REQUIRE(log->reopen());
  CHECK(append(*log, "by the next one").kind == AppendResult::Kind::stored);
  CHECK(everything(*log, 0).size() == 1);
}

TEST_CASE("contract: log: kafka: without brokers the end is empty and the past can't be read, and all comes back by itself") {
  const MockKafka kafka;
  std::string large(100'000, 'x');
  {
    const auto before = kafka.open();
    for (int i = 0; i < 10; ++i) REQUIRE(append(*before, large).kind == AppendResult::Kind::stored);
  }
  const auto log = kafka.open();
  CHECK(log->trouble().empty());
  rd_kafka_mock_broker_set_down(kafka.get(), broker);
  CHECK(until([&] { return !log->trouble().empty(); }));
  const auto at_end = log->read(0, 10, 100);
  REQUIRE(at_end);
  CHECK(at_end->empty());
  const auto past = log->read(0, 3, 100);
  REQUIRE_FALSE(past);
  CHECK_FALSE(past.error().damaged);
  CHECK_FALSE(log->end(0));
  rd_kafka_mock_broker_set_up(kafka.get(), broker);
  CHECK(until([&] { return log->trouble().empty(); }));
  CHECK(until([&] { return log->read(0, 3, 100).has_value(); }));
  CHECK(append(*log, "after").offset == 10);
  CHECK(everything(*log, 0, 3).size() == 8);
}

TEST_CASE("contract: log: kafka: a tail that is connected and gets nothing any more begins anew, long before its request times out") {
  const MockKafka kafka;
  const auto here = kafka.open();
  const auto elsewhere = kafka.open();
  REQUIRE(append(*elsewhere, "first").kind == AppendResult::Kind::stored);
  REQUIRE(until([&] { return has_come(*here, 0); }));
  // The next fetch of either log is answered in two minutes only.
  for (int logs = 0; logs < 2; ++logs) {
    rd_kafka_mock_broker_push_request_error_rtts(kafka.get(), broker, fetch_request, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 120'000);
  }
  std::this_thread::sleep_for(200ms);
  REQUIRE(append(*elsewhere, "second").kind == AppendResult::Kind::stored);
  CHECK(until([&] { return has_come(*here, 1); }, 300));
}

TEST_CASE("contract: log: kafka: addresses") {
  const auto one = parse_kafka_address("kafka://127.0.0.1:9092/layerline.journal");
  REQUIRE(one);
  CHECK(one->bootstrap == "127.0.0.1:9092");
  CHECK(one->topic == "layerline.journal");
  CHECK(parse_kafka_address("kafka://a:1,b:2,[::1]:3/t")->bootstrap == "a:1,b:2,[::1]:3");
  CHECK(describe(*one) == "kafka://127.0.0.1:9092/layerline.journal");
  for (const char* wrong : {"", "kafka://", "kafka:///t", "kafka://a/t", "kafka://a:1", "kafka://a:1/", "kafka://a:1,/t", "kafka://a:b/t",
                            "kafka://a:1/t/u", "kafka://a:1/t u", "http://a:1/t"}) {
    CHECK_FALSE(parse_kafka_address(wrong));
  }
}

}  // namespace
}  // namespace layerline::journal
