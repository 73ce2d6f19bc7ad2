// The Kafka driver beside librdkafka used bare: appends in windows of 1 to 4,096 records, reading from the beginning, single reads, and
// how soon another process sees an append. LAYERLINE_KAFKA=HOST:PORT names the broker; one JSON line per figure.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "infra/journal/log/kafka/kafka_log.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"

namespace layerline::journal {
namespace {

using std::chrono::steady_clock;

constexpr double seconds_per_figure = 2.0;
constexpr std::size_t record_bytes = 400;
constexpr std::size_t replay_records = 1'000'000;
constexpr std::uint32_t single_reads = 50;
constexpr std::uint32_t latencies = 1'000;

double seconds_since(steady_clock::time_point start) { return std::chrono::duration<double>(steady_clock::now() - start).count(); }

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "bench_kafka_log: {}\n", why);
  std::exit(1);
}

KafkaAddress fresh_topic(const char* bootstrap) {
  static int next = 0;
  KafkaAddress address{bootstrap, fmt::format("bench-{}-{}", steady_clock::now().time_since_epoch().count(), ++next)};
  const auto cluster = look_at_cluster(address);
  if (!cluster) fail(cluster.error());
  const std::uint32_t replication = cluster->brokers >= 3 ? 3 : 1;
  if (const auto made = create_topic(address, 1, replication, journal_settings(replication)); !made) fail(made.error());
  return address;
}

std::unique_ptr<Log> open_log(const KafkaAddress& address) {
  auto log = open_kafka_unchecked(address);
  if (!log) fail(log.error().reasons.front());
  return std::move(*log);
}

void say(const std::string& name, double value, std::string_view unit, double baseline = 0) {
  fmt::print(R"({{"name":"{}","value":{:.3f},"unit":"{}")", name, value, unit);
  if (baseline > 0) fmt::print(R"(,"baseline":{:.3f},"ratio":{:.3f})", baseline, value / baseline);
  fmt::print("}}\n");
  std::fflush(stdout);
}

// ---------------------------------------------------------------- bare librdkafka

struct Bare {
  rd_kafka_t* handle = nullptr;
  rd_kafka_topic_t* topic = nullptr;

  Bare(rd_kafka_type_t type, const KafkaAddress& address, std::initializer_list<std::pair<const char*, const char*>> settings) {
    std::array<char, 256> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", address.bootstrap.c_str(), why.data(), why.size());
    for (const auto& [name, value] : settings) rd_kafka_conf_set(conf, name, value, why.data(), why.size());
    const auto count_down = [](rd_kafka_t*, const rd_kafka_message_t* message, void*) { --*static_cast<int*>(message->_private); };
    if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, count_down);
    handle = rd_kafka_new(type, conf, why.data(), why.size());
    topic = rd_kafka_topic_new(handle, address.topic.c_str(), nullptr);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(handle);
  }
};

// As many in flight as the window holds, each replaced as it is acknowledged.
double bare_produce_rate(const char* bootstrap, int window) {
  const Bare bare(RD_KAFKA_PRODUCER, fresh_topic(bootstrap),
                  {{"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "0"}, {"socket.nagle.disable", "true"}});
  std::string bytes(record_bytes, 'x');
  int open = 0;                                  // also counted down by the deliveries
  const auto send = [&] {
    ++open;
    if (rd_kafka_produce(bare.topic, 0, 0, bytes.data(), bytes.size(), nullptr, 0, &open) != 0) fail("bare produce was refused");
  };
  send();
  while (open > 0) rd_kafka_poll(bare.handle, 100);
  std::size_t sent = 0;
  const auto start = steady_clock::now();
  while (seconds_since(start) < seconds_per_figure) {
    while (open < window) {
      send();
      ++sent;
    }
    rd_kafka_poll(bare.handle, 100);
  }
  while (open > 0) rd_kafka_poll(bare.handle, 100);
  return static_cast<double>(sent) / seconds_since(start);
}

double bare_consume_rate(const KafkaAddress& address) {
  const Bare bare(RD_KAFKA_CONSUMER, address, {{"check.crcs", "true"}, {"enable.auto.commit", "false"}});
  const auto start = steady_clock::now();
  rd_kafka_queue_t* queue = rd_kafka_queue_new(bare.handle);
  rd_kafka_consume_start_queue(bare.topic, 0, 0, queue);
  std::array<rd_kafka_message_t*, 1000> messages{};
  std::size_t seen = 0;
  std::size_t bytes = 0;
  while (seen < replay_records) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      bytes += messages[static_cast<std::size_t>(i)]->len;
      rd_kafka_message_destroy(messages[static_cast<std::size_t>(i)]);
    }
    seen += static_cast<std::size_t>(count);
  }
  const double rate = static_cast<double>(seen) / seconds_since(start);
  if (bytes != seen * record_bytes) fail("the bare consumer saw other bytes");
  rd_kafka_consume_stop(bare.topic, 0);
  rd_kafka_queue_destroy(queue);
  return rate;
}

// ---------------------------------------------------------------- the driver

double append_rate(const char* bootstrap, std::size_t window) {
  const auto log = open_log(fresh_topic(bootstrap));
  const std::string bytes(record_bytes, 'x');
  const std::vector<Append> records(window, {0, bytes});
  if (log->append(std::vector<Append>{{0, bytes}})[0].kind != AppendResult::Kind::stored) fail("an append was not stored");
  std::size_t sent = 0;
  const auto start = steady_clock::now();
  for (; seconds_since(start) < seconds_per_figure; sent += window) {
    for (const AppendResult& result : log->append(records)) {
      if (result.kind != AppendResult::Kind::stored) fail("an append was not stored");
    }
  }
  return static_cast<double>(sent) / seconds_since(start);
}

// `work_ns`: what a reader does with each record; a slow one lets librdkafka's queue run full.
double read_rate(const KafkaAddress& address, std::int64_t work_ns) {
  const auto log = open_log(address);
  const auto start = steady_clock::now();
  std::uint64_t next = 0;
  while (next < replay_records) {
    const auto records = log->read(0, next, 1000);
    if (!records || records->empty()) fail(records ? "the log ended early" : records.error().reason);
    next += records->size();
    const auto until = steady_clock::now() + std::chrono::nanoseconds(work_ns * static_cast<std::int64_t>(records->size()));
    while (work_ns > 0 && steady_clock::now() < until) {
    }
  }
  return static_cast<double>(next) / seconds_since(start);
}

double single_read_ms(const KafkaAddress& address) {
  const auto log = open_log(address);
  std::mt19937_64 random(1);
  const auto start = steady_clock::now();
  for (std::uint32_t i = 0; i < single_reads; ++i) {
    const auto records = log->read(0, random() % replay_records, 1);
    if (!records || records->size() != 1) fail(records ? "nothing was read" : records.error().reason);
  }
  return seconds_since(start) * 1000 / single_reads;
}

void visible_latency(const char* bootstrap) {
  const KafkaAddress address = fresh_topic(bootstrap);
  const auto writer = open_log(address);
  const auto reader = open_log(address);
  const std::string bytes(record_bytes, 'x');
  std::vector<double> appended_ms;
  std::vector<double> seen_ms;
  for (std::uint32_t i = 0; i < latencies; ++i) {
    std::uint64_t before = reader->wait(~std::uint64_t{0}, std::chrono::milliseconds(0));
    const auto start = steady_clock::now();
    std::jthread append([&] {
      if (writer->append(std::vector<Append>{{0, bytes}})[0].kind != AppendResult::Kind::stored) fail("an append was not stored");
      appended_ms.push_back(seconds_since(start) * 1000);
    });
    while (reader->wait(before, std::chrono::milliseconds(100)) == before) {
    }
    seen_ms.push_back(seconds_since(start) * 1000);
  }
  for (auto [name, times] : {std::pair("kafka-append-one", &appended_ms), std::pair("kafka-seen-by-another", &seen_ms)}) {
    std::ranges::sort(*times);
    say(fmt::format("{}-p50", name), (*times)[times->size() / 2], "ms");
    say(fmt::format("{}-p99", name), (*times)[times->size() * 99 / 100], "ms");
  }
}

void measure(const char* bootstrap) {
  for (const int window : {1, 16, 64, 256, 1024, 4096}) {
    const double bare = bare_produce_rate(bootstrap, window);
    say(fmt::format("kafka-append-{}", window), append_rate(bootstrap, static_cast<std::size_t>(window)), "records/s", bare);
  }
  const KafkaAddress address = fresh_topic(bootstrap);
  {
    const auto log = open_log(address);
    const std::string bytes(record_bytes, 'x');
    const std::vector<Append> records(replay_records / 10, {0, bytes});
    for (int i = 0; i < 10; ++i) static_cast<void>(log->append(records));
    if (log->end(0).value() != replay_records) fail("not all records were stored");
  }
  const double bare = bare_consume_rate(address);
  say("kafka-read", read_rate(address, 0), "records/s", bare);
  say("kafka-read-by-5us-reader", read_rate(address, 5'000), "records/s", 200'000);
  say("kafka-read-single", single_read_ms(address), "ms");
  visible_latency(bootstrap);
}

}  // namespace
}  // namespace layerline::journal

int main() {
  const char* bootstrap = std::getenv("LAYERLINE_KAFKA");
  if (bootstrap == nullptr) {
    fmt::print(stderr, "LAYERLINE_KAFKA=HOST:PORT names the broker; infra/kafka/up starts one\n");
    return 2;
  }
  layerline::journal::measure(bootstrap);
  return 0;
}
