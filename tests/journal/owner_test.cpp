// The owner by its inputs and outputs: who hears what, and when.
#include "infra/journal/owner.hpp"

#include <doctest/doctest.h>

#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using namespace test;
using TestOwner = Owner<CounterApp, int>;

// A log in a vector, and an owner whose appends the test lets through or not.
struct Bench {
  CounterApp app;
  Moves<CounterApp::Estate> moves;
  std::vector<std::string> log;
  TestOwner owner;

  explicit Bench(OwnerLimits limits = {}, bool exclusive = false)
      : owner(app, {.partition = 0, .journal_id = "J", .owner = "me", .exclusive = exclusive}, moves, limits) {
    owner.tick(1000);
  }
  void read() {
    while (owner.wants_read()) {
      std::vector<StoredRecord> records;
      for (std::uint64_t i = owner.next_offset(); i < log.size(); ++i) records.push_back({i, log[i]});
      owner.on_records(records, true);
    }
  }
  // Stores what the owner wants appended, and tells it so.
  void append() {
    while (auto outgoing = owner.take_append()) {
      std::vector<AppendResult> results;
      for (const std::string_view record : outgoing->records) {
        results.push_back({AppendResult::Kind::stored, log.size()});
        log.emplace_back(record);
      }
      owner.on_appended(outgoing->id, results);
    }
  }
  void lead() {
    owner.claim();
    for (int i = 0; i < 4 && owner.state() != OwnerState::leading; ++i) {
      read();
      append();
    }
    REQUIRE(owner.state() == OwnerState::leading);
  }
  // Another owner's claim, seen by this one.
  void foreign_claim(std::uint64_t epoch) {
    Claim claim;
    claim.set_journal_id("J");
    claim.set_epoch(epoch);
    claim.set_owner("other");
    log.push_back(encode(claim));
    const std::vector<StoredRecord> records = {{log.size() - 1, log.back()}};
    owner.on_records(records, true);
  }
  template <class Kind>
  bool heard(int token) {
    for (auto& answer : owner.take_answers()) answers.push_back(std::move(answer));
    for (const auto& answer : answers) {
      if (answer.token == token) return std::holds_alternative<Kind>(answer.outcome);
    }
    return false;
  }
  std::vector<TestOwner::Answer> answers;
};

TEST_CASE("journal: owner: nobody hears anything before the batch is stored") {
  Bench bench;
  bench.lead();
  bench.owner.submit(add("farm", "a", 5), 1);
  bench.owner.submit(add("farm", "b", -9), 2);      // refused, on a state that is not stored yet
  bench.owner.submit(add("farm", "a", 5), 3);       // the first one again
  bench.owner.pump();
  CHECK(bench.owner.take_answers().empty());
  bench.append();
  CHECK(bench.heard<Accepted>(1));
  CHECK(bench.heard<Rejected<std::string>>(2));
  CHECK(bench.heard<Repeated>(3));
  CHECK(bench.log.size() == 3);                     // genesis, claim, one commit
}

TEST_CASE("journal: owner: a refusal alone is proved by an empty commit, unless nobody else can append") {
  Bench shared;
  shared.lead();
  shared.owner.submit(add("farm", "a", -1), 1);
  shared.owner.pump();
  CHECK(shared.owner.take_answers().empty());
  shared.append();
  CHECK(shared.heard<Rejected<std::string>>(1));
  CHECK(shared.log.size() == 3);

  Bench alone({}, true);
  alone.lead();
  alone.owner.submit(add("farm", "a", -1), 1);
  alone.owner.pump();
  CHECK(alone.heard<Rejected<std::string>>(1));
  CHECK(alone.log.size() == 2);
}

TEST_CASE("journal: owner: an unknown append that did land is accepted after the next claim, one that did not is decided again") {
  for (const bool landed : {true, false}) {
    Bench bench;
    bench.lead();
    bench.owner.submit(add("farm", "a", 5), 1);
    bench.owner.pump();
    const auto outgoing = bench.owner.take_append();
    REQUIRE(outgoing);
    if (landed) bench.log.emplace_back(outgoing->records[0]);
    bench.owner.on_appended(outgoing->id, std::vector<AppendResult>{{AppendResult::Kind::unknown, 0}});
    CHECK(bench.owner.take_answers().empty());
    bench.read();
    bench.append();
    bench.read();
    REQUIRE(bench.owner.state() == OwnerState::leading);
    bench.owner.pump();
    bench.append();
    CHECK(bench.heard<Accepted>(1));
    CHECK(bench.app.value("farm") == 5);
    CHECK(bench.owner.position().number == 1);
  }
}

TEST_CASE("journal: owner: a foreign claim hands everything back, and nothing of it is applied") {
  Bench bench;
  bench.lead();
  bench.owner.submit(add("farm", "a", 5), 1);
  bench.owner.pump();
  REQUIRE(bench.owner.take_append());
  bench.owner.submit(add("farm", "b", 5), 2);
  bench.foreign_claim(7);
  bench.read();
  CHECK(bench.owner.state() == OwnerState::following);
  CHECK(bench.heard<NotOwner>(1));
  CHECK(bench.heard<NotOwner>(2));
  CHECK(bench.app.value("farm") == 0);
  bench.owner.submit(add("farm", "c", 5), 3);
  CHECK(bench.heard<NotOwner>(3));
}

TEST_CASE("journal: owner: a full queue is busy at once, and waiting too long is unknown only for what was sent") {
  Bench bench({.queue = 1, .batch_commands = 1, .answer_timeout_ms = 100});
  bench.lead();
  bench.owner.submit(add("farm", "a", 1), 1);
  bench.owner.pump();
  REQUIRE(bench.owner.take_append());
  bench.owner.submit(add("farm", "b", 1), 2);
  bench.owner.submit(add("farm", "c", 1), 3);
  CHECK(bench.heard<Busy>(3));
  bench.owner.tick(2000);
  CHECK(bench.heard<Unknown>(1));
  CHECK(bench.heard<Busy>(2));
}

TEST_CASE("journal: owner: a commit over the limit of a record is refused, and the others are decided without it") {
  Bench bench;
  bench.lead();
  auto large = add("farm", "large", 100);
  large.padding = record_payload_max_bytes;
  bench.owner.submit(add("farm", "a", 5), 1);
  bench.owner.submit(large, 2);
  bench.owner.submit(add("farm", "b", -6), 3);      // only the large one would have made it legal
  for (int i = 0; i < 3; ++i) {
    bench.owner.pump();
    bench.read();
    bench.append();
    bench.read();
  }
  CHECK(bench.heard<Accepted>(1));
  CHECK(bench.heard<TooLarge>(2));
  CHECK(bench.heard<Rejected<std::string>>(3));
  CHECK(bench.app.value("farm") == 5);
}

TEST_CASE("journal: owner: a damaged log stops it, and what was sent is unknown") {
  Bench bench;
  bench.lead();
  bench.owner.submit(add("farm", "a", 1), 1);
  bench.owner.pump();
  REQUIRE(bench.owner.take_append());
  bench.log.push_back(bench.log.back() + "x");
  bench.owner.on_records(std::vector<StoredRecord>{{2, bench.log.back()}}, true);
  CHECK(bench.owner.state() == OwnerState::stopped);
  CHECK(bench.owner.damage().offset == 2);
  CHECK(bench.heard<Unknown>(1));
}

}  // namespace
}  // namespace layerline::journal
