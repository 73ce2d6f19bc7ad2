// How urgent something is to be made: what orders the queue of what is printed.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/kernel/types.hpp"

namespace layerline {

inline constexpr std::int64_t most_urgent = 1, usually_urgent = 3, least_urgent = 5;

struct Urgency {
  std::int64_t priority = usually_urgent;
  Time due = {};                // the start of a day, UTC; 0: nobody said one
  friend bool operator==(const Urgency&, const Urgency&) = default;
  // What is served first.
  friend bool operator<(const Urgency& a, const Urgency& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    if ((a.due.ms == 0) != (b.due.ms == 0)) return b.due.ms == 0;
    return a.due < b.due;
  }
};

// What somebody asks for; what he leaves out stays as it is.
struct AskedUrgency {
  std::optional<std::int64_t> priority = {};
  std::optional<Time> due = {};   // 0: no day any more
  [[nodiscard]] Urgency or_else(const Urgency& otherwise) const {
    return {priority.value_or(otherwise.priority), due.value_or(otherwise.due)};
  }
};

[[nodiscard]] constexpr Time start_of_day(Time time) {
  constexpr std::int64_t day_ms = 86'400'000;
  return {time.ms - time.ms % day_ms};
}

// As an event stores it. Those from before there were priorities (0) say only whether it was sold as a rush order.
[[nodiscard]] constexpr Urgency stored_urgency(std::int64_t priority, bool rush, std::int64_t due_ms) {
  const std::int64_t before = rush ? most_urgent : usually_urgent;
  return {priority != 0 ? priority : before, {due_ms}};
}

}  // namespace layerline
