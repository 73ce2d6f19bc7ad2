// The machine in virtual time.
#include <doctest/doctest.h>

#include "infra/circuit/circuit.hpp"
#include "infra/circuit/http_ending.hpp"

namespace layerline::circuit {
namespace {

constexpr std::int64_t second_ms = 1'000;
const Fault away{"not_reached"};

// A service, and whoever calls it.
struct Played {
  Circuit circuit = {};
  std::int64_t now_ms = 1'000'000;

  [[nodiscard]] bool may_call() const { return begin(circuit, now_ms).has_value(); }
  Permit begun() {
    auto made = begin(circuit, now_ms);
    REQUIRE(made);
    circuit = made->circuit;
    return made->permit;
  }
  void ended(Permit permit, const Ending& ending) { circuit = end(circuit, permit, ending, now_ms); }
  void call(const Ending& ending) { ended(begun(), ending); }
  void fail(int times) {
    for (int i = 0; i < times; ++i) call(away);
  }
  // It opens, and the time of its first probe has come.
  void open_until_probe() {
    fail(limits::failures_to_open);
    now_ms = circuit.next_probe_ms;
  }
};

}  // namespace

TEST_CASE("circuit: five failures in a row open it, four do not") {
  Played service;
  service.fail(limits::failures_to_open - 1);
  CHECK(service.circuit.state == State::closed);
  CHECK(service.may_call());
  service.fail(1);
  CHECK(service.circuit.state == State::open);
  CHECK_FALSE(service.may_call());
  CHECK(service.circuit.since_ms == service.now_ms);
  CHECK(service.circuit.last_failure == "not_reached");
}

TEST_CASE("circuit: an answer in between begins the count anew, also a refusal") {
  Played service;
  service.fail(limits::failures_to_open - 1);
  service.call(Answered{});
  service.fail(limits::failures_to_open - 1);
  CHECK(service.circuit.state == State::closed);
}

TEST_CASE("circuit: a call that was not made says nothing") {
  Played service;
  service.fail(limits::failures_to_open - 1);
  service.call(NotCalled{});
  CHECK(service.circuit.failures == limits::failures_to_open - 1);
  service.fail(1);
  CHECK(service.circuit.state == State::open);
}

TEST_CASE("circuit: after the pause one call probes it, and no other while that one is under way") {
  Played service;
  service.open_until_probe();
  service.now_ms -= 1;
  CHECK_FALSE(service.may_call());
  service.now_ms += 1;
  const Permit probe = service.begun();
  CHECK(service.circuit.state == State::half_open);
  service.now_ms += 3'600 * second_ms;
  CHECK_FALSE(service.may_call());
  service.ended(probe, Answered{});
  CHECK(service.circuit.state == State::closed);
  CHECK(service.circuit.since_ms == service.now_ms);
  CHECK(service.may_call());
}

TEST_CASE("circuit: one probe that fails opens it again, and it is still away since the first time") {
  Played service;
  service.open_until_probe();
  const std::int64_t since_ms = service.circuit.since_ms;
  service.call(Fault{"http_503"});
  CHECK(service.circuit.state == State::open);
  CHECK_FALSE(service.may_call());
  CHECK(service.circuit.since_ms == since_ms);
  CHECK(service.circuit.last_failure == "http_503");
}

TEST_CASE("circuit: the pause doubles from five seconds to a minute, and begins anew once it was closed") {
  Played service;
  service.fail(limits::failures_to_open);
  for (const std::int64_t pause_s : {5, 10, 20, 40, 60, 60}) {
    CHECK(service.circuit.next_probe_ms - service.now_ms == pause_s * second_ms);
    service.now_ms = service.circuit.next_probe_ms;
    service.call(away);
  }
  service.now_ms = service.circuit.next_probe_ms;
  service.call(Answered{});
  service.fail(limits::failures_to_open);
  CHECK(service.circuit.next_probe_ms - service.now_ms == 5 * second_ms);
}

TEST_CASE("circuit: a probe that was not made leaves the next one to somebody else, at once") {
  Played service;
  service.open_until_probe();
  const std::int64_t pause_ms = service.circuit.pause_ms;
  service.call(NotCalled{});
  CHECK(service.circuit.state == State::open);
  CHECK(service.may_call());
  CHECK(service.circuit.pause_ms == pause_ms);
}

TEST_CASE("circuit: how a call ends that was begun before it opened is old news") {
  Played service;
  const Permit early = service.begun();
  const Permit late = service.begun();
  service.open_until_probe();
  service.ended(early, Answered{});
  CHECK(service.circuit.state == State::open);
  const Permit probe = service.begun();
  const std::int64_t next_ms = service.circuit.next_probe_ms;
  service.ended(late, away);
  CHECK(service.circuit.state == State::half_open);
  CHECK(service.circuit.next_probe_ms == next_ms);
  service.ended(probe, Answered{});
  CHECK(service.circuit.state == State::closed);
}

TEST_CASE("circuit: a service that names a time is not asked again before it, though it failed only once") {
  Played service;
  service.call(Fault{"http_429", 30 * second_ms});
  CHECK(service.circuit.state == State::open);
  CHECK(service.circuit.next_probe_ms - service.now_ms == 30 * second_ms);
  Played short_time;
  short_time.call(Fault{"http_429", 1 * second_ms});
  CHECK(short_time.circuit.next_probe_ms - short_time.now_ms == limits::pause_first_ms);
  Played absurd;
  absurd.call(Fault{"http_429", 1'000'000 * second_ms});
  CHECK(absurd.circuit.next_probe_ms - absurd.now_ms == limits::retry_after_most_ms);
}

TEST_CASE("circuit: only answers are counted as such") {
  Played service;
  service.call(Answered{});
  service.call(NotCalled{});
  service.open_until_probe();
  CHECK(service.circuit.answers == 1);
  service.call(Answered{});
  CHECK(service.circuit.answers == 2);
}

// ---- whose fault it is ----

namespace {

std::string fault_of(int status, http::Headers headers = {}) {
  const Ending ending = ending_of(http::ClientResponse{status, std::move(headers), ""});
  const auto* fault = std::get_if<Fault>(&ending);
  return fault == nullptr ? "" : fault->why + " " + std::to_string(fault->retry_after_ms);
}

}  // namespace

TEST_CASE("circuit: http: errors of the server and 429 are the service's fault, other refusals are not") {
  for (const int status : {200, 204, 301, 400, 401, 402, 403, 404, 409, 422}) CHECK(fault_of(status) == "");
  for (const int status : {429, 500, 502, 503, 504}) CHECK(fault_of(status) == "http_" + std::to_string(status) + " 0");
}

TEST_CASE("circuit: http: Retry-After is taken in seconds, and bounded") {
  CHECK(fault_of(429, {{"retry-after", "7"}}) == "http_429 7000");
  CHECK(fault_of(503, {{"retry-after", "7"}}) == "http_503 7000");
  CHECK(fault_of(429, {{"retry-after", "9223372036854775807"}}) == "http_429 900000");
  for (const char* odd : {"", "0", "-5", "7 s", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
    CHECK(fault_of(429, {{"retry-after", odd}}) == "http_429 0");
  CHECK(fault_of(404, {{"retry-after", "7"}}) == "");
}

TEST_CASE("circuit: http: a 500 that the provider keeps for a key says nothing of how it is now") {
  CHECK(fault_of(500, {{"idempotent-replayed", "true"}}) == "");
}

TEST_CASE("circuit: http: not reached and no answer are told apart, without an address") {
  using Outcome = http::TransportError::Outcome;
  CHECK(std::get<Fault>(ending_of(http::TransportError{Outcome::not_done, "to 192.0.2.1"})).why == "not_reached");
  CHECK(std::get<Fault>(ending_of(http::TransportError{Outcome::unknown, "to 192.0.2.1"})).why == "no_answer");
}

}  // namespace layerline::circuit
