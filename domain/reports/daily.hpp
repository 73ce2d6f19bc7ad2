// What happened in a workshop since its operator was last told: counted while events are folded, and told once a day.
#pragma once

#include <cstdint>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::reports {

struct Tally {
  std::int64_t orders_placed = 0;
  std::int64_t received = 0;         // minor units
  std::int64_t refunded = 0;
  std::int64_t prints_finished = 0;
  std::int64_t prints_failed = 0;
  Mass consumed;                     // as prints were weighed, if they were
  std::int64_t parcels_sent = 0;
  Time since;                        // of the first of these
  friend bool operator==(const Tally&, const Tally&) = default;
};

// Of the day on which the first of it happened, which a server that was off tells late; of yesterday, if nothing happened but orders wait.
// Nothing, if none waits either.
[[nodiscard]] Events report_day(const Context&);

// Before the event is folded: what a payment received so far is told as a sum.
void count(Workshop&, const events::Event&, Time);
void evolve(Workshop&, const events::DailyReported&, Time);

}  // namespace layerline::reports
