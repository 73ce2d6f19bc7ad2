// The journal thread on a real folder: what a caller of submit() sees.
#include "infra/journal/journal.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <future>
#include <map>

#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/reader.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using test::CounterApp;
using Outcome = Journal<CounterApp>::Outcome;

// A journal in a folder of its own, which the test may close and open again.
struct Fixture {
  std::filesystem::path folder = test::fresh_folder("journal");
  std::unique_ptr<Log> log;
  std::vector<std::unique_ptr<CounterApp>> apps;
  std::unique_ptr<Journal<CounterApp>> journal;

  std::expected<void, Damage> open() {
    auto opened = open_embedded(folder, {.partitions = 2});
    REQUIRE(opened);
    log = std::move(*opened);
    std::vector<CounterApp*> pointers;
    for (int i = 0; i < 2; ++i) pointers.push_back(apps.emplace_back(std::make_unique<CounterApp>()).get());
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
  ~Fixture() {
    close();
    std::filesystem::remove_all(folder);
  }
};

TEST_CASE("journal: an accepted command is there after the journal was closed and opened") {
  Fixture fixture;
  REQUIRE(fixture.open());
  const Outcome first = fixture.ask(1, test::add("farm", "key-1", 5));
  REQUIRE(std::holds_alternative<Accepted>(first));
  CHECK(std::get<Accepted>(first).answer == "5");
  CHECK(std::get<Accepted>(first).offset == 2);      // behind genesis and claim
  REQUIRE(std::get<Accepted>(first).versions.size() == 1);
  fixture.close();
  REQUIRE(fixture.open());
  CHECK(std::get<Accepted>(fixture.ask(1, test::add("farm", "key-2", 2))).answer == "7");
}

TEST_CASE("journal: a repeated key gets the first answer, also after a restart; another payload under it is refused") {
  Fixture fixture;
  REQUIRE(fixture.open());
  const auto first = std::get<Accepted>(fixture.ask(0, test::add("farm", "key", 5)));
  CHECK(std::holds_alternative<Accepted>(fixture.ask(0, test::add("farm", "other", 1))));
  for (int round = 0; round < 2; ++round) {
    const Outcome again = fixture.ask(0, test::add("farm", "key", 5));
    REQUIRE(std::holds_alternative<Repeated>(again));
    CHECK(std::get<Repeated>(again).answer == "5");
    CHECK(std::get<Repeated>(again).offset == first.offset);
    CHECK(std::holds_alternative<KeyReused>(fixture.ask(0, test::add("farm", "key", 6))));
    CHECK(std::holds_alternative<Accepted>(fixture.ask(0, test::add("second farm", "key", 6))) == (round == 0));
    fixture.close();
    REQUIRE(fixture.open());
  }
}

TEST_CASE("journal: a refusal leaves no record, and its key may be used again") {
  Fixture fixture;
  REQUIRE(fixture.open());
  const auto before = fixture.log->end(0);
  CHECK(std::holds_alternative<Rejected<std::string>>(fixture.ask(0, test::add("farm", "key", -1))));
  CHECK(fixture.log->end(0).value() == before.value());
  CHECK(std::holds_alternative<Accepted>(fixture.ask(0, test::add("farm", "key", 3))));
  CHECK(std::get<Accepted>(fixture.ask(0, test::add("farm", "", 0))).versions.empty());   // already so
}

}  // namespace
}  // namespace layerline::journal
