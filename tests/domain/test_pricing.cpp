#include <doctest/doctest.h>

#include "domain/quotes/pricing.hpp"

namespace layerline::quotes {
namespace {
constexpr std::int64_t hour_ms = 3'600'000;
Options pieces(std::int64_t quantity, std::string finish = "standard", bool rush = false) {
  Options options;
  options.quantity = quantity;
  options.finish = std::move(finish);
  options.rush = rush;
  return options;
}
}  // namespace

TEST_CASE("pricing: 45.3 g and 2.5 h, 12 pieces, cost 16.11 each, 193.32 together, and take 6 days") {
  const Price p = price(Rules{}, pieces(12), 45'300, 5 * hour_ms / 2);
  CHECK(p.material_cost == 91);
  CHECK(p.machine_cost == 625);
  CHECK(p.unit_cost == 716);
  CHECK(p.marked_up == 1790);
  CHECK(p.discount_basis_points == 1000);
  CHECK(p.unit_price == 1611);
  CHECK(p.total == 19'332);
  CHECK(delivery_days(Rules{}, p.print_ms, 12) == 6);
}

TEST_CASE("pricing: halves are rounded up, after each step") {
  CHECK(scale_half_up(25, 1, 50) == 1);
  CHECK(scale_half_up(24, 1, 50) == 0);
  const Price p = price(Rules{}, pieces(1), 250, 0);   // 0.5 cents of material become 1, then 2.5 become 3
  CHECK(p.material_cost == 1);
  CHECK(p.marked_up == 3);
}

TEST_CASE("pricing: finish and rush are neither marked up nor discounted, and every line multiplies out") {
  const Price p = price(Rules{}, pieces(100, "painted", true), 45'300, 5 * hour_ms / 2);
  CHECK(p.unit_price == 1343);        // 17.90 less 25 %: 13.425
  CHECK(p.finish_price == 800);
  CHECK(p.rush_price == 336);         // 25 % of 13.43
  CHECK(p.line_unit_price == 1343 + 800 + 336);
  CHECK(p.total == p.line_unit_price * 100);
}

TEST_CASE("pricing: the discount is that of the largest step reached") {
  const Rules rules;
  CHECK(rules.discount_basis_points(9) == 0);
  CHECK(rules.discount_basis_points(10) == 1000);
  CHECK(rules.discount_basis_points(50) == 1500);
  CHECK(rules.discount_basis_points(100) == 2500);
}

}  // namespace layerline::quotes
