#include "domain/shops/shop_time.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "domain/shops/limits.hpp"

namespace layerline::shops {
namespace {

// Reads from the front of a text; once something did not fit, `good` is false.
struct Scanner {
  std::string_view rest;
  bool good = true;

  std::int64_t digits(std::size_t count, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest.size() || rest[i] < '0' || rest[i] > '9') return fail();
      number = number * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return number < least || number > most ? fail() : number;
  }
  bool take(char wanted) {
    if (!rest.starts_with(wanted)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail();
  }
  std::int64_t fail() {
    good = false;
    rest = {};
    return 0;
  }
};

std::int64_t fraction_ms(Scanner& scan) {
  if (!scan.take('.') && !scan.take(',')) return 0;
  std::int64_t ms = 0;
  std::int64_t worth = 100;
  std::size_t count = 0;
  for (; !scan.rest.empty() && scan.rest.front() >= '0' && scan.rest.front() <= '9'; ++count, worth /= 10) {
    ms += (scan.rest.front() - '0') * worth;
    scan.rest.remove_prefix(1);
  }
  return count == 0 ? scan.fail() : ms;
}

// "", "Z", "+01:00", "+0100"
std::int64_t zone_ms(Scanner& scan) {
  if (scan.rest.empty() || scan.take('Z')) return 0;
  const bool west = scan.take('-');
  if (!west) scan.expect('+');
  const std::int64_t hours = scan.digits(2, 0, 23);
  scan.take(':');
  const std::int64_t minutes = scan.digits(2, 0, 59);
  return (west ? -1 : 1) * (hours * 60 + minutes) * 60'000;
}

}  // namespace

std::optional<Time> shop_time(std::string_view text) {
  Scanner scan{text};
  const std::int64_t year = scan.digits(4, limits::year_least, limits::year_most);
  scan.expect('-');
  const std::int64_t month = scan.digits(2, 1, 12);
  scan.expect('-');
  const std::int64_t day = scan.digits(2, 1, 31);
  if (!scan.take('T')) scan.expect(' ');
  const std::int64_t hour = scan.digits(2, 0, 23);
  scan.expect(':');
  const std::int64_t minute = scan.digits(2, 0, 59);
  const std::int64_t second = scan.take(':') ? scan.digits(2, 0, 60) : 0;
  const std::int64_t ms = fraction_ms(scan);
  const std::int64_t zone = zone_ms(scan);
  if (!scan.good || !scan.rest.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Time{((days * 24 + hour) * 60 + minute) * 60'000 + second * 1'000 + ms - zone};
}

std::optional<Time> http_time(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  return shop_time(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1, text.substr(5, 2), text.substr(17, 8)));
}

}  // namespace layerline::shops
