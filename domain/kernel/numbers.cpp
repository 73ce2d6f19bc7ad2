#include "domain/kernel/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace layerline {
namespace {

int year_of(Time now) {
  const std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds{now.ms}};
  return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(point)}.year());
}

}  // namespace

std::string Numbers::next(std::string_view prefix, Time now) const {
  const std::string series = fmt::format("{}-{}", prefix, year_of(now));
  const auto found = last_.find(series);
  return fmt::format("{}-{:03}", series, found == last_.end() ? 1 : found->second + 1);
}

void Numbers::note(std::string_view number) {
  const std::size_t dash = number.rfind('-');
  if (dash == std::string_view::npos) return;
  std::int64_t value = 0;
  std::from_chars(number.data() + dash + 1, number.data() + number.size(), value);
  std::int64_t& last = last_[std::string(number.substr(0, dash))];
  last = std::max(last, value);
}

}  // namespace layerline
