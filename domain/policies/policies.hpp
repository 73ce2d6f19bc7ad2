// Policies: what one fact makes happen next, inside the same commit. Total functions over the state after the event; they never refuse.
#pragma once

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::policies {

[[nodiscard]] Events react(const events::Event& event, const Context& context);

}  // namespace layerline::policies
