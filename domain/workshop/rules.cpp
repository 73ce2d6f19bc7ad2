#include "domain/workshop/rules.hpp"

#include <algorithm>

namespace layerline {

bool ShippingRule::goes_to(std::string_view country) const {
  return countries.empty() || std::ranges::find(countries, country) != countries.end();
}

const ShippingRule* Rules::shipping_option(std::string_view id) const {
  for (const ShippingRule& option : shipping_options)
    if (option.id == id) return &option;
  return nullptr;
}

const MaterialRule* Rules::material(std::string_view type) const {
  for (const MaterialRule& rule : materials)
    if (rule.type == type) return &rule;
  return nullptr;
}

const FinishRule* Rules::finish(std::string_view name) const {
  for (const FinishRule& rule : finishes)
    if (rule.name == name) return &rule;
  return nullptr;
}

std::int64_t Rules::discount_basis_points(std::int64_t quantity) const {
  std::int64_t best = 0;
  for (const DiscountRule& rule : discounts)
    if (quantity >= rule.from_quantity) best = rule.basis_points;
  return best;
}

Rules rules_from(const events::PricingRules& stored) {
  Rules rules;
  rules.materials.clear();
  rules.discounts.clear();
  rules.finishes.clear();
  for (const auto& m : stored.materials()) rules.materials.push_back({m.type(), m.price_per_kg(), m.density_ug_per_mm3()});
  for (const auto& d : stored.discounts()) rules.discounts.push_back({d.from_quantity(), d.basis_points()});
  for (const auto& f : stored.finishes()) rules.finishes.push_back({f.name(), f.price_per_unit()});
  rules.machine_price_per_hour = stored.machine_price_per_hour();
  rules.labour_per_unit = stored.labour_per_unit();
  rules.overhead_per_unit = stored.overhead_per_unit();
  rules.markup_basis_points = stored.markup_basis_points();
  rules.rush_basis_points = stored.rush_basis_points();
  rules.minimum_order = stored.minimum_order();
  rules.print_hours_per_day = stored.print_hours_per_day();
  rules.extra_delivery_days = stored.extra_delivery_days();
  rules.quote_valid_days = stored.quote_valid_days();
  rules.approve_up_to_total = stored.approve_up_to_total();
  rules.approve_up_to_quantity = stored.approve_up_to_quantity();
  rules.largest_part_x_um = stored.largest_part_x_um();
  rules.largest_part_y_um = stored.largest_part_y_um();
  rules.largest_part_z_um = stored.largest_part_z_um();
  rules.low_stock_mg = stored.low_stock_mg();
  // A workshop that was opened before there were any has the usual ones.
  if (stored.shipping_options_size() > 0) rules.shipping_options.clear();
  for (const auto& s : stored.shipping_options())
    rules.shipping_options.push_back({s.id(), s.name(), s.price(), s.free_from(), s.days(), {s.countries().begin(), s.countries().end()}});
  if (stored.checkout_hold_ms() > 0) rules.checkout_hold_ms = stored.checkout_hold_ms();
  if (stored.cart_days() > 0) rules.cart_days = stored.cart_days();
  for (const auto& w : stored.work_steps()) rules.work_steps.push_back({w.step(), w.ms_per_piece()});
  return rules;
}

void store_rules(const Rules& rules, events::PricingRules* stored) {
  for (const MaterialRule& m : rules.materials) {
    auto* out = stored->add_materials();
    out->set_type(m.type);
    out->set_price_per_kg(m.price_per_kg);
    out->set_density_ug_per_mm3(m.density_ug_per_mm3);
  }
  for (const DiscountRule& d : rules.discounts) {
    auto* out = stored->add_discounts();
    out->set_from_quantity(d.from_quantity);
    out->set_basis_points(d.basis_points);
  }
  for (const FinishRule& f : rules.finishes) {
    auto* out = stored->add_finishes();
    out->set_name(f.name);
    out->set_price_per_unit(f.price_per_unit);
  }
  stored->set_machine_price_per_hour(rules.machine_price_per_hour);
  stored->set_labour_per_unit(rules.labour_per_unit);
  stored->set_overhead_per_unit(rules.overhead_per_unit);
  stored->set_markup_basis_points(rules.markup_basis_points);
  stored->set_rush_basis_points(rules.rush_basis_points);
  stored->set_minimum_order(rules.minimum_order);
  stored->set_print_hours_per_day(rules.print_hours_per_day);
  stored->set_extra_delivery_days(rules.extra_delivery_days);
  stored->set_quote_valid_days(rules.quote_valid_days);
  stored->set_approve_up_to_total(rules.approve_up_to_total);
  stored->set_approve_up_to_quantity(rules.approve_up_to_quantity);
  stored->set_largest_part_x_um(rules.largest_part_x_um);
  stored->set_largest_part_y_um(rules.largest_part_y_um);
  stored->set_largest_part_z_um(rules.largest_part_z_um);
  stored->set_low_stock_mg(rules.low_stock_mg);
  for (const ShippingRule& s : rules.shipping_options) {
    auto* out = stored->add_shipping_options();
    out->set_id(s.id);
    out->set_name(s.name);
    out->set_price(s.price);
    out->set_free_from(s.free_from);
    out->set_days(s.days);
    for (const std::string& country : s.countries) out->add_countries(country);
  }
  stored->set_checkout_hold_ms(rules.checkout_hold_ms);
  stored->set_cart_days(rules.cart_days);
  for (const WorkStepRule& w : rules.work_steps) {
    auto* out = stored->add_work_steps();
    out->set_step(w.step);
    out->set_ms_per_piece(w.ms_per_piece);
  }
}

}  // namespace layerline
