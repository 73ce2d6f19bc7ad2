// The plan that a server keeps, beside the world: some events at a time it is told which facts changed, as a view shows them, and now and
// then it is asked. What it answers is compared with netting everything that it was told. Some items come into its catalogue late:
// until then orders and BOMs speak of what planning does not know.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/planning/kept_plan.inl"
#include "tests/sim/planning_dice.hpp"

namespace layerline::sim {

template <class Keeping>
class Kept {
 public:
  explicit Kept(std::uint64_t seed) : dice_(seed ^ 0x6b657074) {}

  // The world after an event, in which nothing may have happened.
  void follow(const planning::Facts& world) {
    if (dice_.chance(5)) ++known_;
    if (!dice_.chance(30)) return;
    tell(world);
    if (dice_.chance(40)) ask(world);
  }
  // In every answer so far.
  [[nodiscard]] bool is_full() const { return is_full_; }
  [[nodiscard]] std::uint64_t questions() const { return questions_; }
  // Questions of which the answer netted some items again, and not all.
  [[nodiscard]] std::uint64_t netted_in_part() const { return netted_in_part_; }

 private:
  using Facts = std::map<std::string, planning::Fact>;   // by name

  void tell(const planning::Facts& world) {
    Facts now = facts_of(world);
    for (const auto& [name, fact] : now)
      if (const auto before = told_.find(name); before == told_.end() || before->second != fact) plan_.tell(name, fact);
    for (const auto& [name, fact] : told_)
      if (!now.contains(name)) plan_.forget(name);
    told_ = std::move(now);
  }

  void ask(const planning::Facts& world) {
    const auto full = planning::Plan::of(told_facts(world.start));
    const auto netted = plan_.template net_keeping<Keeping>(world.start);
    ++questions_;
    if (netted && plan_.plan().netted_again() < plan_.items().size()) ++netted_in_part_;
    try {
      const bool same = full && netted && full->orders(planning::label_of) == plan_.plan().orders(planning::label_of);
      is_full_ = is_full_ && (same || (!full && !netted));
    } catch (const std::out_of_range&) {  // an order for a demand that is gone
      is_full_ = false;
    }
  }

  // ---- what the view shows ----

  [[nodiscard]] Facts facts_of(const planning::Facts& world) const {
    Facts facts;
    for (const planning::Item& item : world.items) {
      if (!is_known(item.sku)) continue;
      planning::KnownItem known{.item = item, .bom = {}, .id = item.sku, .sku = item.sku, .orders = 0};
      std::ranges::copy_if(world.boms, std::back_inserter(known.bom),
                           [&](const planning::BomLine& line) { return line.parent == item.sku; });
      facts.emplace("item/" + item.sku, std::move(known));
    }
    for (planning::Demand demand : world.demand) {
      const std::string name = "demand/" + demand.id;
      demand.id = planning::fact_id(order_of(demand.id), name);
      facts.emplace(name, std::move(demand));
    }
    for (planning::Supply supply : world.supply) {
      const std::string name = "supply/" + supply.id;
      supply.id = planning::fact_id(supply.id, name);
      facts.emplace(name, std::move(supply));
    }
    return facts;
  }
  // The last items come into the catalogue one by one, and orders come before them.
  [[nodiscard]] bool is_known(std::string_view sku) const { return sku < "P" + std::to_string(std::min(known_, 9)); }
  // Sales with neighbouring numbers are lines of one order.
  static std::string_view order_of(std::string_view sale) { return sale.substr(0, sale.size() - 1); }

  // ---- the same, for netting everything ----

  [[nodiscard]] planning::Facts told_facts(planning::Day start) const {
    planning::Facts all{.start = start, .items = {}, .boms = {}, .demand = {}, .supply = {}};
    for (const auto& [name, fact] : told_) {
      if (const auto* known = std::get_if<planning::KnownItem>(&fact)) {
        all.items.push_back(known->item);
        std::ranges::copy_if(known->bom, std::back_inserter(all.boms), [this](const auto& line) { return is_told(line.component); });
      } else if (const auto* demand = std::get_if<planning::Demand>(&fact)) {
        if (is_told(demand->sku)) all.demand.push_back(*demand);
      } else if (auto supply = std::get<planning::Supply>(fact); is_told(supply.sku)) {
        if (supply.kind != planning::SupplyKind::production_firm) supply.due = std::min(supply.due, start);
        all.supply.push_back(std::move(supply));
      }
    }
    return all;
  }
  [[nodiscard]] bool is_told(std::string_view sku) const { return told_.contains("item/" + std::string(sku)); }

  Dice dice_;
  int known_ = 5;   // items
  Facts told_;
  planning::KeptPlan plan_;
  bool is_full_ = true;
  std::uint64_t questions_ = 0;
  std::uint64_t netted_in_part_ = 0;
};

}  // namespace layerline::sim
