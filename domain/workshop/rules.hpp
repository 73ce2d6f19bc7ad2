// The workshop's configuration: every rule of price, approval and delivery. Defaults are the product documents'.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/layerline/events.pb.h"

namespace layerline {

struct MaterialRule {
  std::string type;                      // "PLA"
  std::int64_t price_per_kg = 0;         // minor units
  std::int64_t density_ug_per_mm3 = 0;   // 1240 for PLA: 1.24 g/cm³
};
struct DiscountRule {
  std::int64_t from_quantity = 0;
  std::int64_t basis_points = 0;         // 1000 = 10 %
};
struct FinishRule {
  std::string name;
  std::int64_t price_per_unit = 0;       // minor units
};

// How long a step of work after printing takes.
struct WorkStepRule {
  std::string step;                      // "sanding"
  std::int64_t ms_per_piece = 0;
};

// A way that a parcel can go.
struct ShippingRule {
  std::string id;                        // "standard"
  std::string name;
  std::int64_t price = 0;                // minor units
  std::int64_t free_from = 0;            // what the goods cost; 0: never free
  std::int64_t days = 0;
  std::vector<std::string> countries = {};   // empty: all

  [[nodiscard]] bool goes_to(std::string_view country) const;
  [[nodiscard]] std::int64_t cost(std::int64_t goods) const { return free_from > 0 && goods >= free_from ? 0 : price; }
};

struct Rules {
  std::vector<MaterialRule> materials = {{"PLA", 2000, 1240}, {"PETG", 2500, 1270}, {"ABS", 2400, 1040}, {"TPU", 4000, 1210}};
  std::vector<DiscountRule> discounts = {{10, 1000}, {50, 1500}, {100, 2500}};   // ascending
  std::vector<FinishRule> finishes = {{"standard", 0}, {"sanded", 300}, {"painted", 800}};
  std::int64_t machine_price_per_hour = 250;
  std::int64_t labour_per_unit = 0;
  std::int64_t overhead_per_unit = 0;
  std::int64_t markup_basis_points = 25'000;
  std::int64_t rush_basis_points = 2'500;
  std::int64_t minimum_order = 0;
  std::int64_t print_hours_per_day = 8;
  std::int64_t extra_delivery_days = 2;
  std::int64_t quote_valid_days = 30;
  std::int64_t approve_up_to_total = 100'000;
  std::int64_t approve_up_to_quantity = 100;
  std::int64_t largest_part_x_um = 256'000;
  std::int64_t largest_part_y_um = 256'000;
  std::int64_t largest_part_z_um = 256'000;
  std::int64_t low_stock_mg = 500'000;
  std::vector<ShippingRule> shipping_options = {{"standard", "Standard", 500, 0, 5}, {"express", "Express", 1500, 0, 2}};
  std::int64_t checkout_hold_ms = 900'000;
  std::vector<WorkStepRule> work_steps = {};   // what is not named counts as no time
  std::int64_t cart_days = 30;           // that a guest's cart is kept untouched

  [[nodiscard]] const MaterialRule* material(std::string_view type) const;
  [[nodiscard]] const FinishRule* finish(std::string_view name) const;
  [[nodiscard]] const ShippingRule* shipping_option(std::string_view id) const;
  [[nodiscard]] std::int64_t discount_basis_points(std::int64_t quantity) const;
};

[[nodiscard]] Rules rules_from(const events::PricingRules& stored);
void store_rules(const Rules& rules, events::PricingRules* stored);

}  // namespace layerline
