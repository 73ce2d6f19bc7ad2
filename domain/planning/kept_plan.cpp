#include "domain/planning/kept_plan.hpp"

#include <algorithm>

#include "domain/planning/kept_plan.inl"

namespace layerline::planning {
namespace {

constexpr char label_end = '\x1f';   // before all that stands in a label: ids are in the order of their labels

}  // namespace

std::string fact_id(std::string_view label, std::string_view name) { return std::string(label).append(1, label_end).append(name); }

std::string_view label_of(std::string_view id) { return id.substr(0, id.find(label_end)); }

Day covers_from(const Supply& supply, Day start) {
  return supply.kind == SupplyKind::production_firm ? supply.due : std::min(supply.due, start);
}

// ---- telling ----

void KeptPlan::tell(std::string_view name, Fact fact) {
  if (auto* item = std::get_if<KnownItem>(&fact)) {
    const std::string key = item->item.sku;
    keys_of_items_.insert_or_assign(std::string(name), key);
    items_.tell(key, std::move(*item));
  } else if (auto* demand = std::get_if<Demand>(&fact)) {
    demand_.tell(name, std::move(*demand));
  } else {
    supply_.tell(name, std::get<Supply>(std::move(fact)));
  }
}

void KeptPlan::forget(std::string_view name) {
  if (demand_.now.contains(name)) return demand_.tell(name, std::nullopt);
  if (supply_.now.contains(name)) return supply_.tell(name, std::nullopt);
  const auto item = keys_of_items_.find(name);
  if (item == keys_of_items_.end()) return;
  items_.tell(item->second, std::nullopt);
  keys_of_items_.erase(item);
}

// ---- what it means for the plan ----

// What a custom product takes, or is taken for, is no item of the catalogue: it is left out, until it becomes one.
bool KeptPlan::is_new(std::string_view item) const {
  const auto told = items_.before.find(item);
  return told != items_.before.end() && !told->second && known(item);
}

std::vector<BomLine> KeptPlan::bom_of_known(const KnownItem& item) const {
  std::vector<BomLine> bom = item.bom;
  std::erase_if(bom, [&](const BomLine& line) { return !known(line.component); });
  return bom;
}

Facts KeptPlan::all_facts(Day start) const {
  Facts facts{.start = start, .items = {}, .boms = {}, .demand = {}, .supply = {}};
  for (const auto& [key, item] : items_.now) {
    facts.items.push_back(item.item);
    for (BomLine& line : bom_of_known(item)) facts.boms.push_back(std::move(line));
  }
  for (const auto& [name, demand] : demand_.now)
    if (known(demand.sku)) facts.demand.push_back(demand);
  for (const auto& [name, supply] : supply_.now)
    if (known(supply.sku)) facts.supply.push_back(as_it_covers(supply, start));
  return facts;
}

void KeptPlan::all_is_netted() {
  items_.before.clear();
  demand_.before.clear();
  supply_.before.clear();
}

std::expected<void, Rejection> KeptPlan::net(Day start) { return net_keeping<RightKeeping>(start); }

}  // namespace layerline::planning
