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
  friend bool operator==(const Tally&, const Tally&) = default;
};

// Of the day that has just ended. Nothing, if nothing happened and no order waits.
[[nodiscard]] Events report_day(const Context&);

// Before the event is folded: what a payment received so far is told as a sum.
void count(Workshop&, const events::Event&);
void evolve(Workshop&, const events::DailyReported&, Time);

}  // namespace layerline::reports
