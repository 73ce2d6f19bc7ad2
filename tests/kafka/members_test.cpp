// Who lives: the fold on made-up times, then processes on librdkafka's mock cluster.
#include <algorithm>
#include <mutex>
#include <vector>

#include "infra/app/members.hpp"
#include "tests/kafka/mock_kafka.hpp"

namespace layerline::app {
namespace {

using kafka::test::MockKafka;
using kafka::test::until;
using namespace std::chrono_literals;
using Kind = MemberChange::Kind;

Member member(std::string id, std::int64_t since_ms = 0) { return {std::move(id), "http://h", {"owner"}, {}, 0, since_ms}; }

// Hears itself twice a second from `from_ms` until `to_ms`; whoever leaves meanwhile.
std::vector<MemberChange> listen(Roster& roster, std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<MemberChange> left;
  for (std::int64_t now_ms = from_ms; now_ms <= to_ms; now_ms += 100) {
    if ((now_ms - from_ms) % 500 == 0) static_cast<void>(roster.hear(member("self"), now_ms));
    for (MemberChange& change : roster.tick(now_ms)) left.push_back(std::move(change));
  }
  return left;
}

TEST_CASE("members: one appears when it is heard, and leaves after two seconds of silence") {
  Roster roster("self");
  static_cast<void>(roster.hear(member("self"), 0));
  const auto appeared = roster.hear(member("a"), 0);
  REQUIRE(appeared.size() == 1);
  CHECK(appeared[0].kind == Kind::appeared);
  CHECK(roster.hear(member("a"), 400).empty());
  CHECK(listen(roster, 0, 2'400).empty());
  CHECK(roster.life_of("a", 2'400) == Life::alive);
  const auto left = listen(roster, 2'500, 2'600);
  REQUIRE(left.size() == 1);
  CHECK(left[0].kind == Kind::left);
  CHECK(left[0].member.id == "a");
  CHECK(roster.life_of("a", 2'600) == Life::dead);
  CHECK(roster.hear(member("a"), 2'700).size() == 1);   // it had only slept
}

TEST_CASE("members: who says that it goes is gone at once, and whatever comes of it later does not count") {
  Roster roster("self");
  static_cast<void>(roster.hear(member("a"), 0));
  REQUIRE(roster.hear_gone("a").size() == 1);
  CHECK(roster.life_of("a", 0) == Life::dead);
  CHECK(roster.hear(member("a"), 10).empty());
  CHECK(roster.live().empty());
  CHECK(roster.hear_gone("b").empty());
  CHECK(roster.life_of("b", 0) == Life::dead);
}

TEST_CASE("members: nobody dies while we do not hear ourselves, and then all have their two seconds anew") {
  Roster roster("self");
  static_cast<void>(listen(roster, 0, 1'000));
  static_cast<void>(roster.hear(member("a"), 1'000));
  for (std::int64_t now_ms = 1'000; now_ms < 60'000; now_ms += 100) CHECK(roster.tick(now_ms).empty());
  CHECK(roster.life_of("a", 60'000) == Life::alive);
  CHECK(roster.life_of("unheard", 60'000) == Life::unknown);
  CHECK(listen(roster, 60'000, 62'000).empty());
  CHECK(listen(roster, 62'100, 62'200).size() == 1);
}

TEST_CASE("members: of whom nothing was heard we know only after we have listened for two seconds") {
  Roster roster("self");
  CHECK(roster.life_of("a", 10'000) == Life::unknown);
  static_cast<void>(listen(roster, 10'000, 12'000));
  CHECK(roster.life_of("a", 12'000) == Life::unknown);
  static_cast<void>(listen(roster, 12'100, 12'200));
  CHECK(roster.life_of("a", 12'200) == Life::dead);
}

TEST_CASE("members: of those with a role the one that was there first leads; who has not listened long enough does not know") {
  Roster roster("self");
  static_cast<void>(roster.hear(member("older", -1), 0));
  static_cast<void>(listen(roster, 0, 2'000));
  CHECK(roster.lead("owner", 2'000) == Lead::unknown);
  static_cast<void>(roster.hear(member("older", -1), 2'000));
  static_cast<void>(roster.hear(member("younger", 1), 2'000));
  static_cast<void>(listen(roster, 2'100, 2'200));
  CHECK(roster.lead("owner", 2'200) == Lead::others);
  CHECK(roster.lead("printer", 2'200) == Lead::others);   // not even ours
  static_cast<void>(listen(roster, 2'300, 4'200));          // the older one is silent
  CHECK(roster.lead("owner", 4'200) == Lead::ours);
  CHECK(roster.lead("owner", 8'000) == Lead::unknown);      // we hear nobody
}

TEST_CASE("members: who has not heard himself for two seconds was away") {
  Roster roster("self");
  CHECK(roster.was_away(0));
  static_cast<void>(listen(roster, 0, 1'000));
  CHECK_FALSE(roster.was_away(3'000));
  CHECK(roster.was_away(3'001));
}

TEST_CASE("members: a heartbeat is JSON and comes back as it was; anything else is no heartbeat") {
  const Member said{"id", "http://a:1", {"gateway", "owner"}, {0, 15}, 1'700'000'000'000, 1'600'000'000'000};
  CHECK(encode(said) == R"({"id":"id","url":"http://a:1","roles":["gateway","owner"],"partitions":[0,15],"time_ms":1700000000000,)"
                         R"("since_ms":1600000000000})");
  const auto heard = decode_member(encode(said));
  REQUIRE(heard);
  CHECK(encode(*heard) == encode(said));
  for (const char* wrong : {"", "{", "[]", "{}", R"({"id":1,"url":"","roles":[],"partitions":[],"time_ms":1,"since_ms":1})",
                            R"({"id":"a","url":"","roles":[1],"partitions":[],"time_ms":1,"since_ms":1})",
                            R"({"id":"a","url":"","roles":[],"partitions":[-1],"time_ms":1,"since_ms":1})"})
    CHECK_FALSE(decode_member(wrong));
}

// What one process was told.
struct Told {
  std::mutex mutex;
  std::vector<std::string> changes;
  [[nodiscard]] bool has(const std::string& what) {
    const std::lock_guard lock(mutex);
    return std::ranges::find(changes, what) != changes.end();
  }
};

std::unique_ptr<Members> join(const MockKafka& kafka, std::vector<std::string> roles, Told* told = nullptr) {
  MemberOptions options{.url = "http://" + roles.front(), .roles = roles, .partitions = [] { return std::vector<std::uint32_t>{3}; }};
  options.table.settings = MockKafka::settings();
  if (told != nullptr) {
    options.changed = [told](const MemberChange& change) {
      const std::lock_guard lock(told->mutex);
      told->changes.push_back((change.kind == Kind::appeared ? "+" : "-") + change.member.roles.front());
    };
  }
  auto members = Members::open(kafka.address(), std::move(options));
  REQUIRE_MESSAGE(members, members.error());
  return std::move(*members);
}

TEST_CASE("members: processes find each other by role, and miss one that left or crashed") {
  const MockKafka kafka;
  Told told;
  const auto gateway = join(kafka, {"gateway"}, &told);
  auto owner = join(kafka, {"owner", "projector"});
  auto second = join(kafka, {"second"});
  CHECK(until([&] { return gateway->find_by_role("projector").size() == 1 && gateway->live().size() == 3; }));
  CHECK(until([&] { return owner->find_by_role("gateway").size() == 1; }));
  CHECK(gateway->find_by_role("owner")[0].url == "http://owner");
  CHECK(gateway->find_by_role("owner")[0].partitions == std::vector<std::uint32_t>{3});
  CHECK(gateway->life_of(owner->id()) == Life::alive);

  const std::string owner_id = owner->id();
  const auto begin = std::chrono::steady_clock::now();
  owner->leave();
  CHECK(until([&] { return gateway->life_of(owner_id) == Life::dead; }));
  CHECK(std::chrono::steady_clock::now() - begin < 1s);   // not by silence
  CHECK(told.has("-owner"));

  second.reset();                                         // without a word
  CHECK(until([&] { return told.has("-second"); }));
  const auto late = join(kafka, {"late"});
  CHECK(until([&] { return late->life_of(gateway->id()) == Life::alive; }));
  CHECK(late->life_of(owner_id) == Life::dead);           // it said so before, and that counts
  CHECK(late->live().size() <= 2);
  CHECK_FALSE(told.has("-gateway"));
}

TEST_CASE("members: while the broker is away nobody is declared dead") {
  const MockKafka kafka;
  Told told;
  const auto gateway = join(kafka, {"gateway"}, &told);
  const auto owner = join(kafka, {"owner"});
  REQUIRE(until([&] { return gateway->live().size() == 2; }));
  kafka.stop_broker();
  std::this_thread::sleep_for(4s);
  kafka.start_broker();
  CHECK(until([&] { return gateway->trouble().empty() && owner->trouble().empty(); }));
  std::this_thread::sleep_for(3s);
  CHECK_FALSE(told.has("-owner"));
  CHECK(gateway->live().size() == 2);
}

}  // namespace
}  // namespace layerline::app
