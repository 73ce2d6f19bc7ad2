// The price of a quote: integers only, rounded half up after each step, so that every line multiplies out.
#pragma once

#include <cstdint>

#include "domain/workshop/rules.hpp"

namespace layerline::quotes {

struct Options {
  std::int64_t quantity = 1;
  std::string material_type = "PLA";
  std::string colour;                  // empty: any that is in stock
  std::int64_t infill_percent = 20;
  std::string finish = "standard";
  bool rush = false;
  friend bool operator==(const Options&, const Options&) = default;
};

// Minor units; per unit unless said otherwise.
struct Price {
  std::int64_t milligrams = 0;
  std::int64_t print_ms = 0;
  std::int64_t material_cost = 0;
  std::int64_t machine_cost = 0;
  std::int64_t labour_cost = 0;
  std::int64_t overhead_cost = 0;
  std::int64_t unit_cost = 0;
  std::int64_t markup_basis_points = 0;
  std::int64_t marked_up = 0;
  std::int64_t discount_basis_points = 0;
  std::int64_t unit_price = 0;         // after the discount
  std::int64_t finish_price = 0;       // neither marked up nor discounted, like rush
  std::int64_t rush_price = 0;
  std::int64_t line_unit_price = 0;    // what one piece costs the customer
  std::int64_t total = 0;              // line_unit_price × quantity
};

// value × numerator / denominator, rounded half up; all ≥ 0, denominator > 0.
[[nodiscard]] std::int64_t scale_half_up(std::int64_t value, std::int64_t numerator, std::int64_t denominator);

// Rules must know the material and the finish.
[[nodiscard]] Price price(const Rules& rules, const Options& options, std::int64_t milligrams_per_unit, std::int64_t print_ms_per_unit);

// The price with the line's unit price set by an operator.
[[nodiscard]] Price price_set_by_hand(Price price, std::int64_t line_unit_price, std::int64_t quantity);

[[nodiscard]] std::int64_t delivery_days(const Rules& rules, std::int64_t print_ms_per_unit, std::int64_t quantity);

}  // namespace layerline::quotes
