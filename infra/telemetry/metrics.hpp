// Counters, gauges and histograms in Prometheus' text format. Thread-safe. Labels have few values: routes and outcomes, never ids.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace layerline::telemetry {

using Labels = std::map<std::string, std::string>;

// Handles: cheap to copy, valid as long as their Metrics.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(double amount = 1);

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void set(double value);

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

// Upper bounds for durations, in seconds.
[[nodiscard]] const std::vector<double>& duration_buckets_s();

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // The same name and labels give the same metric; a name of another kind throws: a bug. Names end in "_total" or their unit.
  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                                    const std::vector<double>& buckets = duration_buckets_s());

  // The answer to GET /metrics; its Content-Type is "text/plain; version=0.0.4".
  [[nodiscard]] std::string text() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace layerline::telemetry
