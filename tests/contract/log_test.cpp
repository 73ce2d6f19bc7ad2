// The contract of the log on its drivers: in memory with faults, on disk, and on a disk that crashes and fails.
#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <random>

#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/sim/sim.hpp"
#include "infra/journal/tools.hpp"
#include "tests/contract/crash_file_system.hpp"
#include "tests/contract/log_contract.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using namespace test;

using Promise = void (*)(Log&);

void on_sim(Promise promise) {
  VirtualTime time;
  SimLog log(time, 1, {}, 2);
  promise(log);
}

void on_embedded(Promise promise) {
  const auto folder = fresh_folder("contract");
  {
    auto log = open_embedded(folder, {.partitions = 2});
    REQUIRE(log);
    promise(**log);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("contract: log: records keep their order, and offsets are contiguous in each partition") {
  on_sim(keeps_order_and_offsets);
  on_embedded(keeps_order_and_offsets);
}

TEST_CASE("contract: log: a read begins anywhere and is empty at the end") {
  on_sim(reads_from_anywhere);
  on_embedded(reads_from_anywhere);
}

TEST_CASE("contract: log: bytes come back as they were given, also none and the largest") {
  on_sim(keeps_any_bytes);
  on_embedded(keeps_any_bytes);
}

TEST_CASE("contract: log: an append wakes those who wait for it") {
  on_sim(wakes_its_tail);
  on_embedded(wakes_its_tail);
}

TEST_CASE("contract: log: sim: under all faults stored means there, and not sent means never there") {
  VirtualTime time;
  SimLog log(time, 7, {.lost = 100, .not_sent = 100, .answer_lost = 100, .late = 100, .duplicated = 100, .reordered = 100}, 2);
  Ledger ledger;
  for (std::uint32_t i = 0; i < 300; ++i) ledger.append(log, i % 2);
  time.run_until(time.now_ms() + 10'000);
  CHECK(ledger.stored() > 100);
  CHECK(ledger.holds(log, 2));
}

// ---------------------------------------------------------------- the disk breaks

// A folder on a disk that crashes.
struct BadDisk {
  std::filesystem::path folder = fresh_folder("bad-disk");
  std::shared_ptr<CrashFileSystem> disk = std::make_shared<CrashFileSystem>();
  std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(disk);
  std::unique_ptr<Log> log;
  bool sync = true;

  void open() {
    auto opened = open_embedded(folder, {.partitions = 2, .sync = sync, .environment = environment.get()});
    REQUIRE(opened);
    log = std::move(*opened);
  }
  void crash() {
    disk->power_off();
    log.reset();
    disk->power_on();
    open();
  }
  ~BadDisk() {
    log.reset();
    std::filesystem::remove_all(folder);
  }
};

// Random appends with failures and crashes between them; true if the log kept all that it called stored.
bool keeps_its_word(bool sync, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  BadDisk disk;
  disk.sync = sync;
  disk.open();
  Ledger ledger;
  for (int round = 0; round < 60; ++round) {
    if (random() % 3 == 0) disk.disk->fail_once(static_cast<DiskFault>(1 + random() % 3));
    ledger.append(*disk.log, static_cast<std::uint32_t>(random() % 2));
    if (!disk.log->reopen()) return false;
    if (random() % 10 == 0) disk.crash();
  }
  disk.crash();
  return ledger.stored() > 20 && ledger.holds(*disk.log, 2);
}

TEST_CASE("contract: log: embedded: what was acknowledged survives crashes, failed syncs and a full disk") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) CHECK(keeps_its_word(true, seed));
}

TEST_CASE("contract: log: embedded: without the sync the same suite finds the loss") { CHECK_FALSE(keeps_its_word(false, 1)); }

TEST_CASE("contract: log: embedded: nothing is appended to a broken log before it is opened again") {
  BadDisk disk;
  disk.open();
  disk.disk->fail_once(DiskFault::sync_fails);
  CHECK(disk.log->append(std::vector<Append>{{0, "a"}})[0].kind == AppendResult::Kind::unknown);
  CHECK(disk.log->append(std::vector<Append>{{0, "b"}})[0].kind == AppendResult::Kind::not_sent);
  REQUIRE(disk.log->reopen());
  CHECK(disk.log->append(std::vector<Append>{{0, "c"}})[0].kind == AppendResult::Kind::stored);
  const auto records = disk.log->read(0, 0, 10).value();
  CHECK(records.back().bytes == "c");
  CHECK(std::ranges::none_of(records, [](const StoredRecord& record) { return record.bytes == "b"; }));
}

TEST_CASE("contract: log: embedded: a second process can't open the folder to write, but can read it") {
  const auto folder = fresh_folder("contract");
  {
    auto log = open_embedded(folder, {.partitions = 2});
    REQUIRE(log);
    REQUIRE((*log)->append(std::vector<Append>{{1, "a"}})[0].kind == AppendResult::Kind::stored);
    CHECK_FALSE(open_embedded(folder));
    auto view = open_embedded_read_only(folder);
    REQUIRE(view);
    CHECK((*view)->read(1, 0, 10).value().size() == 1);
    CHECK((*view)->describe().journal_id == (*log)->describe().journal_id);
    CHECK((*view)->append(std::vector<Append>{{1, "b"}})[0].kind == AppendResult::Kind::not_sent);
  }
  std::filesystem::remove_all(folder);
}

// ---------------------------------------------------------------- the journal on such a disk

TEST_CASE("contract: journal: a command whose sync failed is applied exactly once, and so is the next") {
  for (const DiskFault fault : {DiskFault::sync_fails, DiskFault::append_fails_full, DiskFault::append_torn}) {
    BadDisk disk;
    disk.open();
    CounterApp first;
    CounterApp second;
    Journal<CounterApp> journal(*disk.log, {&first, &second}, {.owner = "test"});
    REQUIRE(journal.start());
    const auto ask = [&](CounterApp::Command command) {
      std::promise<Journal<CounterApp>::Outcome> promise;
      journal.submit(0, std::move(command), [&](auto outcome) { promise.set_value(std::move(outcome)); });
      return promise.get_future().get();
    };
    CHECK(std::get<Accepted>(ask(add("farm", "1", 5))).answer == "5");
    disk.disk->fail_once(fault);
    CHECK(std::get<Accepted>(ask(add("farm", "2", 5))).answer == "10");
    CHECK(std::get<Accepted>(ask(add("farm", "3", 5))).answer == "15");
    CHECK(std::get<Repeated>(ask(add("farm", "2", 5))).answer == "10");
    journal.stop();
    CHECK(verify(*disk.log, {}).findings.empty());
  }
}

}  // namespace
}  // namespace layerline::journal
