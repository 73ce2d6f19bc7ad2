// Another place in the queue, for what is waiting in it.
#pragma once

#include <expected>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/kernel/urgency.hpp"

namespace layerline::production {

struct RescheduleProduction { ProductionOrderId production; AskedUrgency urgency; };

// Its components follow: nothing is ready before they are.
[[nodiscard]] Decided decide(const RescheduleProduction&, const Context&);

// Whether there is such a priority, and such a day.
[[nodiscard]] std::expected<void, Rejection> check(const AskedUrgency&);

void evolve(Workshop&, const events::ProductionRescheduled&, Time);

}  // namespace layerline::production
