// Several workers of one kind: each with what it knows of the other, on one journal.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "infra/app/follower.hpp"
#include "tests/app/processes.hpp"
#include "workers/effects/effect_worker.hpp"

namespace layerline::effects {
namespace {

using namespace std::chrono_literals;
using app::Truth;

bool until(const std::function<bool()>& holds) {
  for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(10ms);
  return holds();
}

// A workshop that mails its operator when a material runs low; commands are decided here.
struct Workshop {
  Truth truth{"operator@workshop.example"};
  boost::asio::io_context io;
  app::Commands commands{io, app::only_main};

  Workshop() {
    commands.attach(truth.journal);
    tell(inventory::DefineMaterial{"PLA", "black", "", Mass{100}});
  }
  void tell(Command command) {
    const app::Outcome outcome = commands.execute_blocking(
        {.workshop = "main", .command_id = {}, .payload_hash = {}, .actor = "test", .cause = {}, .command = std::move(command)});
    REQUIRE(std::holds_alternative<journal::Accepted>(outcome));
  }
  void ask_for_mails(int count) {
    for (int i = 0; i < count; ++i) {
      tell(inventory::ReceiveStock{MaterialId("PLA-black"), Mass{1'000}, ""});
      tell(inventory::AdjustStock{MaterialId("PLA-black"), Mass{-1'000}, "lost"});
    }
  }
};

// A process that sends mails.
class Process {
 public:
  Process(Workshop& workshop, std::string id, Perform send, Colleagues colleagues, circuit::Circuits* circuits = nullptr,
          std::function<void(const app::Fact&)> on_fact = [](const app::Fact&) {})
      : follower_(*workshop.truth.log, workshop.truth.keys, EffectWorker::fact_types()),
        worker_(workshop.commands, {{events::EffectRequested::kSendMail, std::move(send)}},
                options(std::move(id), std::move(colleagues), circuits)) {
    follower_.subscribe([this, on_fact](const app::Fact& fact) { worker_.fold(fact), on_fact(fact); });
    REQUIRE(follower_.start());
    worker_.start();
  }
  ~Process() {
    worker_.stop();
    follower_.stop();
  }

 private:
  static WorkerOptions options(std::string id, Colleagues colleagues, circuit::Circuits* circuits) {
    colleagues.process = std::move(id);
    WorkerOptions options{.name = "notifier", .threads = 2, .colleagues = std::move(colleagues), .circuits = circuits};
    options.service_of = [](const OpenEffect&) { return circuit::Name{"mail"}; };
    return options;
  }

  app::Follower follower_;
  EffectWorker worker_;
};

Command sent(const OpenEffect& effect) { return FinishEffect{EffectId(effect.id), Outcome::succeeded, ""}; }
Colleagues all_live() { return {.process = {}, .lives = [](const std::string&) { return true; }}; }

TEST_CASE("effects: of two workers one performs an effect, once, and the other leaves it alone") {
  Workshop workshop;
  std::atomic<int> calls = 0;
  std::atomic<int> repeats = 0;
  const Perform slow = [&](const OpenEffect& effect) {
    calls += 1;
    repeats += effect.attempt > 1 ? 1 : 0;
    std::this_thread::sleep_for(20ms);
    return sent(effect);
  };
  const Process one(workshop, "one", slow, all_live());
  const Process two(workshop, "two", slow, all_live());
  workshop.ask_for_mails(25);
  CHECK(until([&] { return calls >= 25; }));
  std::this_thread::sleep_for(600ms);   // longer than a worker waits between two looks
  CHECK(calls == 25);
  CHECK(repeats == 0);
}

TEST_CASE("effects: what a worker was at when its process died, another one attempts again") {
  Workshop workshop;
  std::atomic<bool> one_lives = true;
  std::atomic<bool> test_ends = false;
  std::atomic<int> begun = 0;
  std::atomic<int> second_attempts = 0;
  const Process one(workshop, "one", [&](const OpenEffect& effect) {
    begun += 1;
    while (!test_ends) std::this_thread::sleep_for(5ms);
    return sent(effect);
  }, all_live());
  workshop.ask_for_mails(1);
  REQUIRE(until([&] { return begun == 1; }));
  const Process two(workshop, "two", [&](const OpenEffect& effect) {
    second_attempts += effect.attempt == 2 ? 1 : 0;
    return sent(effect);
  }, {.process = {}, .lives = [&](const std::string&) { return one_lives.load(); }});
  std::this_thread::sleep_for(600ms);
  CHECK(second_attempts == 0);
  one_lives = false;
  CHECK(until([&] { return second_attempts == 1; }));
  test_ends = true;
}

TEST_CASE("effects: a worker that was taken for dead before it had begun leaves the effect to the other") {
  Workshop workshop;
  std::atomic<bool> in_touch = false;
  std::atomic<int> of_one = 0;
  std::atomic<int> of_two = 0;
  const auto count = [](std::atomic<int>& calls) {
    return [&calls](const OpenEffect& effect) {
      calls += 1;
      return sent(effect);
    };
  };
  Colleagues cut_off = all_live();
  cut_off.in_touch = [&] { return in_touch.load(); };
  const Process one(workshop, "one", count(of_one), cut_off);
  workshop.ask_for_mails(1);
  std::this_thread::sleep_for(200ms);   // it has its attempt, and waits
  const Process two(workshop, "two", count(of_two), {.process = {}, .lives = [](const std::string&) { return false; }});
  CHECK(until([&] { return of_two == 1; }));
  in_touch = true;
  std::this_thread::sleep_for(600ms);
  CHECK(of_one == 0);
}

Performed not_reached(const OpenEffect& effect) {
  return {FinishEffect{EffectId(effect.id), Outcome::failed, "not_reached", true}, circuit::Fault{"not_reached"}};
}
Performed delivered(const OpenEffect& effect) { return {sent(effect), circuit::Answered{}}; }

TEST_CASE("effects: while their service is away they wait without being attempted, and each is done once when it is back") {
  Workshop workshop;
  circuit::Circuits circuits({.pauses = {.first_ms = 400, .most_ms = 400}});
  std::mutex mutex;
  bool away = true;
  int calls = 0;
  std::multiset<std::string> done;
  const Process one(workshop, "one", [&](const OpenEffect& effect) {
    const std::lock_guard lock(mutex);
    calls += 1;
    if (away) return not_reached(effect);
    done.insert(effect.id);
    return delivered(effect);
  }, all_live(), &circuits);
  const auto calls_now = [&] { const std::lock_guard lock(mutex); return calls; };
  workshop.ask_for_mails(10);
  REQUIRE(until([&] { return !circuits.all().empty() && circuits.all()[0].circuit.state == circuit::State::open; }));
  const int before = calls_now();
  std::this_thread::sleep_for(2'000ms);
  const int probes = calls_now() - before;
  CHECK(probes >= 2);
  CHECK(probes <= 6);   // ten would have been tried twice and more
  { const std::lock_guard lock(mutex); away = false; }
  CHECK(until([&] { const std::lock_guard lock(mutex); return done.size() >= 10; }));
  std::this_thread::sleep_for(600ms);
  const std::lock_guard lock(mutex);
  CHECK(done.size() == 10);
  CHECK(std::set<std::string>(done.begin(), done.end()).size() == 10);
}

TEST_CASE("effects: the one that its service never answers does not keep the others from being its probes") {
  Workshop workshop;
  circuit::Circuits circuits({.pauses = {.first_ms = 100, .most_ms = 100}});
  std::mutex mutex;
  std::string poisonous;
  int done = 0;
  const Process one(workshop, "one", [&](const OpenEffect& effect) {
    const std::lock_guard lock(mutex);
    if (poisonous.empty()) poisonous = effect.id;
    if (effect.id == poisonous) return not_reached(effect);
    done += 1;
    return delivered(effect);
  }, all_live(), &circuits);
  workshop.ask_for_mails(1);
  REQUIRE(until([&] { return !circuits.all().empty() && circuits.all()[0].circuit.state != circuit::State::closed; }));
  workshop.ask_for_mails(3);
  CHECK(until([&] { const std::lock_guard lock(mutex); return done == 3; }));
}

TEST_CASE("effects: a failure counts against an effect only if its service has answered others since the last one") {
  Workshop workshop;
  circuit::Circuits circuits;
  std::mutex mutex;
  std::string poisonous;
  std::vector<bool> excused;
  int done = 0;
  const auto failures = [&] { const std::lock_guard lock(mutex); return excused.size(); };
  const Process one(workshop, "one", [&](const OpenEffect& effect) {
    const std::lock_guard lock(mutex);
    if (poisonous.empty()) poisonous = effect.id;
    if (effect.id == poisonous) return not_reached(effect);
    done += 1;
    return delivered(effect);
  }, all_live(), &circuits, [&](const app::Fact& fact) {
    const std::lock_guard lock(mutex);
    if (fact.event.has_effect_failed()) excused.push_back(fact.event.effect_failed().service_away());
  });
  workshop.ask_for_mails(1);
  REQUIRE(until([&] { return failures() >= 2; }));
  workshop.ask_for_mails(1);
  REQUIRE(until([&] { const std::lock_guard lock(mutex); return done == 1; }));
  const std::size_t before = failures();
  REQUIRE(until([&] { return failures() >= before + 2; }));
  const std::lock_guard lock(mutex);
  CHECK(excused.front());
  CHECK(excused.back());
  CHECK(std::ranges::count(excused, false) == 1);
}

}  // namespace
}  // namespace layerline::effects
