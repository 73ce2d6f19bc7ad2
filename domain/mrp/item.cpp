#include "domain/mrp/item.hpp"

#include <algorithm>

#include "domain/mrp/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::mrp {
namespace {

struct StoreLot {
  events::ItemRulesSet& event;
  void operator()(const planning::LotForLot&) const {}
  void operator()(const planning::Multiple& lot) const { event.set_lot_quantity(lot.quantity); }
  void operator()(const planning::Minimum& lot) const { event.set_lot_quantity(lot.quantity); }
  void operator()(const planning::Period& lot) const { event.set_lot_days(lot.days); }
};

struct LotName {
  std::string_view operator()(const planning::LotForLot&) const { return "lot_for_lot"; }
  std::string_view operator()(const planning::Multiple&) const { return "multiple"; }
  std::string_view operator()(const planning::Minimum&) const { return "minimum"; }
  std::string_view operator()(const planning::Period&) const { return "period"; }
};

struct LotSize {
  std::int64_t missing;
  std::int64_t operator()(const planning::LotForLot&) const { return missing; }
  std::int64_t operator()(const planning::Multiple& lot) const { return (missing + lot.quantity - 1) / lot.quantity * lot.quantity; }
  std::int64_t operator()(const planning::Minimum& lot) const { return std::max(missing, lot.quantity); }
  std::int64_t operator()(const planning::Period&) const { return missing; }
};

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::ItemRulesSet& event, Time) {
  const Item item{MaterialId(event.material()), ProductId(event.product())};
  workshop.item_rules[item.id()] = {event.safety_stock(), event.lead_time_days(),
                                    lot_from(event.lot_rule(), event.lot_quantity(), event.lot_days()), SupplierId(event.supplier())};
  products::forget_alert_if_enough(workshop, item.product);
  inventory::forget_alert_if_enough(workshop, item.material);
}

// ---- decisions ----

Decided decide(const SetItemRules& command, const Context& context) {
  const auto item = find_item(context.workshop, command.item);
  if (!item) return not_found("material or product of the catalogue");
  const ItemRules& rules = command.rules;
  if (!rules.supplier.empty() && !context.workshop.suppliers.contains(rules.supplier)) return not_found("supplier");
  // What netting refuses must not be stored; an int that is too large for it stays too large.
  const auto days = static_cast<int>(std::clamp<std::int64_t>(rules.lead_time_days, -1, 1'000'000));
  if (auto why = planning::wrong(planning::Item{.sku = item->id(), .safety_stock = rules.safety_stock, .lead_time_days = days,
                                                .lot = rules.lot}, "planning"))
    return refuse("bad-item-rules", std::move(why->detail));
  if (lot_size(rules.lot, 1) > limits::planned_quantity_max || rules.safety_stock > limits::planned_quantity_max)
    return refuse("bad-item-rules", "The safety stock or the lot is too large.");
  Events out;
  auto* event = out.on("item/" + item->id()).mutable_item_rules_set();
  event->set_material(item->material.str());
  event->set_product(item->product.str());
  event->set_safety_stock(rules.safety_stock);
  event->set_lead_time_days(rules.lead_time_days);
  event->set_lot_rule(std::string(name(rules.lot)));
  std::visit(StoreLot{*event}, rules.lot);
  event->set_supplier(rules.supplier.str());
  event->set_by(context.actor);
  return out;
}

// ---- queries ----

std::optional<Item> find_item(const Workshop& workshop, const std::string& id_or_sku) {
  const auto defined = [&](const MaterialId& id) {
    const inventory::Material* material = workshop.material(id);
    return material != nullptr && material->defined;
  };
  if (defined(MaterialId(id_or_sku))) return Item{MaterialId(id_or_sku), ProductId()};
  const products::Product* product = products::find(workshop, id_or_sku);
  if (product == nullptr || !product->catalogue) return std::nullopt;
  const bool stands_for_it = product->entry.kind == products::Kind::material && defined(product->entry.material);
  if (stands_for_it) return Item{product->entry.material, ProductId()};
  return Item{MaterialId(), product->id};
}

ItemRules rules_of(const Workshop& workshop, const Item& item) {
  if (const auto set = workshop.item_rules.find(item.id()); set != workshop.item_rules.end()) return set->second;
  const inventory::Material* material = workshop.material(item.material);
  if (material == nullptr) return {};
  return {.safety_stock = material->low_stock.milligrams, .lead_time_days = 0, .lot = planning::Multiple{limits::spool_mg}, .supplier = {}};
}

std::int64_t lot_size(const planning::Lot& lot, std::int64_t missing) { return std::visit(LotSize{missing}, lot); }

planning::Lot lot_from(std::string_view rule, std::int64_t quantity, std::int64_t days) {
  if (rule == "multiple") return planning::Multiple{quantity};
  if (rule == "minimum") return planning::Minimum{quantity};
  if (rule == "period") return planning::Period{static_cast<int>(std::clamp<std::int64_t>(days, 0, 1'000'000))};
  return planning::LotForLot{};
}

std::string_view name(const planning::Lot& lot) { return std::visit(LotName{}, lot); }

}  // namespace layerline::mrp
