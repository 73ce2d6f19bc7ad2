// The payments worker's effects: intents and refunds at Stripe. The effect's id is the provider's idempotency key.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "workers/effects/effect_worker.hpp"
#include "workers/payments/stripe_api.hpp"

namespace layerline::payments {

// Without an account (an empty key) every intent is refused: orders are then paid by hand.
[[nodiscard]] std::map<effects::Action, effects::Perform> payment_effects(StripeAccount account,
                                                                          std::function<std::int64_t()> now_ms = circuit::clock_ms);

}  // namespace layerline::payments
