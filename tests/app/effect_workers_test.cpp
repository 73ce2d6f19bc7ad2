// Several workers of one kind: each with what it knows of the other, on one journal.
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

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
      tell(inventory::AdjustStock{MaterialId("PLA-black"), Mass{-1'000}, ""});
    }
  }
};

// A process that sends mails.
class Process {
 public:
  Process(Workshop& workshop, std::string id, Perform send, Colleagues colleagues)
      : follower_(*workshop.truth.log, workshop.truth.keys, EffectWorker::fact_types()),
        worker_(workshop.commands, {{events::EffectRequested::kSendMail, std::move(send)}}, options(std::move(id), std::move(colleagues))) {
    follower_.subscribe([this](const app::Fact& fact) { worker_.fold(fact); });
    REQUIRE(follower_.start());
    worker_.start();
  }
  ~Process() {
    worker_.stop();
    follower_.stop();
  }

 private:
  static WorkerOptions options(std::string id, Colleagues colleagues) {
    colleagues.process = std::move(id);
    return {.name = "notifier", .threads = 2, .colleagues = std::move(colleagues)};
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

}  // namespace
}  // namespace layerline::effects
