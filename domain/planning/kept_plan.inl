// What a question nets again, as a template over what it minds: for the program by RightKeeping, for the mutants of tests/sim without.
#pragma once

#include <algorithm>
#include <utility>

#include "domain/planning/kept_plan.hpp"
#include "domain/planning/limits.hpp"
#include "domain/planning/plan.inl"

namespace layerline::planning {

inline Supply as_it_covers(Supply supply, Day start) {
  supply.due = covers_from(supply, start);
  return supply;
}

template <class Keeping>
void KeptPlan::add_items(bool any_new, Changes& out) const {
  for (const auto& [key, before] : items_.before)
    if (const Item& now = items_.now.at(key).item; !before || before->item != now) out.push_back(ItemSet{now});
  if (!Keeping::changed_boms_are_told) return;
  for (const auto& [key, item] : items_.now) {
    const auto told = items_.before.find(key);
    const bool was_told = told != items_.before.end() && (told->second ? told->second->bom : std::vector<BomLine>()) != item.bom;
    if (was_told || (any_new && std::ranges::any_of(item.bom, [&](const BomLine& line) { return is_new(line.component); })))
      out.push_back(BomSet{key, bom_of_known(item)});
  }
}

// `gone` and `added` make a change of what was told before and of what is told now.
template <class Keeping, class T, class Gone, class Added>
void KeptPlan::add_changed(const Told<T>& told, bool any_new, const Gone& gone, const Added& added, Changes& out) const {
  for (const auto& [name, before] : told.before) {
    const auto at = told.now.find(name);
    const T* now = at == told.now.end() || !known(at->second.sku) ? nullptr : &at->second;
    const bool planned = before && known(before->sku) && !is_new(before->sku);
    if (planned && now != nullptr && *before == *now) continue;
    if (planned && Keeping::what_is_gone_leaves_the_plan) out.push_back(gone(*before));
    if (now != nullptr) out.push_back(added(*now));
  }
  if (!any_new || !Keeping::new_items_bring_what_spoke_of_them) return;
  for (const auto& [name, fact] : told.now)
    if (!told.before.contains(name) && is_new(fact.sku)) out.push_back(added(fact));
}

// nullopt: an item is gone, of which changes do not speak.
template <class Keeping>
std::optional<KeptPlan::Changes> KeptPlan::changes() const {
  bool any_new = false;
  for (const auto& [key, before] : items_.before) {
    if (!known(key)) return std::nullopt;
    any_new = any_new || !before;
  }
  Changes out;
  add_items<Keeping>(any_new, out);
  add_changed<Keeping>(
      demand_, any_new, [](const Demand& before) { return DemandCancelled{before.sku, before.id}; },
      [](const Demand& now) { return DemandAdded{now}; }, out);
  add_changed<Keeping>(
      supply_, any_new, [](const Supply& before) { return SupplyGone{before.sku, before.id}; },
      [this](const Supply& now) { return SupplyAdded{as_it_covers(now, start_)}; }, out);
  return out;
}

template <class Keeping>
std::optional<Plan> KeptPlan::netted_again() const {
  const auto told = changes<Keeping>();
  if (!told) return std::nullopt;
  auto next = plan_->after_telling<Keeping>(*told);
  return next ? std::optional(std::move(*next)) : std::nullopt;
}

template <class Keeping>
std::expected<void, Rejection> KeptPlan::net_keeping(Day start) {
  const bool same_day = plan_ && (start == start_ || !Keeping::another_day_nets_everything);
  if (same_day && told() == 0) return {};
  std::optional<Plan> next;
  if (same_day && told() <= limits::facts_netted_again) next = netted_again<Keeping>();
  all_is_netted();
  plan_.reset();
  if (!next) {
    auto whole = Plan::of(all_facts(start));
    if (!whole) return std::unexpected(std::move(whole.error()));
    next = std::move(*whole);
  }
  plan_ = std::move(next);
  start_ = start;
  return {};
}

}  // namespace layerline::planning
