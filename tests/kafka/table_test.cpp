// What only a real broker shows of the table: how its topics are made, and one that is made late.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "infra/kafka/keys.hpp"
#include "infra/kafka/table.hpp"
#include "tests/contract/kafka_broker.hpp"

namespace layerline::kafka {
namespace {

using namespace std::chrono_literals;
using journal::test::unused_topic;

std::unique_ptr<Table> open(const TableAddress& address, TableOptions options = {}) {
  auto table = Table::open(address, std::move(options));
  REQUIRE_MESSAGE(table, table.error());
  return std::move(*table);
}

TEST_CASE("kafka: table: topics are made right, once, and one that would lose keys is refused") {
  const TableAddress address = unused_topic();
  const auto made = create_table(address, TableKind::compacted);
  REQUIRE_MESSAGE(made, made.error());
  CHECK(*made);
  CHECK(create_table(address, TableKind::compacted) == false);
  const auto topic = journal::describe_topic(address);
  REQUIRE(topic);
  CHECK(topic->cleanup_policy == "compact");
  CHECK(topic->partitions == 1);
  CHECK_FALSE(topic->unclean_leader_election);

  const TableAddress heartbeats = unused_topic();
  REQUIRE(create_table(heartbeats, TableKind::short_retention) == true);
  CHECK(journal::describe_topic(heartbeats)->retention_ms == 600'000);
  const auto refused = create_table(heartbeats, TableKind::compacted);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().contains("cleanup.policy=compact"));
}

TEST_CASE("kafka: table: it is the same from the real broker, and an own put is there at once") {
  const TableAddress address = unused_topic();
  REQUIRE(create_table(address, TableKind::compacted));
  const auto first = open(address);
  const auto second = open(address);
  REQUIRE(first->catch_up(5s));
  for (int i = 0; i < 50; ++i) {
    REQUIRE(first->put("key", std::to_string(i)));
    REQUIRE(first->get("key") == std::to_string(i));
  }
  REQUIRE(second->catch_up(5s));
  CHECK(second->get("key") == "49");
  REQUIRE(second->remove("key"));
  REQUIRE(first->catch_up(5s));
  CHECK(first->get("key") == std::nullopt);
}

TEST_CASE("kafka: table: a topic that is made later is followed then") {
  const TableAddress address = unused_topic();
  const auto table = open(address);
  CHECK_FALSE(table->catch_up(1s));
  REQUIRE(create_table(address, TableKind::compacted));
  const auto until = std::chrono::steady_clock::now() + 20s;
  bool there = false;
  while (!there && std::chrono::steady_clock::now() < until) there = table->put("a", "1") && table->catch_up(1s);
  CHECK(there);
  CHECK(table->get("a") == "1");
  CHECK(table->trouble().empty());
}

TEST_CASE("kafka: keys: made beside the journal, shared by two processes, and gone in both when one destroys them") {
  TableAddress journal = unused_topic();
  journal.topic += ".journal";
  const std::vector<std::string> subjects{"customer/1"};
  const TableAddress address{journal.bootstrap, topics_beside(journal.topic).keys};
  REQUIRE(create_table(address, TableKind::compacted));
  const auto early = open(address);
  CHECK_FALSE(crypto::KeyVault::open_shared(key_table(*early)));
  for (int times = 0; times < 2; ++times) {
    const auto created = create_beside(journal);
    REQUIRE_MESSAGE(created, created.error());
  }
  const auto first_table = open(address);
  const auto second_table = open(address);
  auto first = crypto::KeyVault::open_shared(key_table(*first_table));
  auto second = crypto::KeyVault::open_shared(key_table(*second_table));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->installation_secret() == second->installation_secret());
  const auto made = first->get_or_create(subjects)->front();
  CHECK(second->find("customer/1", made.key_id)->value() == made.key);
  REQUIRE(second->destroy("customer/1") == true);
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (first->find("customer/1", made.key_id)->has_value() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(first->find("customer/1", made.key_id)->has_value() == false);
  CHECK(first->get_or_create(subjects)->front().key_id != made.key_id);
}

}  // namespace
}  // namespace layerline::kafka
