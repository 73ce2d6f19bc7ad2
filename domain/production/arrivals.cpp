#include "domain/production/arrivals.hpp"

#include <algorithm>
#include <chrono>

namespace layerline::production {
namespace {

using namespace std::chrono;

Time end_of_day(Time time) {
  const sys_time<milliseconds> next = floor<days>(sys_time<milliseconds>(milliseconds(time.ms))) + days(1);
  return {next.time_since_epoch().count() - 1};
}

}  // namespace

std::vector<std::optional<Time>> arrivals(std::span<const std::int64_t> short_by, Coming coming, Time now) {
  std::ranges::sort(coming.ordered, {}, &Delivery::due);
  const auto bought_now = coming.lead_time_days.transform(
      [&](std::int64_t lead_days) { return end_of_day(now + Duration{duration_cast<milliseconds>(days(lead_days)).count()}); });
  std::vector<std::optional<Time>> out;
  std::int64_t left = coming.available;
  Time last = now;   // by which all before are served
  auto delivery = coming.ordered.begin();
  for (const std::int64_t missing : short_by) {
    for (; left < missing && delivery != coming.ordered.end(); ++delivery) {
      left += delivery->quantity;
      last = end_of_day(std::max(delivery->due, now));
    }
    left -= missing;
    out.push_back(left >= 0 ? std::optional(last) : bought_now.transform([&](Time at) { return std::max(at, last); }));
  }
  return out;
}

}  // namespace layerline::production
