#include <doctest/doctest.h>

#include "domain/workshop/limits.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using effects::Outcome;

TEST_CASE("effects: of two workers one gets the attempt") {
  Scenario s;
  s.draft(black_pieces());
  const EffectId effect = s.effects_of("analyse_model").at(0);
  s.when(effects::AttemptEffect{effect, 1, "a"}).then({"effect.attempted"});
  s.when(effects::AttemptEffect{effect, 1, "b"}).rejected("effect-taken");
  s.when(effects::FinishEffect{effect, Outcome::succeeded, ""}).then({"effect.succeeded"});
  s.when(effects::FinishEffect{effect, Outcome::succeeded, ""}).nothing_happened();
  s.when(effects::AttemptEffect{effect, 2, "b"}).rejected("not-found");
}

TEST_CASE("effects: what a server said in another encoding is refused before it is in the journal, and can be told anew") {
  Scenario s;
  s.draft(black_pieces());
  const EffectId effect = s.effects_of("analyse_model").at(0);
  s.given(effects::AttemptEffect{effect, 1, "a"});
  s.when(effects::FinishEffect{effect, Outcome::failed, "Bo\xeete inconnue"}).rejected("text-not-utf-8");
  s.when(effects::FinishEffect{effect, Outcome::failed, "Bo\xc3\xaete inconnue"}).then({"effect.failed"});
}

TEST_CASE("effects: retries wait longer each time, up to a bound, and end with an operator") {
  Scenario s;
  s.draft(black_pieces());
  const EffectId effect = s.effects_of("analyse_model").at(0);
  std::int64_t waited_ms = 0;
  for (std::int64_t attempt = 1; attempt < limits::effect_attempts_max; ++attempt) {
    s.given(effects::AttemptEffect{effect, attempt, "a"});
    s.when(effects::FinishEffect{effect, Outcome::failed, "503"}).then({"effect.failed"});
    const std::int64_t wait_ms = s.last("effect.failed").effect_failed().retry_at_ms() - s.now.ms;
    CHECK(wait_ms > waited_ms);
    CHECK(wait_ms <= limits::effect_backoff_max_ms);
    waited_ms = wait_ms;
  }
  s.given(effects::AttemptEffect{effect, limits::effect_attempts_max, "a"});
  s.when(effects::FinishEffect{effect, Outcome::unknown, "timeout"}).then({"effect.parked"});
  s.when(effects::FinishEffect{effect, Outcome::failed, "late"}).nothing_happened();
  s.when(effects::AttemptEffect{effect, limits::effect_attempts_max + 1, "a"}).rejected("effect-parked");
  s.when(effects::RetryEffect{effect}).then({"effect.retried"});
  s.when(effects::RetryEffect{effect}).rejected("effect-not-parked");
  s.when(effects::AttemptEffect{effect, limits::effect_attempts_max + 1, "a"}).then({"effect.attempted"});
}

TEST_CASE("effects: what fails because its service is away is tried again without end, and has all its attempts afterwards") {
  Scenario s;
  s.draft(black_pieces());
  const EffectId effect = s.effects_of("analyse_model").at(0);
  std::int64_t attempt = 0;
  for (; attempt < 10 * limits::effect_attempts_max; ++attempt) {
    s.given(effects::AttemptEffect{effect, attempt + 1, "a"});
    const Outcome outcome = attempt % 2 == 0 ? Outcome::failed : Outcome::unknown;
    s.when(effects::FinishEffect{effect, outcome, "not_reached", true}).then({attempt % 2 == 0 ? "effect.failed" : "effect.unknown"});
  }
  for (std::int64_t counted = 1; counted <= limits::effect_attempts_max; ++counted, ++attempt) {
    s.given(effects::AttemptEffect{effect, attempt + 1, "a"});
    const bool last = counted == limits::effect_attempts_max;
    s.when(effects::FinishEffect{effect, Outcome::failed, "503"}).then({last ? "effect.parked" : "effect.failed"});
  }
}

TEST_CASE("effects: while its service is away an effect does not wait longer each time: the service's own pause does") {
  Scenario s;
  s.draft(black_pieces());
  const EffectId effect = s.effects_of("analyse_model").at(0);
  for (std::int64_t attempt = 1; attempt < 30; ++attempt) {
    s.given(effects::AttemptEffect{effect, attempt, "a"});
    s.given(effects::FinishEffect{effect, Outcome::failed, "not_reached", true});
    CHECK(s.last("effect.failed").effect_failed().retry_at_ms() - s.now.ms <= limits::effect_backoff_first_ms);
  }
}

TEST_CASE("effects: a refusal for good parks, whatever is said of the service") {
  Scenario s;
  s.draft(black_pieces());
  s.when(effects::FinishEffect{s.effects_of("analyse_model").at(0), Outcome::failed_for_good, "404", true}).then({"effect.parked"});
}

TEST_CASE("effects: a failure for good parks at once") {
  Scenario s;
  s.draft(black_pieces());
  s.when(effects::FinishEffect{s.effects_of("analyse_model").at(0), Outcome::failed_for_good, "404"}).then({"effect.parked"});
}

}  // namespace layerline::test
