// Tells the owners which timers are due. Time is data: a timer fires when its event is accepted, and only once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "infra/app/commands.hpp"
#include "infra/app/tables.hpp"

namespace layerline::app {

class TimerLoop {
 public:
  TimerLoop(Commands& commands, const TimerTable& timers);
  ~TimerLoop();
  TimerLoop(const TimerLoop&) = delete;
  TimerLoop& operator=(const TimerLoop&) = delete;

 private:
  void run();

  Commands& commands_;
  const TimerTable& timers_;
  std::mutex mutex_;               // guards the next one
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace layerline::app
