#include "infra/app/timers.hpp"

#include <chrono>

#include "infra/app/limits.hpp"

namespace layerline::app {
namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

TimerLoop::TimerLoop(Commands& commands, const TimerTable& timers) : commands_(commands), timers_(timers), thread_([this] { run(); }) {}

TimerLoop::~TimerLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void TimerLoop::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(limits::timer_check_ms), [&] { return stopping_; })) {
    lock.unlock();
    for (const DueTimer& due : timers_.due(now_ms())) {
      Envelope envelope;
      envelope.workshop = due.workshop;
      envelope.actor = "timer";
      envelope.cause = "timer";
      envelope.command = settings::FireTimer{due.timer};
      // Whatever comes of it: what is still due is told again, and a timer that fired already changes nothing.
      (void)commands_.execute_blocking(std::move(envelope));
    }
    lock.lock();
  }
}

}  // namespace layerline::app
