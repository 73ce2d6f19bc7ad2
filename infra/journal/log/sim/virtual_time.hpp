// A clock that only moves when everything due has run, and the order of events on it. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace layerline::journal {

class VirtualTime {
 public:
  using Event = std::function<void()>;

  [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }

  // Events of one time run in the order in which they were scheduled.
  void at(std::int64_t time_ms, Event event) { due_.push({std::max(time_ms, now_ms_), next_++, std::move(event)}); }

  // Runs the next event, if it is due until then; otherwise the clock is set to `until_ms`.
  bool run_next(std::int64_t until_ms) {
    if (due_.empty() || due_.top().time_ms > until_ms) {
      now_ms_ = std::max(now_ms_, until_ms);
      return false;
    }
    Event event = std::move(const_cast<Due&>(due_.top()).event);   // the queue hands out const references only
    now_ms_ = due_.top().time_ms;
    due_.pop();
    event();
    return true;
  }
  void run_until(std::int64_t until_ms) {
    while (run_next(until_ms)) {
    }
  }

 private:
  struct Due {
    std::int64_t time_ms;
    std::uint64_t order;
    Event event;
    bool operator<(const Due& other) const { return std::pair(time_ms, order) > std::pair(other.time_ms, other.order); }
  };
  std::int64_t now_ms_ = 0;
  std::uint64_t next_ = 0;
  std::priority_queue<Due> due_;
};

}  // namespace layerline::journal
