// The publisher on a real broker: only one shows what transactions do.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "tests/publisher/journal_of_journeys.hpp"
#include "workers/publisher/limits.hpp"
#include "workers/publisher/publisher.hpp"

using namespace layerline;
using namespace layerline::publisher;

namespace {

const std::atomic<bool> not_stopping = false;

// Topics that nobody else uses.
Target fresh_target() {
  const char* bootstrap = std::getenv("LAYERLINE_KAFKA");
  if (bootstrap == nullptr) FAIL("LAYERLINE_KAFKA=HOST:PORT names the broker: tests/contract/kafka_broker");
  static int next = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return {.bootstrap = bootstrap, .prefix = "test-" + std::to_string(::getpid()) + "-" + std::to_string(now) + "-" + std::to_string(++next),
          .options = {}};
}

class Workshops {
 public:
  explicit Workshops(std::int64_t journeys) {
    testing::write_journal(folder_, journeys);
    auto opened = journal::open_embedded_read_only(folder_);
    REQUIRE(opened);
    log_ = std::move(*opened);
    for (PublicEvent& event : testing::public_events_of(*log_)) {
      const std::string id = text_of(event.id);
      expected_.emplace(id, std::move(event));
    }
  }
  ~Workshops() {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }
  Workshops(const Workshops&) = delete;
  Workshops& operator=(const Workshops&) = delete;

  [[nodiscard]] const journal::Log& log() const { return *log_; }
  [[nodiscard]] const std::map<std::string, PublicEvent>& expected() const { return expected_; }
  [[nodiscard]] journal::Position end_of(std::uint32_t partition) const {
    journal::Reader reader(*log_, journal::start_of(partition));
    while (true) {
      const auto read = reader.poll([](const journal::Commit&, std::uint64_t) { return true; });
      REQUIRE(read);
      if (*read == 0) return reader.position();
    }
  }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("layerline-publisher-" + std::to_string(std::random_device{}()));
  std::unique_ptr<journal::Log> log_;
  std::map<std::string, PublicEvent> expected_;
};

kafka::Output output_of(const Target& target, const PublicEvent& event) {
  return {topic_name(target, event.topic), event.key, event.json, event.time_ms, {}};
}

void make_topics(const Target& target) {
  for (const Topic topic : topics) {
    const journal::KafkaAddress address{target.bootstrap, topic_name(target, topic)};
    REQUIRE(journal::create_topic(address, limits::topic_partitions, 1, journal::journal_settings(1)));
  }
  REQUIRE(journal::create_topic({target.bootstrap, positions_topic(target)}, 1, 1, journal::journal_settings(1)));
}

std::unique_ptr<kafka::TransactionalProducer> producer_on(const Target& target) {
  auto producer = kafka::TransactionalProducer::open(target.bootstrap, {}, target.prefix + ".publisher");
  REQUIRE_MESSAGE(producer, producer.error().reason);
  return std::move(*producer);
}

Counts publish(const journal::Log& log, const Target& target) {
  Publisher publisher(log, target);
  publisher.start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!publisher.caught_up()) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, publisher.trouble());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  publisher.stop();
  return publisher.counts();
}

// How often each id is there, for readers of committed records; a value that is not what it must be counts as another id.
std::map<std::string, int> in_topics(const Target& target, const Workshops& workshops) {
  // A commit is answered before all partitions show it; a new producer of the same id waits until they do.
  static_cast<void>(producer_on(target));
  auto reader = kafka::CommittedReader::open(target.bootstrap, {});
  REQUIRE(reader);
  std::vector<kafka::Place> from;
  for (const Topic topic : topics)
    for (std::uint32_t i = 0; i < limits::topic_partitions; ++i) from.push_back({topic_name(target, topic), i, 0});
  std::map<std::string, int> found;
  const auto read = (*reader)->read_to_end(from, [&](const kafka::Committed& record) {
    const auto origin = origin_of(record.value);
    const std::string id = origin ? text_of(origin->id) : "not ours";
    const auto expected = workshops.expected().find(id);
    const bool same = expected != workshops.expected().end() && expected->second.json == record.value && expected->second.key == record.key;
    ++found[same ? id : "wrong: " + id];
  });
  REQUIRE_MESSAGE(read, read.error());
  return found;
}

bool each_once(const std::map<std::string, int>& found, const Workshops& workshops) {
  return found.size() == workshops.expected().size() &&
         std::ranges::all_of(found, [&](const auto& item) { return item.second == 1 && workshops.expected().contains(item.first); });
}

TEST_CASE("publisher: kafka: the public topics hold each event of the journal once, and a second start adds nothing") {
  const Workshops workshops(30);
  const Target target = fresh_target();
  CHECK(publish(workshops.log(), target).events == workshops.expected().size());
  CHECK(each_once(in_topics(target, workshops), workshops));
  CHECK(publish(workshops.log(), target).events == 0);
  CHECK(each_once(in_topics(target, workshops), workshops));
}

TEST_CASE("publisher: kafka: of a torn transaction that lost the position, nothing is published twice") {
  const Workshops workshops(10);
  const Target target = fresh_target();
  make_topics(target);
  std::vector<kafka::Output> half;
  for (const auto& [id, event] : workshops.expected())
    if (event.id.offset % 2 == 0) half.push_back(output_of(target, event));
  REQUIRE(producer_on(target)->write(half, not_stopping));
  const Counts counts = publish(workshops.log(), target);
  CHECK(counts.found == half.size());
  CHECK(counts.events == workshops.expected().size() - half.size());
  CHECK(each_once(in_topics(target, workshops), workshops));
}

TEST_CASE("publisher: kafka: of a torn transaction that lost events, these are published") {
  const Workshops workshops(10);
  const Target target = fresh_target();
  make_topics(target);
  std::vector<kafka::Output> torn;
  for (const auto& [id, event] : workshops.expected())
    if (event.topic != Topic::orders) torn.push_back(output_of(target, event));
  const std::size_t lost = workshops.expected().size() - torn.size();
  for (const std::uint32_t partition : {0U, 1U}) {
    torn.push_back({positions_topic(target), workshops.log().describe().journal_id + "/" + std::to_string(partition),
                    encode(workshops.end_of(partition)), 0, {}});
  }
  REQUIRE(producer_on(target)->write(torn, not_stopping));
  const Counts counts = publish(workshops.log(), target);
  CHECK(counts.repaired == lost);
  CHECK(counts.events == lost);
  CHECK(each_once(in_topics(target, workshops), workshops));
}

TEST_CASE("publisher: kafka: a position that the journal does not have stops it, with a reason") {
  const Workshops workshops(2);
  const Target target = fresh_target();
  make_topics(target);
  journal::Position beyond = workshops.end_of(0);
  beyond.last_offset += 100;
  beyond.offset += 100;
  const kafka::Output position{positions_topic(target), workshops.log().describe().journal_id + "/0", encode(beyond), 0, {}};
  REQUIRE(producer_on(target)->write(std::span(&position, 1), not_stopping));
  Publisher publisher(workshops.log(), target);
  publisher.start();
  for (int i = 0; i < 200 && publisher.trouble().find("journal holds") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(publisher.trouble().find("what was published is not what the journal holds") != std::string::npos);
  publisher.stop();
  CHECK(in_topics(target, workshops).empty());
}

TEST_CASE("publisher: kafka: topics with what another journal published are refused") {
  const Workshops one(1);
  const Workshops other(1);
  const Target target = fresh_target();
  publish(one.log(), target);
  Publisher publisher(other.log(), target);
  publisher.start();
  for (int i = 0; i < 200 && publisher.trouble().find("another journal") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(publisher.trouble().find("another journal") != std::string::npos);
  publisher.stop();
  CHECK(each_once(in_topics(target, one), one));
}

TEST_CASE("publisher: kafka: a newer producer fences the older one, whose writes nobody sees") {
  const Workshops workshops(1);
  const Target target = fresh_target();
  make_topics(target);
  const kafka::Output output = output_of(target, workshops.expected().begin()->second);
  const auto older = producer_on(target);
  REQUIRE(older->write(std::span(&output, 1), not_stopping));
  const auto newer = producer_on(target);
  const auto refused = older->write(std::span(&output, 1), not_stopping);
  REQUIRE(!refused);
  CHECK(refused.error().kind == kafka::Broken::Kind::fenced);
  REQUIRE(newer->write(std::span(&output, 1), not_stopping));
  CHECK(in_topics(target, workshops).begin()->second == 2);
}

TEST_CASE("publisher: kafka: two publishers at once neither lose nor double anything") {
  const Workshops workshops(60);
  const Target target = fresh_target();
  Publisher first(workshops.log(), target);
  Publisher second(workshops.log(), target);
  first.start();
  second.start();
  for (int i = 0; i < 1200 && !first.caught_up() && !second.caught_up(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  first.stop();
  second.stop();
  publish(workshops.log(), target);
  CHECK(each_once(in_topics(target, workshops), workshops));
}

TEST_CASE("publisher: kafka: where no broker answers it says so, and stops at once when told") {
  const Workshops workshops(1);
  Publisher publisher(workshops.log(), {.bootstrap = "127.0.0.1:1", .prefix = "nowhere", .options = {}});
  publisher.start();
  for (int i = 0; i < 200 && publisher.trouble().find("does not answer") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(publisher.trouble().find("127.0.0.1:1 does not answer") != std::string::npos);
  publisher.stop();
}

}  // namespace
