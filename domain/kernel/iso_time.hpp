// A point of time as documents and public events show it. By hand: with a formatter it was a part of every fold that one could measure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace layerline {

// "2026-11-21T05:00:00.000Z"
[[nodiscard]] inline std::string iso_time(std::int64_t time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(time_ms)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t at, int digits, std::int64_t number) {
    for (int i = digits; i-- > 0; number /= 10) out[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return out;
}

}  // namespace layerline
