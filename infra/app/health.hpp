// What every process answers, whatever its roles: is it alive, can it do its work, how is it doing.
#pragma once

#include <functional>
#include <string>

#include "infra/circuit/circuits.hpp"
#include "infra/http/router.hpp"

namespace layerline::app {

struct Health {
  std::function<std::string()> trouble;        // why it can't do its work now; empty if it can
  std::function<std::string()> metrics_text;   // Prometheus' format
  const circuit::Circuits* circuits = nullptr; // of the outside services that it calls
};

// GET /healthz, /readyz, /status and /metrics.
void add_health(http::Router& router, Health health);

}  // namespace layerline::app
