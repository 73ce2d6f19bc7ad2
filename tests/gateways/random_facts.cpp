#include "tests/gateways/random_facts.hpp"

#include <algorithm>
#include <array>

namespace layerline::testing {

RandomFacts::RandomFacts(std::uint64_t seed) : dice_(seed) {
  journal_.commit().on("workshop/w1").mutable_workshop_opened()->mutable_rules()->set_extra_delivery_days(7);
}

void RandomFacts::step() {
  using Happen = void (RandomFacts::*)();
  static constexpr std::array<Happen, 20> all = {
      &RandomFacts::product_is_defined, &RandomFacts::product_is_defined, &RandomFacts::bom_changes,
      &RandomFacts::bom_changes,        &RandomFacts::rules_change,       &RandomFacts::material_moves,
      &RandomFacts::material_moves,     &RandomFacts::units_move,         &RandomFacts::units_move,
      &RandomFacts::order_comes,        &RandomFacts::order_comes,        &RandomFacts::order_comes,
      &RandomFacts::order_changes,      &RandomFacts::order_changes,      &RandomFacts::order_waits,
      &RandomFacts::purchase_comes,     &RandomFacts::purchase_goes_on,   &RandomFacts::planned_order_is_firmed,
      &RandomFacts::firm_order_goes_on, &RandomFacts::production_is_made};
  journal_.commit();
  for (std::int64_t events = dice_.upto(2); events >= 0; --events) (this->*all[static_cast<std::size_t>(dice_.upto(all.size() - 1))])();
  if (dice_.chance(20)) production_goes_on();
}

std::int64_t RandomFacts::some_day_ms() { return now_ms() + (dice_.upto(30) - 4) * std::int64_t{86'400'000}; }

// ---- items ----

void RandomFacts::product_is_defined() {
  const std::string product = some_product();
  const char* kind = dice_.chance(30) ? "material" : "standard";
  if (boms_.contains(product)) {
    auto* changed = journal_.on("product/" + product).mutable_product_changed();
    changed->set_product(product);
    changed->mutable_entry()->set_kind(kind);
    return;
  }
  auto* defined = journal_.on("product/" + product).mutable_product_defined();
  defined->set_product(product);
  defined->set_sku("SKU-" + product);
  defined->mutable_entry()->set_kind(kind);
  boms_[product] = 0;
}

// Products are made of later ones: no cycle.
void RandomFacts::bom_changes() {
  const std::int64_t parent = dice_.upto(most_products);
  const std::string product = "p" + std::to_string(parent);
  if (!boms_.contains(product)) return;
  const std::int64_t version = ++boms_[product];
  auto* bom = journal_.on("product/" + product).mutable_product_bom_version_defined();
  bom->set_product(product);
  bom->set_version(version);
  for (std::int64_t lines = dice_.upto(3); lines > 0; --lines) {
    events::BomLine* line = bom->add_lines();
    if (parent == most_products || dice_.chance(30)) {
      line->set_material(some_material());
      line->set_milligrams_per_unit(dice_.upto(50'000));
    } else {
      line->set_component("p" + std::to_string(parent + 1 + dice_.upto(most_products - parent - 1)));
      line->set_quantity(1 + dice_.upto(3));
    }
    line->set_scrap_ppm(dice_.chance(70) ? 0 : dice_.upto(1'500'000));
  }
  auto* activated = journal_.on("product/" + product).mutable_product_bom_version_activated();
  activated->set_product(product);
  activated->set_version(version);
}

void RandomFacts::rules_change() {
  if (dice_.chance(20)) {
    journal_.on("workshop/w1").mutable_workshop_configured()->mutable_rules()->set_extra_delivery_days(dice_.upto(20));
    return;
  }
  constexpr std::array lots = {"lot_for_lot", "multiple", "minimum", "period"};
  auto* rules = journal_.on("item/rules").mutable_item_rules_set();
  if (dice_.chance(30)) {
    rules->set_material(some_material());
  } else {
    rules->set_product(some_product());
  }
  rules->set_safety_stock(dice_.upto(10));
  rules->set_lead_time_days(dice_.upto(6));
  rules->set_lot_rule(lots[static_cast<std::size_t>(dice_.upto(3))]);
  rules->set_lot_quantity(1 + dice_.upto(9));
  rules->set_lot_days(1 + dice_.upto(6));
}

void RandomFacts::material_moves() {
  const std::string material = some_material();
  Stock& stock = materials_[material];
  const std::int64_t quantity = dice_.upto(100'000);
  if (dice_.chance(60)) {
    auto* received = journal_.on("material/" + material).mutable_stock_received();
    received->set_material(material);
    received->set_milligrams(quantity);
    stock.on_hand += quantity;
  } else if (dice_.chance(50)) {
    auto* reserved = journal_.on("material/" + material).mutable_stock_reserved();
    reserved->set_material(material);
    reserved->set_milligrams(quantity);
    stock.allocated += quantity;
  } else {
    auto* adjusted = journal_.on("material/" + material).mutable_stock_adjusted();
    adjusted->set_material(material);
    adjusted->set_milligrams(-std::min(quantity, stock.on_hand));
    stock.on_hand -= std::min(quantity, stock.on_hand);
  }
}

void RandomFacts::units_move() {
  const std::string product = some_product();
  if (!boms_.contains(product)) return;
  Stock& stock = units_[product];
  const std::int64_t quantity = dice_.upto(12);
  if (dice_.chance(50)) {
    auto* adjusted = journal_.on("product/" + product).mutable_units_adjusted();
    const std::int64_t difference = std::max(quantity - 6, -stock.on_hand);
    adjusted->set_product(product);
    adjusted->set_quantity(difference);
    stock.on_hand += difference;
  } else if (dice_.chance(50)) {
    auto* allocated = journal_.on("product/" + product).mutable_units_allocated();
    allocated->set_product(product);
    allocated->set_quantity(quantity);
    stock.allocated += quantity;
  } else {
    auto* released = journal_.on("product/" + product).mutable_units_released();
    released->set_product(product);
    released->set_quantity(std::min(quantity, stock.allocated));
    stock.allocated -= std::min(quantity, stock.allocated);
  }
}

// ---- orders ----

void RandomFacts::add_line(const std::string& order, events::OrderLine& line, Order& known) {
  line.set_line(order + "-" + std::to_string(known.lines.size() + 1));
  line.set_product(dice_.chance(95) ? some_product() : "");
  line.set_sku("SKU-" + line.product());
  line.set_quantity(1 + dice_.upto(5));
  known.lines.emplace_back(line.line(), line.product());
}

// Two orders of one number now and then: people call them the same.
void RandomFacts::order_comes() {
  const std::string order = fresh("o");
  auto* placed = journal_.on("order/" + order).mutable_order_placed();
  placed->set_order(order);
  placed->set_number("SO-" + std::to_string(dice_.chance(95) ? last_id_ : dice_.upto(9)));
  if (dice_.chance(40)) placed->set_due_ms(some_day_ms());
  for (std::int64_t lines = dice_.upto(2); lines >= 0; --lines) add_line(order, *placed->add_lines(), orders_[order]);
}

void RandomFacts::order_changes() {
  const std::string order = dice_.key_of(orders_);
  if (!orders_.contains(order)) return;
  Order& known = orders_[order];
  const auto [line, product] = known.lines[static_cast<std::size_t>(dice_.upto(std::ssize(known.lines) - 1))];
  const std::string stream = "order/" + order;
  switch (dice_.upto(6)) {
    case 0: journal_.on(stream).mutable_order_cancelled()->set_order(order); return;
    case 1: journal_.on(stream).mutable_order_reopened()->set_order(order); return;
    case 2: {
      auto* changed = journal_.on(stream).mutable_order_lines_changed();
      changed->set_order(order);
      known.lines.clear();
      for (std::int64_t lines = dice_.upto(2); lines >= 0; --lines) add_line(order, *changed->add_lines(), known);
      return;
    }
    case 3: {
      auto* mapped = journal_.on(stream).mutable_order_line_mapped();
      mapped->set_order(order);
      mapped->set_line(line);
      mapped->set_product(some_product());
      return;
    }
    case 4:
      journal_.on(stream).mutable_order_shipped()->set_order(order);
      orders_.erase(order);
      return;
    default:
      auto* planned = journal_.on(stream).mutable_order_line_planned();
      planned->set_order(order);
      planned->set_line(line);
  }
}

void RandomFacts::order_waits() {
  const std::string order = dice_.key_of(orders_);
  if (dice_.chance(30)) {
    auto* short_of = journal_.on("material/m0").mutable_stock_shortage_noted();
    short_of->set_material(some_material());
    short_of->set_production_order(production_.empty() ? "nobody" : dice_.key_of(production_));
    short_of->set_milligrams(dice_.upto(1) * dice_.upto(90'000));
    return;
  }
  auto* short_of = journal_.on("product/p0").mutable_units_shortage_noted();
  short_of->set_product(some_product());
  short_of->set_holder(dice_.chance(30) ? dice_.key_of(production_) : order + "/" + order + "-1");
  short_of->set_quantity(dice_.upto(1) * dice_.upto(9));
}

// ---- supply ----

void RandomFacts::purchase_comes() {
  const std::string purchase = fresh("b");
  auto* drafted = journal_.on("purchase/" + purchase).mutable_purchase_drafted();
  drafted->set_purchase_order(purchase);
  drafted->set_number("PUR-" + purchase);
  drafted->set_due_ms(some_day_ms());
  events::PurchaseLine* line = drafted->add_lines();
  line->set_line("1");
  if (dice_.chance(40)) {
    line->set_material(some_material());
  } else {
    line->set_product(some_product());
  }
  line->set_quantity(1 + dice_.upto(20));
  purchases_[purchase] = line->quantity();
}

void RandomFacts::purchase_goes_on() {
  const std::string purchase = dice_.key_of(purchases_);
  const auto known = purchases_.find(purchase);
  if (known == purchases_.end()) return;
  if (dice_.chance(30)) {
    journal_.on("purchase/" + purchase).mutable_purchase_cancelled()->set_purchase_order(purchase);
    purchases_.erase(known);
    return;
  }
  auto* received = journal_.on("purchase/" + purchase).mutable_purchase_received();
  received->set_purchase_order(purchase);
  events::PurchaseReceipt* receipt = received->add_receipts();
  receipt->set_line("1");
  receipt->set_quantity(dice_.upto(known->second));
  known->second -= receipt->quantity();
}

void RandomFacts::planned_order_is_firmed() {
  const std::string firm = fresh("f");
  auto* firmed = journal_.on("planned/" + firm).mutable_planned_order_firmed();
  firmed->set_planned_order(firm);
  firmed->set_product(some_product());
  firmed->set_quantity(1 + dice_.upto(9));
  firmed->set_due_ms(some_day_ms());
  firm_[firm] = firmed->quantity();
}

void RandomFacts::firm_order_goes_on() {
  const std::string firm = dice_.key_of(firm_);
  const auto known = firm_.find(firm);
  if (known == firm_.end()) return;
  if (dice_.chance(30)) {
    journal_.on("planned/" + firm).mutable_planned_order_dropped()->set_planned_order(firm);
    firm_.erase(known);
    return;
  }
  auto* taken = journal_.on("planned/" + firm).mutable_planned_order_taken();
  taken->set_planned_order(firm);
  taken->set_quantity(1 + dice_.upto(known->second - 1));
  known->second -= taken->quantity();
  if (known->second == 0) firm_.erase(known);
}

void RandomFacts::production_is_made() {
  const std::string id = fresh("w");
  auto* created = journal_.on("production/" + id).mutable_production_order_created();
  created->set_production_order(id);
  created->set_number("PO-" + id);
  if (dice_.chance(30)) created->set_order(dice_.key_of(orders_));
  created->set_product(some_product());
  created->set_quantity(1 + dice_.upto(9));
  if (dice_.chance(50)) created->set_due_ms(some_day_ms());
  production_[id] = created->product();
}

void RandomFacts::production_goes_on() {
  const std::string id = dice_.key_of(production_);
  const auto known = production_.find(id);
  if (known == production_.end()) return;
  if (dice_.chance(30)) {
    journal_.on("production/" + id).mutable_production_cancelled()->set_production_order(id);
    return;
  }
  if (dice_.chance(50)) {
    auto* rescheduled = journal_.on("production/" + id).mutable_production_rescheduled();
    rescheduled->set_production_order(id);
    rescheduled->set_priority(3);
    rescheduled->set_due_ms(dice_.chance(20) ? 0 : some_day_ms());
    return;
  }
  auto* received = journal_.on("product/" + known->second).mutable_units_received();
  received->set_product(known->second);
  received->set_production_order(id);
  received->set_quantity(1);
  units_[known->second].on_hand += boms_.contains(known->second) ? 1 : 0;
}

}  // namespace layerline::testing
