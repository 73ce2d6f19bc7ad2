// A workshop goes on in another partition: what callers hear, what is taken along, and who waits for what.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <vector>

#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/reader.hpp"
#include "infra/journal/tools.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using test::add;
using test::CounterApp;
using Outcome = Journal<CounterApp>::Outcome;

CounterApp::Command leave(std::string workshop, std::string key, std::uint32_t to) {
  CounterApp::Command command = add(std::move(workshop), std::move(key), 0);
  command.leaves_for = to;
  return command;
}

struct Fixture {
  std::filesystem::path folder = test::fresh_folder("moves");
  std::unique_ptr<Log> log;
  std::vector<std::unique_ptr<CounterApp>> apps;
  std::unique_ptr<Journal<CounterApp>> journal;

  std::expected<void, Damage> open() {
    auto opened = open_embedded(folder, {.partitions = 3});
    REQUIRE(opened);
    log = std::move(*opened);
    std::vector<CounterApp*> pointers;
    for (int i = 0; i < 3; ++i) pointers.push_back(apps.emplace_back(std::make_unique<CounterApp>()).get());
    journal = std::make_unique<Journal<CounterApp>>(*log, pointers, JournalOptions{.owner = "test"});
    return journal->start();
  }
  void close() {
    journal.reset();
    apps.clear();
    log.reset();
  }
  Outcome ask(std::uint32_t partition, CounterApp::Command command) {
    std::promise<Outcome> promise;
    journal->submit(partition, std::move(command), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }
  // The first commands may come before the adoption.
  Outcome ask_until_home(std::uint32_t partition, const CounterApp::Command& command) {
    const auto adopted = [&] {
      const auto records = log->read(partition, 0, 100);
      return std::ranges::any_of(*records, [](const StoredRecord& record) { return looks_like_move(record.bytes); });
    };
    for (int i = 0; i < 5000 && !adopted(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return ask(partition, command);
  }
  ~Fixture() {
    close();
    std::filesystem::remove_all(folder);
  }
};

TEST_CASE("journal: move: a workshop goes on in the other partition with its state and its keys, also after a restart") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::get<Accepted>(fixture.ask(2, add("farm", "key-1", 5))).answer == "5");
  REQUIRE(std::get<Accepted>(fixture.ask(2, add("other", "key-1", 70))).answer == "70");
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, leave("farm", "move-1", 0))));
  CHECK(std::get<Accepted>(fixture.ask_until_home(0, add("farm", "key-2", 2))).answer == "7");
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    const Outcome again = fixture.ask(0, add("farm", "key-1", 5));
    REQUIRE(std::holds_alternative<Repeated>(again));
    CHECK(std::get<Repeated>(again).partition == 2);
    CHECK(std::get<Repeated>(again).answer == "5");
    CHECK(std::holds_alternative<KeyReused>(fixture.ask(0, add("farm", "key-1", 6))));
    CHECK(std::get<Repeated>(fixture.ask(0, leave("farm", "move-1", 0))).partition == 2);
    CHECK(std::holds_alternative<NotOwner>(fixture.ask(2, add("farm", "key-3", 1))));
    CHECK(std::get<Accepted>(fixture.ask(2, add("other", restarted ? "key-3" : "key-2", 1))).partition == 2);
    fixture.close();
    REQUIRE(fixture.open());
  }
}

TEST_CASE("journal: move: a workshop that comes back has what it did elsewhere") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::get<Accepted>(fixture.ask(0, add("farm", "key-1", 1))).answer == "1");
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(0, leave("farm", "", 1))));
  REQUIRE(std::get<Accepted>(fixture.ask_until_home(1, add("farm", "key-2", 1))).answer == "2");
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(1, leave("farm", "", 2))));
  REQUIRE(std::get<Accepted>(fixture.ask_until_home(2, add("farm", "key-3", 1))).answer == "3");
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, leave("farm", "", 0))));
  fixture.close();
  REQUIRE(fixture.open());
  CHECK(std::get<Accepted>(fixture.ask_until_home(0, add("farm", "key-4", 1))).answer == "4");
  CHECK(std::get<Repeated>(fixture.ask(0, add("farm", "key-1", 1))).partition == 0);
  CHECK(std::get<Repeated>(fixture.ask(0, add("farm", "key-2", 1))).partition == 1);
  CHECK(std::get<Repeated>(fixture.ask(0, add("farm", "key-3", 1))).partition == 2);
}

// The folder as it would be if a partition ended before its first move.
void cut_before_the_move(const std::filesystem::path& folder, std::uint32_t cut) {
  const std::filesystem::path shorter = test::fresh_folder("moves-cut");
  {
    const auto whole = open_embedded_read_only(folder);
    REQUIRE(whole);
    auto opened = open_embedded(shorter, {.partitions = 3});
    REQUIRE(opened);
    for (std::uint32_t partition = 0; partition < 3; ++partition) {
      const auto records = (*whole)->read(partition, 0, 100);
      for (const StoredRecord& record : *records) {
        if (partition == cut && looks_like_move(record.bytes)) break;
        const std::vector<Append> one = {{partition, record.bytes}};
        REQUIRE((*opened)->append(one).front().kind == AppendResult::Kind::stored);
      }
    }
  }
  std::filesystem::remove_all(folder);
  std::filesystem::rename(shorter, folder);
}

TEST_CASE("journal: move: a seal that was left without an adoption is completed by the next owner") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, add("farm", "key-1", 5))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, leave("farm", "move-1", 0))));
  (void)fixture.ask_until_home(0, add("farm", "key-2", 0));
  fixture.close();
  cut_before_the_move(fixture.folder, 0);
  REQUIRE(fixture.open());
  CHECK(std::get<Accepted>(fixture.ask_until_home(0, add("farm", "key-3", 1))).answer == "6");
}

TEST_CASE("journal: move: an adoption without its seal is found by verify") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, add("farm", "key-1", 5))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(2, leave("farm", "move-1", 0))));
  (void)fixture.ask_until_home(0, add("farm", "key-2", 0));
  CHECK(verify(*fixture.log, {}).findings.empty());
  fixture.close();
  cut_before_the_move(fixture.folder, 2);
  const auto log = open_embedded_read_only(fixture.folder);
  REQUIRE(log);
  CHECK(std::ranges::any_of(verify(**log, {}).findings, [](const Damage& finding) {
    return finding.partition == 0 && finding.reason == "the workshop that is adopted here was not sealed there";
  }));
}

// Two owners of one process, fed by hand.
struct Pair {
  Moves<CounterApp::Estate> moves;
  CounterApp source_app;
  CounterApp target_app;
  Owner<CounterApp, int> source{source_app, {.partition = 0, .journal_id = "J", .owner = "me"}, moves};
  Owner<CounterApp, int> target{target_app, {.partition = 1, .journal_id = "J", .owner = "me"}, moves};

  static std::vector<StoredRecord> stored(const Log& log, std::uint32_t partition) { return *log.read(partition, 0, 100); }
};

TEST_CASE("journal: move: a fold waits at an adoption until the other partition's fold has passed the seal") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(0, add("farm", "key-1", 5))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(0, leave("farm", "move-1", 1))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask_until_home(1, add("farm", "key-2", 1))));

  Pair pair;
  const auto target_records = Pair::stored(*fixture.log, 1);
  pair.target.on_records(target_records, true);
  CHECK(pair.target.waits());
  CHECK_FALSE(pair.target.wants_read());
  CHECK(pair.target_app.value("farm") == 0);
  pair.source.on_records(Pair::stored(*fixture.log, 0), true);
  CHECK_FALSE(pair.target.waits());
  pair.target.on_records(target_records, true);
  CHECK(pair.target_app.value("farm") == 6);
  CHECK(pair.target.next_offset() == target_records.size());
}

TEST_CASE("journal: move: an adoption of something else than was sealed stops the fold") {
  Fixture fixture;
  REQUIRE(fixture.open());
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(0, add("farm", "key-1", 5))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask(0, leave("farm", "move-1", 1))));
  REQUIRE(std::holds_alternative<Accepted>(fixture.ask_until_home(1, add("farm", "key-2", 1))));

  Pair pair;
  pair.source.on_records(Pair::stored(*fixture.log, 0), true);
  auto records = Pair::stored(*fixture.log, 1);
  const auto adoption = std::ranges::find_if(records, [](const StoredRecord& record) { return looks_like_move(record.bytes); });
  REQUIRE(adoption != records.end());
  Commit commit;
  const Frame frame = decode_frame(adoption->bytes);
  REQUIRE(commit.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
  commit.mutable_adopted()->set_digest(std::string(32, 'x'));
  adoption->bytes = encode(commit);
  pair.target.on_records(records, true);
  CHECK(pair.target.state() == OwnerState::stopped);
  CHECK(pair.target.damage().offset == adoption->offset);
}

TEST_CASE("journal: move: a frame of the kind of a move holds one, and no other does") {
  Commit commit;
  commit.set_workshop("farm");
  const std::string plain = encode(commit);
  commit.mutable_sealed()->set_to(3);
  const std::string sealed = encode(commit);
  CHECK_FALSE(looks_like_move(plain));
  CHECK(looks_like_move(sealed));
  CHECK(decode_frame(plain).kind == Kind::commit);
  CHECK(decode_frame(sealed).kind == Kind::move);
}

}  // namespace
}  // namespace layerline::journal
