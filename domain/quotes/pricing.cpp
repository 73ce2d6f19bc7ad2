#include "domain/quotes/pricing.hpp"

#include <cassert>

namespace layerline::quotes {
namespace {
constexpr std::int64_t milligrams_per_kilogram = 1'000'000;
constexpr std::int64_t ms_per_hour = 3'600'000;
constexpr std::int64_t basis = 10'000;
}  // namespace

std::int64_t scale_half_up(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  assert(value >= 0 && numerator >= 0 && denominator > 0);
  const __int128 product = static_cast<__int128>(value) * numerator;
  return static_cast<std::int64_t>((2 * product + denominator) / (2 * static_cast<__int128>(denominator)));
}

Price price(const Rules& rules, const Options& options, std::int64_t milligrams_per_unit, std::int64_t print_ms_per_unit) {
  const MaterialRule* material = rules.material(options.material_type);
  const FinishRule* finish = rules.finish(options.finish);
  assert(material != nullptr && finish != nullptr);

  Price p;
  p.milligrams = milligrams_per_unit;
  p.print_ms = print_ms_per_unit;
  p.material_cost = scale_half_up(milligrams_per_unit, material->price_per_kg, milligrams_per_kilogram);
  p.machine_cost = scale_half_up(print_ms_per_unit, rules.machine_price_per_hour, ms_per_hour);
  p.labour_cost = rules.labour_per_unit;
  p.overhead_cost = rules.overhead_per_unit;
  p.unit_cost = p.material_cost + p.machine_cost + p.labour_cost + p.overhead_cost;
  p.markup_basis_points = rules.markup_basis_points;
  p.marked_up = scale_half_up(p.unit_cost, rules.markup_basis_points, basis);
  p.discount_basis_points = rules.discount_basis_points(options.quantity);
  p.unit_price = scale_half_up(p.marked_up, basis - p.discount_basis_points, basis);
  p.finish_price = finish->price_per_unit;
  p.rush_price = options.rush ? scale_half_up(p.unit_price, rules.rush_basis_points, basis) : 0;
  p.line_unit_price = p.unit_price + p.finish_price + p.rush_price;
  p.total = p.line_unit_price * options.quantity;
  return p;
}

Price price_set_by_hand(Price price, std::int64_t line_unit_price, std::int64_t quantity) {
  price.line_unit_price = line_unit_price;
  price.total = line_unit_price * quantity;
  return price;
}

std::int64_t delivery_days(const Rules& rules, std::int64_t print_ms_per_unit, std::int64_t quantity) {
  const std::int64_t day_ms = rules.print_hours_per_day * ms_per_hour;
  const __int128 total_ms = static_cast<__int128>(print_ms_per_unit) * quantity;
  return static_cast<std::int64_t>((total_ms + day_ms - 1) / day_ms) + rules.extra_delivery_days;
}

}  // namespace layerline::quotes
