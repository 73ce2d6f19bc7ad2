#include "infra/circuit/circuit.hpp"

#include <algorithm>

namespace layerline::circuit {
namespace {

Circuit enter(Circuit circuit, State state) {
  circuit.state = state;
  circuit.round += 1;
  return circuit;
}

Circuit opened(Circuit circuit, std::int64_t asked_ms, std::int64_t now_ms, const Pauses& pauses) {
  if (circuit.state == State::closed) circuit.since_ms = now_ms;
  circuit.pause_ms = std::clamp(circuit.pause_ms * 2, pauses.first_ms, pauses.most_ms);
  circuit.next_probe_ms = now_ms + std::max(circuit.pause_ms, std::min(asked_ms, limits::retry_after_most_ms));
  return enter(std::move(circuit), State::open);
}

Circuit failed(Circuit circuit, const Fault& fault, std::int64_t now_ms, const Pauses& pauses) {
  circuit.failures += 1;
  circuit.last_failure = fault.why;
  circuit.last_failure_ms = now_ms;
  // A service that names a time need not be asked any further.
  const bool opens = circuit.state == State::half_open || circuit.failures >= limits::failures_to_open || fault.retry_after_ms > 0;
  return opens ? opened(std::move(circuit), fault.retry_after_ms, now_ms, pauses) : circuit;
}

Circuit answered(Circuit circuit, std::int64_t now_ms) {
  circuit.answers += 1;
  circuit.failures = 0;
  if (circuit.state == State::closed) return circuit;
  circuit.pause_ms = 0;
  circuit.since_ms = now_ms;
  return enter(std::move(circuit), State::closed);
}

}  // namespace

std::optional<Begun> begin(Circuit circuit, std::int64_t now_ms) {
  switch (circuit.state) {
    case State::closed: break;
    case State::half_open: return std::nullopt;
    case State::open:
      if (now_ms < circuit.next_probe_ms) return std::nullopt;
      circuit = enter(std::move(circuit), State::half_open);
  }
  const Permit permit{circuit.round};
  return Begun{std::move(circuit), permit};
}

Circuit end(Circuit circuit, Permit permit, const Ending& ending, std::int64_t now_ms, const Pauses& pauses) {
  if (permit.round != circuit.round) return circuit;
  if (const auto* fault = std::get_if<Fault>(&ending)) return failed(std::move(circuit), *fault, now_ms, pauses);
  if (std::holds_alternative<Answered>(ending)) return answered(std::move(circuit), now_ms);
  // A probe that was not made: somebody else may make it at once.
  return circuit.state == State::half_open ? enter(std::move(circuit), State::open) : circuit;
}

}  // namespace layerline::circuit
