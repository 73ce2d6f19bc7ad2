// Two journals over one log that both append to, as two processes have it on Kafka: one leads, the other follows warm and takes over.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "infra/journal/journal.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "tests/journal/counter_app.hpp"

namespace layerline::journal {
namespace {

using test::CounterApp;
using Outcome = Journal<CounterApp>::Outcome;

// An embedded log that several owners of one process may write: what a broker allows.
class SharedLog final : public Log {
 public:
  explicit SharedLog(Log& log) : log_(log) {}
  std::vector<AppendResult> append(std::span<const Append> records) override {
    while (cut_off_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::lock_guard lock(mutex_);
    return log_.append(records);
  }
  bool reopen() override { return true; }
  std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from, std::size_t limit) const override {
    return log_.read(partition, from, limit);
  }
  std::expected<std::uint64_t, LogError> end(std::uint32_t partition) const override { return log_.end(partition); }
  std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const override { return log_.wait(seen, timeout); }
  void wake() override { log_.wake(); }
  LogDescription describe() const override {
    LogDescription description = log_.describe();
    description.exclusive = false;
    return description;
  }
  // Appends hang, as those of a paused process do.
  void cut_off(bool off) { cut_off_ = off; }

 private:
  Log& log_;
  static inline std::mutex mutex_;
  std::atomic<bool> cut_off_ = false;
};

struct Process {
  SharedLog log;
  CounterApp app;
  std::atomic<bool> may_claim = false;
  std::unique_ptr<Journal<CounterApp>> journal;

  Process(Log& shared, const std::string& name, bool claims) : log(shared), may_claim(claims) {
    JournalOptions options{.owner = name, .url = "http://" + name};
    options.may_claim = [this](std::uint32_t, const Holder&) { return may_claim.load(); };
    journal = std::make_unique<Journal<CounterApp>>(log, std::vector<CounterApp*>{&app}, std::move(options));
    REQUIRE(journal->start());
  }
  Outcome ask(const std::string& key, int number) {
    std::promise<Outcome> promise;
    journal->submit(0, test::add("farm", key, number), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }
  void take_over() {
    may_claim = true;
    journal->wake();
    for (int i = 0; i < 5000 && !journal->leads(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(journal->leads(0));
    may_claim = false;
  }
};

struct Shared {
  std::filesystem::path folder = test::fresh_folder("two-owners");
  std::unique_ptr<Log> log;
  Shared() {
    auto opened = open_embedded(folder, {.partitions = 1});
    REQUIRE(opened);
    log = std::move(*opened);
  }
  ~Shared() {
    log.reset();
    std::filesystem::remove_all(folder);
  }
};

TEST_CASE("journal: two owners: the one that follows takes over warm, with the state and the keys of the other") {
  Shared shared;
  Process first(*shared.log, "first", false);
  Process second(*shared.log, "second", false);
  CHECK(std::holds_alternative<NotOwner>(first.ask("key-0", 1)));
  first.take_over();
  REQUIRE(std::get<Accepted>(first.ask("key-1", 5)).answer == "5");
  CHECK(std::holds_alternative<NotOwner>(second.ask("key-2", 1)));

  first.journal->stop();
  CHECK_FALSE(first.journal->leads(0));
  second.take_over();
  CHECK(std::get<Accepted>(second.ask("key-2", 2)).answer == "7");
  CHECK(std::get<Repeated>(second.ask("key-1", 5)).answer == "5");
}

TEST_CASE("journal: two owners: a leader that was paused hears of the other's claim, and answers nothing from its old state") {
  Shared shared;
  Process first(*shared.log, "first", false);
  Process second(*shared.log, "second", false);
  first.take_over();
  REQUIRE(std::get<Accepted>(first.ask("key-1", 5)).answer == "5");

  first.log.cut_off(true);
  std::promise<Outcome> late;
  first.journal->submit(0, test::add("farm", "key-2", 10), [&](Outcome outcome) { late.set_value(std::move(outcome)); });
  second.take_over();
  CHECK(std::get<Accepted>(second.ask("key-3", 1)).answer == "6");
  first.log.cut_off(false);
  CHECK(std::holds_alternative<NotOwner>(late.get_future().get()));
  CHECK(std::get<Accepted>(second.ask("key-4", 1)).answer == "7");
  for (int i = 0; i < 5000 && first.journal->leads(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK_FALSE(first.journal->leads(0));
}

TEST_CASE("journal: two owners: an idle leader steps down without a command to tell it") {
  Shared shared;
  Process first(*shared.log, "first", false);
  Process second(*shared.log, "second", false);
  first.take_over();
  second.take_over();
  for (int i = 0; i < 5000 && first.journal->leads(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK_FALSE(first.journal->leads(0));
  CHECK(second.journal->leads(0));
}

}  // namespace
}  // namespace layerline::journal
