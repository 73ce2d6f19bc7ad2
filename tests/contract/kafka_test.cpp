// The contract of the log, and what the journal makes of it, on a real Kafka broker.
#include <librdkafka/rdkafka.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <random>
#include <thread>
#include <vector>

#include "infra/journal/copy.hpp"
#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/reader.hpp"
#include "infra/journal/record.hpp"
#include "infra/journal/tools.hpp"
#include "tests/contract/kafka_broker.hpp"
#include "tests/contract/log_contract.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using namespace test;
using namespace std::chrono_literals;

bool stored(const AppendResult& result) { return result.kind == AppendResult::Kind::stored; }
AppendResult append(Log& log, std::string_view bytes, std::uint32_t partition = 0) {
  return log.append(std::vector<Append>{{partition, bytes}})[0];
}

std::string genesis_of(std::uint32_t partition, const std::string& id) {
  Genesis genesis;
  genesis.set_journal_id(id);
  genesis.set_partition(partition);
  return encode(genesis);
}

KafkaAddress topic_with_genesis(const TopicSettings& more = {}) {
  KafkaAddress address = fresh_topic(2, more);
  const auto log = open_log(address);
  for (std::uint32_t partition : {0U, 1U}) REQUIRE(stored(append(*log, genesis_of(partition, "a journal"), partition)));
  return address;
}

TEST_CASE("contract: log: kafka: records keep their order, and offsets are contiguous in each partition") {
  keeps_order_and_offsets(*open_log(fresh_topic(2)));
}
TEST_CASE("contract: log: kafka: a read begins anywhere and is empty at the end") { reads_from_anywhere(*open_log(fresh_topic(2))); }
TEST_CASE("contract: log: kafka: bytes come back as they were given, also none and the largest") {
  keeps_any_bytes(*open_log(fresh_topic(2)));
}
TEST_CASE("contract: log: kafka: an append wakes those who wait for it") { wakes_its_tail(*open_log(fresh_topic(2))); }

TEST_CASE("contract: log: kafka: two logs on one topic see each other's appends, in one order") {
  const KafkaAddress address = fresh_topic(2);
  const auto first = open_log(address);
  const auto second = open_log(address);
  const std::uint64_t before = second->wait(~std::uint64_t{0}, 0ms);
  CHECK(append(*first, "1").offset == 0);
  CHECK(second->wait(before, 5s) > before);
  CHECK(everything(*second, 0).back().bytes == "1");
  CHECK(append(*second, "2").offset == 1);
  CHECK(append(*first, "3").offset == 2);
  CHECK(second->end(0).value() == 3);
  CHECK(everything(*second, 0).size() == 3);
  const auto records = everything(*first, 0);
  REQUIRE(records.size() == 3);
  CHECK(records[1].bytes == "2");
}

std::string numbered(std::uint64_t number) { return "record " + std::to_string(number) + std::string(400, '.'); }

TEST_CASE("contract: log: kafka: what was written before a log was opened is read by many at once, from anywhere") {
  constexpr std::uint64_t count = 50'000;
  const KafkaAddress address = fresh_topic(1);
  {
    const auto writer = open_log(address);
    std::vector<std::string> bytes;
    std::vector<Append> records;
    for (std::uint64_t i = 0; i < count; ++i) bytes.push_back(numbered(i));
    for (const std::string& record : bytes) records.push_back({0, record});
    REQUIRE(std::ranges::all_of(writer->append(records), stored));
  }
  const auto log = open_log(address);
  const auto reads_all = [&](std::uint64_t from) {
    std::uint64_t next = from;
    while (true) {
      const auto records = log->read(0, next, 1000);
      if (!records || records->empty()) return records && next == count;
      for (const StoredRecord& record : *records) {
        if (record.offset != next || record.bytes != numbered(next)) return false;
        ++next;
      }
    }
  };
  const auto reads_single = [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t offset = random() % count;
      const auto records = log->read(0, offset, 1);
      if (!records || records->size() != 1 || records->front().bytes != numbered(offset)) return false;
    }
    return true;
  };
  // More readers than there are streams for them.
  std::vector<std::future<bool>> done;
  for (std::uint64_t i = 0; i < 5; ++i) done.push_back(std::async(std::launch::async, reads_all, i * 7'000));
  for (std::uint64_t i = 0; i < 2; ++i) done.push_back(std::async(std::launch::async, reads_single, i));
  for (auto& reader : done) CHECK(reader.get());
}

// ---------------------------------------------------------------- whom it refuses

void delete_records_before(const KafkaAddress& address, std::int64_t offset) {
  std::array<char, 256> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", address.bootstrap.c_str(), why.data(), why.size());
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, address.topic.c_str(), 0)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  rd_kafka_DeleteRecords(handle, &request, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 10'000);
  CHECK(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(handle);
}

// The only reason, or that there is another number of them.
std::string refusal(const KafkaAddress& address, const KafkaOptions& options = {}) {
  const auto log = open_kafka(address, options);
  if (log) return "opened";
  return log.error().reasons.size() == 1 ? log.error().reasons.front() : std::to_string(log.error().reasons.size()) + " reasons";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("contract: log: kafka: a topic that keeps everything is opened, and knows its journal") {
  const KafkaAddress address = topic_with_genesis();
  const auto log = open_kafka(address, {.recorded_journal_id = "a journal", .recorded_partitions = 2});
  REQUIRE_MESSAGE(log, log.error().reasons.front());
  CHECK((*log)->describe().journal_id == "a journal");
  CHECK((*log)->describe().partitions == 2);
  CHECK_FALSE((*log)->describe().exclusive);
  const auto topic = describe_topic(address);
  REQUIRE(topic);
  CHECK(topic->dangers.empty());
  CHECK(topic->end == std::vector<std::uint64_t>{1, 1});
}

TEST_CASE("contract: log: kafka: a topic that could lose history is refused, and the reason says how to mend it") {
  struct Case {
    const char* name;
    const char* value;
    const char* mend;
  };
  for (const Case& wrong : {Case{"retention.ms", "604800000", "retention.ms=-1"},
                            Case{"retention.bytes", "1000000000", "retention.bytes=-1"},
                            Case{"cleanup.policy", "compact", "cleanup.policy=delete"},
                            Case{"cleanup.policy", "compact,delete", "cleanup.policy=delete"},
                            Case{"unclean.leader.election.enable", "true", "unclean.leader.election.enable=false"},
                            Case{"max.message.bytes", "500000", "max.message.bytes="}}) {
    const std::string reason = refusal(fresh_topic(1, {{wrong.name, wrong.value}}));
    CHECK_MESSAGE(contains(reason, wrong.mend), reason);
    CHECK(contains(reason, "kafka-configs"));
  }
}

TEST_CASE("contract: log: kafka: another journal, fewer partitions, no genesis and no topic are refused") {
  const KafkaAddress address = topic_with_genesis();
  CHECK(contains(refusal(address, {.recorded_journal_id = "mine"}), "this is journal a journal, but mine was recorded"));
  CHECK(contains(refusal(address, {.recorded_partitions = 3}), "the topic has 2 partitions, but 3 were recorded"));
  CHECK(contains(refusal(fresh_topic(1)), "journal create"));
  CHECK(contains(refusal(unused_topic()), "journal create"));
  CHECK(contains(refusal({"127.0.0.1:1", "nothing"}), "does not answer"));
}

TEST_CASE("contract: log: kafka: a topic that has lost its first records is refused") {
  const KafkaAddress address = topic_with_genesis();
  delete_records_before(address, 1);
  CHECK(contains(refusal(address), "the first 1 records of partition 0 are gone"));
}

TEST_CASE("contract: log: kafka: on a replicated cluster one copy or one in-sync replica is a danger") {
  const KafkaTopic good{.brokers = 3, .partitions = 1, .replication = 3, .retention_ms = -1, .retention_bytes = -1,
                        .cleanup_policy = "delete", .min_insync_replicas = 2, .max_message_bytes = 1'048'588, .low = {0}, .end = {9}};
  CHECK(dangers_of(good, {"a:1", "t"}).empty());
  KafkaTopic single_copy = good;
  single_copy.replication = 1;
  KafkaTopic single_sync = good;
  single_sync.min_insync_replicas = 1;
  for (const KafkaTopic& topic : {single_copy, single_sync}) CHECK(dangers_of(topic, {"a:1", "t"}).size() == 1);
}

TEST_CASE("contract: log: kafka: a running log that meets deleted history says that it is damaged") {
  const KafkaAddress address = fresh_topic(1);
  {
    const auto before = open_log(address);
    for (int i = 0; i < 3; ++i) REQUIRE(stored(append(*before, "x")));
  }
  const auto log = open_log(address);
  delete_records_before(address, 2);
  const auto records = log->read(0, 0, 10);
  REQUIRE_FALSE(records);
  CHECK(records.error().damaged);
  CHECK(contains(records.error().reason, "the topic begins at 2 now"));
}

// ---------------------------------------------------------------- owners

// A process that may own the partition.
struct Process {
  std::unique_ptr<Log> log;
  CounterApp app;
  std::atomic<bool> wants = false;
  Journal<CounterApp> journal;

  Process(const KafkaAddress& address, const char* name)
      : log(open_log(address)),
        journal(*log, {&app}, {.owner = name, .may_claim = [this](std::uint32_t, const Holder&) { return wants.load(); }}) {
    const auto started = journal.start();
    REQUIRE_MESSAGE(started, started.error().reason);
  }
  void take_over() {
    wants = true;
    journal.wake();
    for (int tries = 0; tries < 500 && !journal.leads(0); ++tries) std::this_thread::sleep_for(10ms);
    wants = false;
    REQUIRE(journal.leads(0));
  }
  Journal<CounterApp>::Outcome ask(CounterApp::Command command) {
    std::promise<Journal<CounterApp>::Outcome> promise;
    journal.submit(0, std::move(command), [&](auto outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }
};

TEST_CASE("contract: journal: kafka: of two owners the later one leads, and the other hands its commands back") {
  const KafkaAddress address = fresh_topic(1);
  REQUIRE(stored(append(*open_log(address), genesis_of(0, "a journal"))));
  Process first(address, "first");
  Process second(address, "second");
  first.take_over();
  CHECK(std::get<Accepted>(first.ask(add("farm", "1", 5))).answer == "5");
  second.take_over();
  CHECK(std::get<Accepted>(second.ask(add("farm", "2", 5))).answer == "10");
  CHECK(std::holds_alternative<NotOwner>(first.ask(add("farm", "3", 100))));
  CHECK(std::get<Repeated>(second.ask(add("farm", "1", 5))).answer == "5");
  CHECK(std::get<Accepted>(second.ask(add("farm", "3", 5))).answer == "15");
  CHECK(std::holds_alternative<NotOwner>(first.ask(add("farm", "4", 1))));
  CHECK_FALSE(first.journal.leads(0));
  first.take_over();
  CHECK(std::get<Accepted>(first.ask(add("farm", "4", 1))).answer == "16");
  first.journal.stop();
  second.journal.stop();
  CHECK(verify(*second.log, {}).findings.empty());
}

std::unique_ptr<Log> open_folder(const std::filesystem::path& folder) {
  auto log = open_embedded(folder, {.partitions = 2, .journal_id = "a journal"});
  REQUIRE(log);
  return std::move(*log);
}

bool same_records(const Log& one, const Log& other, std::uint32_t partition) {
  const auto equal = [](const StoredRecord& a, const StoredRecord& b) { return a.offset == b.offset && a.bytes == b.bytes; };
  return std::ranges::equal(everything(one, partition), everything(other, partition), equal);
}

TEST_CASE("contract: journal: kafka: a copy from a folder to a topic to a folder has the same bytes at the same offsets") {
  const auto first = fresh_folder("copy");
  const auto second = fresh_folder("copy");
  {
    const auto nothing_to_say = [](std::uint64_t, std::uint64_t) {};
    const auto source = open_folder(first);
    const auto topic = open_log(fresh_topic(2));
    const auto target = open_folder(second);
    std::mt19937_64 random(4);
    for (int i = 0; i < 999; ++i) {
      // Whatever lies in a log is copied, also what is dead.
      const std::string bytes(random() % 100 == 0 ? random() % 900'000 : random() % 500, static_cast<char>(random() % 256));
      REQUIRE(stored(append(*source, bytes, i % 3 == 0 ? 1 : 0)));
    }
    CHECK(compare(*source, *topic, nothing_to_say).value() == 0);
    CHECK(copy(*source, *topic, nothing_to_say).value() == 999);
    CHECK(copy(*topic, *target, nothing_to_say).value() == 999);
    for (std::uint32_t partition : {0U, 1U}) CHECK(same_records(*source, *target, partition));
    REQUIRE(stored(append(*source, "one more", 1)));
    CHECK(compare(*source, *topic, nothing_to_say).value() == 999);
    CHECK(copy(*source, *topic, nothing_to_say).value() == 1);
    REQUIRE(stored(append(*topic, "another", 0)));
    CHECK_FALSE(compare(*source, *topic, nothing_to_say));
    REQUIRE(stored(append(*source, "other bytes", 0)));
    CHECK(contains(compare(*source, *topic, nothing_to_say).error(), "partition 0 differs at offset 666"));
  }
  std::filesystem::remove_all(first);
  std::filesystem::remove_all(second);
}

TEST_CASE("contract: journal: kafka: a position that was stored is found again by the next process, and one beyond the end is refused") {
  const KafkaAddress address = topic_with_genesis();
  Position position = start_of(0);
  {
    const auto log = open_log(address);
    Reader reader(*log, position);
    REQUIRE(reader.poll([](const Commit&, std::uint64_t) { return true; }, 100));
    position = reader.position();
  }
  CHECK(position.journal_id == "a journal");
  const auto log = open_kafka(address);
  REQUIRE(log);
  CHECK(Reader(**log, position).check());
  position.offset = 5;
  CHECK(Reader(**log, position).check().error().kind == ReadStop::Kind::ahead_of_log);
}

}  // namespace
}  // namespace layerline::journal
