#include "gateways/internal/kept_plan.hpp"

#include <algorithm>

#include "domain/mrp/item.hpp"
#include "domain/mrp/limits.hpp"
#include "domain/planning/limits.hpp"
#include "gateways/internal/limits.hpp"
#include "projections/document.hpp"

namespace layerline::internal {
namespace {

using planning::Day;
using store::Json;

constexpr char label_end = '\x1f';   // before all that stands in a label: ids are in the order of their labels

std::string id_of(std::string_view label, std::string_view name) { return std::string(label).append(1, label_end).append(name); }

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

KnownItem known_item_of(const Json& fact) {
  KnownItem known{.item = item_of(fact), .bom = {}, .id = std::string(fact.text("id")), .sku = std::string(fact.text("sku")),
                  .orders = fact.integer("orders")};
  const Json* bom = fact.find("bom");
  if (bom == nullptr || bom->array() == nullptr || !known.item.make) return known;
  for (const Json& line : *bom->array())
    known.bom.push_back({known.item.sku, std::string(line.text("item")), line.integer("quantity"), 0});
  return known;
}

planning::Supply as_it_covers(planning::Supply supply, Day start) {
  supply.due = covers_from(supply, start);
  return supply;
}

}  // namespace

Fact fact_of(std::string_view name, const Json& fact) {
  const std::string_view type = fact.text("type");
  if (type == "item") return known_item_of(fact);
  std::string item(fact.text("item"));
  const std::int64_t quantity = fact.integer("quantity");
  const Day due = day_of(fact.integer("due_ms"));
  if (type == "demand") return planning::Demand{id_of(fact.text("label"), name), std::move(item), quantity, due};
  return planning::Supply{id_of(fact.text("id"), name), std::move(item), quantity, due, kind_of(fact.text("kind"))};
}

std::string_view label_of(std::string_view id) { return id.substr(0, id.find(label_end)); }

Day covers_from(const planning::Supply& supply, Day start) {
  return supply.kind == planning::SupplyKind::production_firm ? supply.due : std::min(supply.due, start);
}

// ---- telling ----

void KeptPlan::tell(std::string_view name, Fact fact) {
  if (auto* item = std::get_if<KnownItem>(&fact)) {
    const std::string key = item->item.sku;
    items_.tell(key, std::move(*item));
  } else if (auto* demand = std::get_if<planning::Demand>(&fact)) {
    demand_.tell(name, std::move(*demand));
  } else {
    supply_.tell(name, std::get<planning::Supply>(std::move(fact)));
  }
}

void KeptPlan::forget(std::string_view name) {
  if (demand_.now.contains(name)) return demand_.tell(name, std::nullopt);
  if (supply_.now.contains(name)) return supply_.tell(name, std::nullopt);
  const auto named = [&](const auto& item) { return projections::key_part(item.first) == name; };
  if (const auto item = std::ranges::find_if(items_.now, named); item != items_.now.end()) items_.tell(item->first, std::nullopt);
}

// ---- what it means for the plan ----

// What a custom product takes, or is taken for, is no item of the catalogue: it is left out, until it becomes one.
bool KeptPlan::is_new(std::string_view item) const {
  const auto told = items_.before.find(item);
  return told != items_.before.end() && !told->second && known(item);
}

std::vector<planning::BomLine> KeptPlan::bom_of_known(const KnownItem& item) const {
  std::vector<planning::BomLine> bom = item.bom;
  std::erase_if(bom, [&](const planning::BomLine& line) { return !known(line.component); });
  return bom;
}

void KeptPlan::add_items(bool any_new, Changes& out) const {
  for (const auto& [key, before] : items_.before)
    if (const planning::Item& now = items_.now.at(key).item; !before || before->item != now) out.push_back(planning::ItemSet{now});
  for (const auto& [key, item] : items_.now) {
    const auto told = items_.before.find(key);
    const bool was_told = told != items_.before.end() && (told->second ? told->second->bom : std::vector<planning::BomLine>()) != item.bom;
    if (was_told || (any_new && std::ranges::any_of(item.bom, [&](const auto& line) { return is_new(line.component); })))
      out.push_back(planning::BomSet{key, bom_of_known(item)});
  }
}

// `gone` and `added` make a change of what was told before and of what is told now.
template <class T, class Gone, class Added>
void KeptPlan::add_changed(const Told<T>& told, bool any_new, const Gone& gone, const Added& added, Changes& out) const {
  for (const auto& [name, before] : told.before) {
    const auto at = told.now.find(name);
    const T* now = at == told.now.end() || !known(at->second.sku) ? nullptr : &at->second;
    const bool planned = before && known(before->sku) && !is_new(before->sku);
    if (planned && now != nullptr && *before == *now) continue;
    if (planned) out.push_back(gone(*before));
    if (now != nullptr) out.push_back(added(*now));
  }
  if (!any_new) return;
  for (const auto& [name, fact] : told.now)
    if (!told.before.contains(name) && is_new(fact.sku)) out.push_back(added(fact));
}

// nullopt: an item is gone, of which changes do not speak.
std::optional<KeptPlan::Changes> KeptPlan::changes() const {
  bool any_new = false;
  for (const auto& [key, before] : items_.before) {
    if (!known(key)) return std::nullopt;
    any_new = any_new || !before;
  }
  Changes out;
  add_items(any_new, out);
  add_changed(
      demand_, any_new, [](const planning::Demand& before) { return planning::DemandCancelled{before.sku, before.id}; },
      [](const planning::Demand& now) { return planning::DemandAdded{now}; }, out);
  add_changed(
      supply_, any_new, [](const planning::Supply& before) { return planning::SupplyGone{before.sku, before.id}; },
      [this](const planning::Supply& now) { return planning::SupplyAdded{as_it_covers(now, start_)}; }, out);
  return out;
}

planning::Facts KeptPlan::all_facts(Day start) const {
  planning::Facts facts{.start = start, .items = {}, .boms = {}, .demand = {}, .supply = {}};
  for (const auto& [key, item] : items_.now) {
    facts.items.push_back(item.item);
    for (planning::BomLine& line : bom_of_known(item)) facts.boms.push_back(std::move(line));
  }
  for (const auto& [name, demand] : demand_.now)
    if (known(demand.sku)) facts.demand.push_back(demand);
  for (const auto& [name, supply] : supply_.now)
    if (known(supply.sku)) facts.supply.push_back(as_it_covers(supply, start));
  return facts;
}

std::optional<planning::Plan> KeptPlan::netted_again() const {
  const auto told = changes();
  if (!told) return std::nullopt;
  auto next = plan_->after(*told);
  return next ? std::optional(std::move(*next)) : std::nullopt;
}

std::expected<void, Rejection> KeptPlan::net(Day start) {
  const std::size_t told = items_.before.size() + demand_.before.size() + supply_.before.size();
  const bool same_day = plan_ && start == start_;
  if (same_day && told == 0) return {};
  std::optional<planning::Plan> next;
  if (same_day && told <= limits::facts_netted_again) next = netted_again();
  items_.before.clear();
  demand_.before.clear();
  supply_.before.clear();
  plan_.reset();
  if (!next) {
    auto whole = planning::Plan::of(all_facts(start));
    if (!whole) return std::unexpected(std::move(whole.error()));
    next = std::move(*whole);
  }
  plan_ = std::move(next);
  start_ = start;
  return {};
}

}  // namespace layerline::internal
