#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "domain/kernel/types.hpp"
#include "infra/telemetry/log.hpp"
#include "infra/telemetry/metrics.hpp"
#include "tests/edges/temporary_folder.hpp"

namespace layerline::telemetry {
namespace {

static_assert(!std::is_constructible_v<Field, std::string_view, Secret<std::string>>, "a secret must not become a field of a log line");

TEST_CASE("telemetry: log: a line is one JSON object, whatever the text") {
  CHECK(format_line(1'700'000'000'123, Level::warning, "http", "a \"b\"\nc", {{"port", 80}, {"ok", true}, {"ratio", 0.5}, {"id", "x"}}) ==
        R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","area":"http","message":"a \"b\"\nc",)"
        R"("port":80,"ok":true,"ratio":0.5,"id":"x"})");
}

TEST_CASE("telemetry: log: lines below the level are left out") {
  const TemporaryFolder folder;
  {
    auto logger = Logger::to_file(folder.path() / "log", Level::info);
    REQUIRE(logger.has_value());
    logger->debug("a", "not this");
    logger->info("a", "this");
  }
  std::ifstream file(folder.path() / "log");
  std::string line;
  std::getline(file, line);
  CHECK(line.ends_with(R"("message":"this"})"));
  CHECK_FALSE(std::getline(file, line));
}

TEST_CASE("telemetry: trace: the caller's id is taken over, anything else gets a fresh one") {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  CHECK(trace_id("00-" + id + "-00f067aa0ba902b7-01") == id);
  for (const std::string& header : {std::string(), "00-" + id, "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
                                   "00-" + std::string(32, '"') + "-00f067aa0ba902b7-01"}) {
    const std::string fresh = trace_id(header);
    CHECK(fresh.size() == 32);
    CHECK(fresh != trace_id(header));
    CHECK(fresh.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("telemetry: metrics: the same name and labels count together and are served as text") {
  Metrics metrics;
  metrics.counter("requests_total", "Requests", {{"route", "/a"}}).add();
  metrics.counter("requests_total", "Requests", {{"route", "/a"}}).add(2);
  metrics.gauge("depth", "Depth").set(7);
  metrics.histogram("wait_seconds", "Wait").observe(0.002);
  const std::string text = metrics.text();
  CHECK(text.contains("requests_total{route=\"/a\"} 3"));
  CHECK(text.contains("depth 7"));
  CHECK(text.contains("wait_seconds_bucket{le=\"0.0025\"} 1"));
}

}  // namespace
}  // namespace layerline::telemetry
