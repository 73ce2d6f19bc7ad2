#include "gateways/internal/planning_facts.hpp"

#include <algorithm>
#include <utility>

#include "domain/mrp/item.hpp"
#include "domain/mrp/limits.hpp"
#include "domain/planning/limits.hpp"

namespace layerline::internal {
namespace {

using planning::Day;
using store::Json;

Day day_of(std::int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  return std::clamp(std::chrono::floor<std::chrono::days>(time), planning::limits::day_min, planning::limits::day_max);
}

planning::SupplyKind kind_of(std::string_view name) {
  if (name == "production_firm") return planning::SupplyKind::production_firm;
  return name == "production_released" ? planning::SupplyKind::production_released : planning::SupplyKind::purchase;
}

planning::Item item_of(const Json& fact) {
  const std::string_view key = fact.text("key");
  const Json* rules = fact.find("rules");
  planning::Item item{.sku = std::string(key), .on_hand = fact.integer("on_hand"), .allocated = fact.integer("allocated"),
                      .safety_stock = fact.integer("low_stock"), .lead_time_days = 0, .lot = planning::LotForLot{},
                      .make = fact.flag("make")};
  if (key.starts_with("material/")) item.lot = planning::Multiple{mrp::limits::spool_mg};
  if (rules == nullptr || rules->is_null()) return item;
  item.safety_stock = rules->integer("safety_stock");
  item.lead_time_days = static_cast<int>(rules->integer("lead_time_days"));
  item.lot = mrp::lot_from(rules->text("lot_rule"), rules->integer("lot_quantity"), rules->integer("lot_days"));
  return item;
}

planning::KnownItem known_item_of(const Json& fact) {
  planning::KnownItem known{.item = item_of(fact), .bom = {}, .id = std::string(fact.text("id")), .sku = std::string(fact.text("sku")),
                            .orders = fact.integer("orders")};
  const Json* bom = fact.find("bom");
  if (bom == nullptr || bom->array() == nullptr || !known.item.make) return known;
  for (const Json& line : *bom->array())
    known.bom.push_back({known.item.sku, std::string(line.text("item")), line.integer("quantity"), line.integer("scrap_ppm")});
  return known;
}

}  // namespace

planning::Fact fact_of(std::string_view name, const Json& fact) {
  const std::string_view type = fact.text("type");
  if (type == "item") return known_item_of(fact);
  std::string item(fact.text("item"));
  const std::int64_t quantity = fact.integer("quantity");
  const Day due = day_of(fact.integer("due_ms"));
  if (type == "demand") return planning::Demand{planning::fact_id(fact.text("label"), name), std::move(item), quantity, due};
  return planning::Supply{planning::fact_id(fact.text("id"), name), std::move(item), quantity, due, kind_of(fact.text("kind"))};
}

}  // namespace layerline::internal
