// What planning refuses, by name, instead of wrapping around or filling the memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace layerline::planning::limits {

inline constexpr std::int64_t quantity_max = 1'000'000'000'000'000'000;  // of any quantity given or planned: a million tonnes in µg
inline constexpr std::int64_t scrap_ppm_max = 1'000'000'000;             // a thousand thrown away for each good one
inline constexpr int lead_time_days_max = 36'500;
inline constexpr int period_days_max = 36'500;
inline constexpr std::size_t shares_max = 20'000'000;                    // of a whole plan: which part of an order is for which demand
inline constexpr std::size_t facts_netted_again = 256;                   // of one question; for more, all is netted, which is not slower
inline constexpr std::size_t file_bytes = std::size_t{256} << 20;        // of facts that planners hand in

// Four digits of a year, and room for every lead time before them.
inline constexpr std::chrono::sys_days day_min = std::chrono::year{1000} / 1 / 1;
inline constexpr std::chrono::sys_days day_max = std::chrono::year{9999} / 12 / 31;

}  // namespace layerline::planning::limits
