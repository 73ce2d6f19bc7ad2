#include "infra/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace layerline::telemetry {

void Counter::add(double amount) { counter_->Increment(amount); }
void Gauge::set(double value) { gauge_->Set(value); }
void Histogram::observe(double value) { histogram_->Observe(value); }

const std::vector<double>& duration_buckets_s() {
  static const std::vector<double> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return bounds;
}

struct Metrics::Registry {
  prometheus::Registry families{prometheus::Registry::InsertBehavior::Merge};
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(registry_->families).Add(labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(registry_->families).Add(labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels, const std::vector<double>& buckets) {
  return Histogram(prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->families).Add(labels, buckets));
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(registry_->families.Collect()); }

}  // namespace layerline::telemetry
