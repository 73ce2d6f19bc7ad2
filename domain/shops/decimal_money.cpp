#include "domain/shops/decimal_money.hpp"

#include <algorithm>
#include <array>

#include "domain/shops/limits.hpp"

namespace layerline::shops {
namespace {

// ISO 4217
constexpr std::array<std::string_view, 16> without_decimals = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                               "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> with_three = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

bool digits_only(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

int decimals_of(std::string_view currency) {
  if (std::ranges::find(without_decimals, currency) != without_decimals.end()) return 0;
  return std::ranges::find(with_three, currency) != with_three.end() ? 3 : 2;
}

std::optional<std::int64_t> minor_units(std::string_view text, std::string_view currency) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || !digits_only(whole) || !digits_only(fraction) || (point != std::string_view::npos && fraction.empty()))
    return std::nullopt;
  std::int64_t units = 0;
  const auto append = [&units](char digit) {
    units = units * 10 + (digit - '0');
    return units <= limits::amount_max;
  };
  for (const char digit : whole)
    if (!append(digit)) return std::nullopt;
  const auto decimals = static_cast<std::size_t>(decimals_of(currency));
  for (std::size_t i = 0; i < decimals; ++i)
    if (!append(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  if (fraction.size() > decimals && fraction[decimals] >= '5') units += 1;
  return negative ? -units : units;
}

}  // namespace layerline::shops
