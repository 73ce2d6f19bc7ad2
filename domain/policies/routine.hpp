// What a workshop does by the clock, by timers that follow themselves. They begin when it is opened; where it was opened before there were
// any, with its next order.
#pragma once

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::routine {

// Sets those that are not running.
[[nodiscard]] Events begin(const Context&);
// What is to be done now; nothing if the timer is not one of these.
[[nodiscard]] Events on_timer(const events::TimerFired&, const Context&);

}  // namespace layerline::routine
