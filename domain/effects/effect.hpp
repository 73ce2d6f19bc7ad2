// Effects: what is asked of the outside world. An attempt is decided here, so of two workers one gets it; the outcome comes back as a
// command.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::effects {

enum class Status { open, attempted, unknown, parked };

// Only effects that are not done are kept.
struct Effect {
  EffectId id;
  std::string kind;              // "send_mail", "slice_model", …
  Status status = Status::open;
  std::int64_t attempts = 0;
  std::int64_t excused = 0;      // of them: the service was away, so they do not count
};

// ---- commands ----

enum class Outcome { succeeded, failed, failed_for_good, unknown };

struct AttemptEffect { EffectId effect; std::int64_t attempt = 0; std::string worker; };
struct FinishEffect {
  EffectId effect;
  Outcome outcome = Outcome::unknown;
  std::string reason;            // no personal data
  bool service_away = false;     // failed or unknown, but not by the effect's fault: tried again for as long as it takes
};
struct RetryEffect { EffectId effect; };

// ---- decisions ----

[[nodiscard]] Decided decide(const AttemptEffect&, const Context&);   // refused as "effect-taken" if another worker has this attempt
[[nodiscard]] Decided decide(const FinishEffect&, const Context&);
[[nodiscard]] Decided decide(const RetryEffect&, const Context&);

// For the commands that carry an effect's result: empty if the effect is done already.
[[nodiscard]] Events succeed(const EffectId&, const Context&);
// Requests a new effect; the caller fills the action.
[[nodiscard]] events::EffectRequested& request(Events& out, const Context&);

// ---- queries ----

[[nodiscard]] std::string kind_of(const events::EffectRequested&);
// When attempt number `attempt` that failed is tried again.
[[nodiscard]] Duration backoff(std::int64_t attempt, const std::string& effect);

void evolve(Workshop&, const events::EffectRequested&, Time);
void evolve(Workshop&, const events::EffectAttempted&, Time);
void evolve(Workshop&, const events::EffectSucceeded&, Time);
void evolve(Workshop&, const events::EffectFailed&, Time);
void evolve(Workshop&, const events::EffectUnknown&, Time);
void evolve(Workshop&, const events::EffectParked&, Time);
void evolve(Workshop&, const events::EffectRetried&, Time);

}  // namespace layerline::effects
