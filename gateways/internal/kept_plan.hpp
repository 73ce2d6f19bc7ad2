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
#include "infra/store/json_tree.hpp"

namespace layerline::internal {

struct KnownItem {
  planning::Item item;                       // its SKU is a key here, which tells a material from a product of the same name
  std::vector<planning::BomLine> bom;        // of what is made; components may be unknown
  std::string id;
  std::string sku;                           // what people call it
  std::int64_t orders = 0;                   // made for it so far
  friend bool operator==(const KnownItem&, const KnownItem&) = default;
};
// Demand and supply with ids of their own, which begin with what people call them; supply with the day that was promised.
using Fact = std::variant<KnownItem, planning::Demand, planning::Supply>;

[[nodiscard]] Fact fact_of(std::string_view name, const store::Json& fact);
[[nodiscard]] std::string_view label_of(std::string_view id);
// What is on its way covers what is needed before it comes: it can be hurried, but a second order for the same need can't be sent back.
[[nodiscard]] planning::Day covers_from(const planning::Supply& supply, planning::Day start);

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

class KeptPlan {
 public:
  void tell(std::string_view name, Fact fact);
  void forget(std::string_view name);
  // Nets what was told since the last time, or everything: at first, on another day, when an item is gone, and when that is less work.
  // What is refused was damaged before it was told.
  [[nodiscard]] std::expected<void, Rejection> net(planning::Day start);

  // Of the last netting, which was not refused.
  [[nodiscard]] const planning::Plan& plan() const { return *plan_; }
  [[nodiscard]] planning::Day start() const { return start_; }
  // What was told, items by their keys.
  [[nodiscard]] const std::map<std::string, KnownItem, std::less<>>& items() const { return items_.now; }
  [[nodiscard]] const std::map<std::string, planning::Supply, std::less<>>& supply() const { return supply_.now; }
  [[nodiscard]] std::size_t facts() const { return items_.now.size() + demand_.now.size() + supply_.now.size(); }

 private:
  using Changes = std::vector<planning::Change>;

  [[nodiscard]] std::optional<planning::Plan> netted_again() const;
  [[nodiscard]] std::optional<Changes> changes() const;
  void add_items(bool any_new, Changes& out) const;
  template <class T, class Gone, class Added>
  void add_changed(const Told<T>& told, bool any_new, const Gone& gone, const Added& added, Changes& out) const;
  [[nodiscard]] planning::Facts all_facts(planning::Day start) const;
  [[nodiscard]] bool known(std::string_view item) const { return items_.now.contains(item); }
  [[nodiscard]] bool is_new(std::string_view item) const;
  [[nodiscard]] std::vector<planning::BomLine> bom_of_known(const KnownItem& item) const;

  Told<KnownItem> items_;   // by key
  Told<planning::Demand> demand_;
  Told<planning::Supply> supply_;
  std::optional<planning::Plan> plan_;   // of what was told `before`; none: nothing of it is netted
  planning::Day start_;
};

}  // namespace layerline::internal
