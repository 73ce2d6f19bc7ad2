// The table against brokers that go away and answers that get lost, on librdkafka's mock cluster.
#include <atomic>
#include <mutex>
#include <vector>

#include "tests/kafka/mock_kafka.hpp"

namespace layerline::kafka {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Outcome = TableError::Outcome;

TEST_CASE("kafka: table: what one process put another one gets, and what is removed is gone in both") {
  const MockKafka kafka;
  const auto first = kafka.open();
  const auto second = kafka.open();
  REQUIRE(first->put("a", "1"));
  CHECK(first->get("a") == "1");
  REQUIRE(first->put("a", "2"));
  REQUIRE(first->put("b", ""));
  REQUIRE(second->catch_up(5s));
  CHECK(second->get("a") == "2");
  CHECK(second->get("b") == "");
  CHECK(second->get("c") == std::nullopt);
  REQUIRE(second->remove("a"));
  CHECK(second->get("a") == std::nullopt);
  REQUIRE(first->catch_up(5s));
  CHECK(first->get("a") == std::nullopt);
  CHECK(first->with_prefix("").size() == 1);
}

TEST_CASE("kafka: table: one that is opened later folds everything, in order, and says what was there earlier") {
  const MockKafka kafka;
  const auto first = kafka.open();
  const std::vector<TableRecord> records{{"x/1", "one"}, {"x/2", "two"}, {"y", "three"}, {"x/1", std::nullopt}};
  REQUIRE(first->put_all(records));
  std::mutex mutex;
  std::vector<std::string> seen;
  TableOptions options;
  options.changed = [&](const TableChange& change) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::string(change.key) + "=" + std::string(change.value.value_or("-")) + (change.earlier ? " earlier" : ""));
  };
  const auto later = kafka.open(options);
  REQUIRE(later->catch_up(5s));
  CHECK(later->with_prefix("x/") == std::map<std::string, std::string>{{"x/2", "two"}});
  REQUIRE(until([&] { return first->put("z", "new").has_value() && later->catch_up(5s).has_value(); }));
  const std::lock_guard lock(mutex);
  CHECK(seen == std::vector<std::string>{"x/1=one earlier", "x/2=two earlier", "y=three earlier", "x/1=- earlier", "z=new"});
}

TEST_CASE("kafka: table: without a broker a put is not done in bounded time, what was folded stays, and all comes back by itself") {
  const MockKafka kafka;
  const auto table = kafka.open();
  REQUIRE(table->put("a", "1"));
  CHECK(table->trouble().empty());
  kafka.stop_broker();
  CHECK(until([&] { return !table->trouble().empty(); }));
  const auto begin = std::chrono::steady_clock::now();
  const auto put = table->put("a", "2");
  REQUIRE_FALSE(put);
  CHECK(put.error().outcome == Outcome::not_done);
  CHECK_FALSE(table->catch_up(1s));
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(table->get("a") == "1");
  kafka.start_broker();
  CHECK(until([&] { return table->trouble().empty(); }));
  CHECK(until([&] { return table->put("a", "3").has_value(); }));
  CHECK(table->get("a") == "3");
}

TEST_CASE("kafka: table: a broker that is down at the start is waited for") {
  const MockKafka kafka;
  REQUIRE(kafka.open()->put("a", "1"));
  kafka.stop_broker();
  const auto table = kafka.open();
  CHECK_FALSE(table->catch_up(500ms));
  CHECK(until([&] { return !table->trouble().empty(); }));
  kafka.start_broker();
  CHECK(until([&] { return table->catch_up(1s).has_value(); }));
  CHECK(table->get("a") == "1");
}

TEST_CASE("kafka: table: a put whose acknowledgement is lost is unknown") {
  const MockKafka kafka;
  const auto table = kafka.open();
  REQUIRE(table->put("a", "1"));
  constexpr std::int16_t produce_request = 0;
  for (int tries = 0; tries < 3; ++tries)
    rd_kafka_mock_broker_push_request_error_rtts(kafka.get(), 1, produce_request, 1, RD_KAFKA_RESP_ERR_NO_ERROR, 2000);
  const auto put = table->put("a", "2");
  REQUIRE_FALSE(put);
  CHECK(put.error().outcome == Outcome::unknown);
  rd_kafka_mock_clear_request_errors(kafka.get(), produce_request);
  CHECK(until([&] { return table->put("a", "3").has_value(); }));
  CHECK(table->get("a") == "3");
}

TEST_CASE("kafka: table: puts of many threads all are there") {
  const MockKafka kafka;
  const auto table = kafka.open();
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i) failed += table->put(std::to_string(thread) + "/" + std::to_string(i), "x").has_value() ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 0);
  const auto other = kafka.open();
  REQUIRE(other->catch_up(5s));
  CHECK(other->with_prefix("").size() == 100);
}

TEST_CASE("kafka: table: the tables beside a journal carry its name") {
  const TopicsBeside beside = topics_beside("layerline.journal");
  CHECK(beside.keys == "layerline.keys");
  CHECK(beside.owners == "layerline.owners");
  CHECK(beside.positions == "layerline.positions");
  CHECK(beside.telemetry == "layerline.telemetry");
  CHECK(topics_beside("other").keys == "other.keys");
  CHECK(topics_beside(".journal").keys == ".journal.keys");
}

}  // namespace
}  // namespace layerline::kafka
