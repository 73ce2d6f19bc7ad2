#include "infra/app/health.hpp"

#include <memory>

#include "infra/circuit/status.hpp"

namespace layerline::app {
namespace {

using boost::asio::awaitable;

awaitable<http::Response> alive() { co_return http::text_response(200, "ok\n"); }

awaitable<http::Response> ready(const Health& health) {
  const std::string trouble = health.trouble();
  if (trouble.empty()) co_return http::text_response(200, "ready\n");
  co_return http::problem(503, "not-ready", trouble);
}

// For everybody: a page of it may stand before customers.
awaitable<http::Response> status(const Health& health) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("ready", health.trouble().empty()).key("services").begin_array();
  if (health.circuits != nullptr)
    for (const circuit::Standing& standing : circuit::worst_of_each(health.circuits->all())) circuit::write(writer, standing);
  writer.end().end();
  http::Response response = http::json_response(200, std::move(out));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

awaitable<http::Response> metrics(const Health& health) {
  http::Response response;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4"}};
  response.body = health.metrics_text();
  co_return response;
}

}  // namespace

void add_health(http::Router& router, Health health) {
  const auto shared = std::make_shared<Health>(std::move(health));
  router.add(http::Method::get, "/healthz", [](http::Request&) { return alive(); });
  router.add(http::Method::get, "/readyz", [shared](http::Request&) { return ready(*shared); });
  router.add(http::Method::get, "/status", [shared](http::Request&) { return status(*shared); });
  router.add(http::Method::get, "/metrics", [shared](http::Request&) { return metrics(*shared); });
}

}  // namespace layerline::app
