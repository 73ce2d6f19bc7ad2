// The plan of one workshop, kept from question to question: it is told which facts changed, and nets only what they touch.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domain/planning/plan.hpp"

namespace layerline::planning {

struct KnownItem {
  Item item;                  // its SKU is a key here, which tells a material from a product of the same name
  std::vector<BomLine> bom;   // of what is made; components may be unknown
  std::string id;
  std::string sku;            // what people call it
  std::int64_t orders = 0;    // made for it so far
  friend bool operator==(const KnownItem&, const KnownItem&) = default;
};
// Demand and supply with ids of their own; supply with the day that was promised.
using Fact = std::variant<KnownItem, Demand, Supply>;

// An id that no other fact has: what people call it, then the name of the fact. Ids are in the order of their labels.
[[nodiscard]] std::string fact_id(std::string_view label, std::string_view name);
[[nodiscard]] std::string_view label_of(std::string_view id);
// What is on its way covers what is needed before it comes: it can be hurried, but a second order for the same need can't be sent back.
[[nodiscard]] Day covers_from(const Supply& supply, Day start);

// Facts of one kind, and as what they were netted last.
template <class T>
struct Told {
  std::map<std::string, T, std::less<>> now;
  std::map<std::string, std::optional<T>, std::less<>> before;   // of those that were told since

  void tell(std::string_view name, std::optional<T> fact) {
    const auto known = now.find(name);
    before.try_emplace(std::string(name), known == now.end() ? std::nullopt : std::optional(known->second));
    if (fact) {
      now.insert_or_assign(std::string(name), std::move(*fact));
    } else if (known != now.end()) {
      now.erase(known);
    }
  }
};

// What becomes of the plan when it is asked for. Mutants in tests/sim leave one out.
struct RightKeeping : RightTelling {
  static constexpr bool another_day_nets_everything = true;
  static constexpr bool what_is_gone_leaves_the_plan = true;
  static constexpr bool new_items_bring_what_spoke_of_them = true;
  static constexpr bool changed_boms_are_told = true;
};

class KeptPlan {
 public:
  void tell(std::string_view name, Fact fact);
  void forget(std::string_view name);
  // Nets what was told since the last time, or everything: at first, on another day, when an item is gone, and when that is less work.
  // What is refused was damaged before it was told.
  [[nodiscard]] std::expected<void, Rejection> net(Day start);
  template <class Keeping>
  [[nodiscard]] std::expected<void, Rejection> net_keeping(Day start);

  // Of the last netting, which was not refused.
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  [[nodiscard]] Day start() const { return start_; }
  // What was told, items by their keys.
  [[nodiscard]] const std::map<std::string, KnownItem, std::less<>>& items() const { return items_.now; }
  [[nodiscard]] const std::map<std::string, Supply, std::less<>>& supply() const { return supply_.now; }
  [[nodiscard]] std::size_t facts() const { return items_.now.size() + demand_.now.size() + supply_.now.size(); }

 private:
  using Changes = std::vector<Change>;

  template <class Keeping>
  [[nodiscard]] std::optional<Plan> netted_again() const;
  template <class Keeping>
  [[nodiscard]] std::optional<Changes> changes() const;
  template <class Keeping>
  void add_items(bool any_new, Changes& out) const;
  template <class Keeping, class T, class Gone, class Added>
  void add_changed(const Told<T>& told, bool any_new, const Gone& gone, const Added& added, Changes& out) const;
  [[nodiscard]] std::size_t told() const { return items_.before.size() + demand_.before.size() + supply_.before.size(); }
  void all_is_netted();
  [[nodiscard]] Facts all_facts(Day start) const;
  [[nodiscard]] bool known(std::string_view item) const { return items_.now.contains(item); }
  [[nodiscard]] bool is_new(std::string_view item) const;
  [[nodiscard]] std::vector<BomLine> bom_of_known(const KnownItem& item) const;

  Told<KnownItem> items_;   // by key
  Told<Demand> demand_;
  Told<Supply> supply_;
  std::map<std::string, std::string, std::less<>> keys_of_items_;   // by the names of their facts
  std::optional<Plan> plan_;   // of what was told `before`; none: nothing of it is netted
  Day start_;
};

}  // namespace layerline::planning
