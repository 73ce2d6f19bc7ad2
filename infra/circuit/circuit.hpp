// The circuit breaker of one outside service: closed, until so many calls in a row failed by the service's own fault; then open, and
// nobody calls it for a pause; then half open: one call probes it, and its end closes the circuit or opens it for a longer pause.
// Pure: values and the time go in, values come out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "infra/circuit/limits.hpp"

namespace layerline::circuit {

enum class State { closed, open, half_open };

// How a call ended, as far as it tells something of the service.
struct NotCalled {};
struct Answered {};                       // also with a refusal of what was asked: the service works
struct Fault {                            // not reached, no answer, an error of its own, or too busy
  std::string why;                        // "not_reached", "http_503": no secrets, nothing personal
  std::int64_t retry_after_ms = 0;        // that it named itself; 0: none
};
using Ending = std::variant<NotCalled, Answered, Fault>;

struct Pauses {
  std::int64_t first_ms = limits::pause_first_ms;
  std::int64_t most_ms = limits::pause_most_ms;
};

struct Circuit {
  State state = State::closed;
  std::int64_t since_ms = 0;              // when it was opened or closed; a probe that fails changes nothing in that
  int failures = 0;                       // in a row
  std::int64_t pause_ms = 0;              // the present one
  std::int64_t next_probe_ms = 0;         // while it is open
  std::string last_failure = {};
  std::int64_t last_failure_ms = 0;       // 0: there was none
  std::uint64_t answers = 0;              // so many calls were answered
  std::uint64_t round = 0;                // counts its states
};

// The right to one call, and the round that it was begun in: what was begun in an earlier one ends as old news.
struct Permit {
  std::uint64_t round = 0;
};
struct Begun {
  Circuit circuit;
  Permit permit;
};

// Nothing: the service is to be left alone now.
[[nodiscard]] std::optional<Begun> begin(Circuit circuit, std::int64_t now_ms);
[[nodiscard]] Circuit end(Circuit circuit, Permit permit, const Ending& ending, std::int64_t now_ms, const Pauses& pauses = {});

}  // namespace layerline::circuit
