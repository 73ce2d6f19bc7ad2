#include "infra/circuit/status.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>

namespace layerline::circuit {
namespace {

std::string time_of(std::int64_t time_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time_ms / 1'000)));
}

int badness(State state) {
  switch (state) {
    case State::closed: return 0;
    case State::half_open: return 1;
    case State::open: return 2;
  }
  return 2;
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::closed: return "closed";
    case State::open: return "open";
    case State::half_open: return "half_open";
  }
  return "open";
}

void write(json::Writer& writer, const Standing& standing) {
  const Circuit& circuit = standing.circuit;
  writer.begin_object().member("service", standing.name.service);
  if (!standing.name.shop.empty()) writer.member("shop", standing.name.shop);
  writer.member("state", name_of(circuit.state)).member("since", time_of(circuit.since_ms)).member("failures", circuit.failures);
  const bool has_failed = circuit.last_failure_ms > 0;
  has_failed ? writer.member("last_failure", circuit.last_failure) : writer.key("last_failure").null();
  has_failed ? writer.member("last_failure_at", time_of(circuit.last_failure_ms)) : writer.key("last_failure_at").null();
  circuit.state == State::open ? writer.member("next_probe_at", time_of(circuit.next_probe_ms)) : writer.key("next_probe_at").null();
  writer.end();
}

std::vector<Standing> worst_of_each(std::vector<Standing> standings) {
  std::vector<Standing> out;
  for (Standing& standing : standings) {
    standing.name = {standing.name.service};
    const auto same = std::ranges::find(out, standing.name, &Standing::name);
    if (same == out.end()) out.push_back(std::move(standing));
    else if (badness(standing.circuit.state) > badness(same->circuit.state)) *same = std::move(standing);
  }
  return out;
}

}  // namespace layerline::circuit
