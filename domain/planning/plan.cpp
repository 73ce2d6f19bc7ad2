#include "domain/planning/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "domain/planning/limits.hpp"
#include "domain/planning/plan.inl"

namespace layerline::planning {

// Takes facts into a copy of a plan. Items are copied when they are first changed.
class Builder {
 public:
  explicit Builder(const Plan& before) : plan_(before), own_(before.items_.size()), left_(), boms_before_(before.boms_) {}

  void start(Day day) {
    plan_.start_ = day;
    for (ItemNumber item = 0; item < own_.size(); ++item) edit(item);
  }

  std::optional<Rejection> add(const Item& item, std::string_view where) {
    if (const auto found = plan_.numbers_->find(item.sku); found != plan_.numbers_->end() || numbers_.contains(item.sku)) {
      return Rejection{.type = "duplicate-sku", .detail = fmt::format("{}.sku: \"{}\" is there twice", where, item.sku)};
    }
    if (auto why = wrong(item, where)) return why;
    numbers_[item.sku] = static_cast<ItemNumber>(own_.size());
    own_.push_back(std::make_shared<ItemFacts>(ItemFacts{.item = item, .demand = {}, .supply = {}}));
    boms_changed_ = true;
    return std::nullopt;
  }

  std::optional<Rejection> set(const Item& item, std::string_view where) {
    const auto number = find(item.sku);
    if (!number) return add(item, where);
    if (auto why = wrong(item, where)) return why;
    edit(*number).item = item;
    return std::nullopt;
  }

  std::optional<Rejection> add(const Demand& demand, std::string_view where) {
    const auto number = find(demand.sku);
    if (!number) return unknown(demand.sku, where, "sku");
    if (auto why = wrong(demand, where)) return why;
    edit(*number).demand.push_back({plan_.next_key_++, demand.id, demand.quantity, demand.due});
    return std::nullopt;
  }

  std::optional<Rejection> add(const Supply& supply, std::string_view where) {
    const auto number = find(supply.sku);
    if (!number) return unknown(supply.sku, where, "sku");
    if (auto why = wrong(supply, where)) return why;
    edit(*number).supply.push_back(supply);
    return std::nullopt;
  }

  std::optional<Rejection> add(const BomLine& line, std::string_view where) {
    const auto parent = find(line.parent);
    if (!parent) return unknown(line.parent, where, "parent");
    const auto component = find(line.component);
    if (!component) return unknown(line.component, where, "component");
    if (auto why = wrong(line, where)) return why;
    edit(*component);
    components()[*parent].push_back({*parent, *component, line});
    return std::nullopt;
  }

  std::optional<Rejection> operator()(const StartMoved& change) {
    start(change.start);
    return std::nullopt;
  }
  std::optional<Rejection> operator()(const ItemSet& change) { return set(change.item, "item"); }
  std::optional<Rejection> operator()(const StockSet& change) {
    const auto number = find(change.sku);
    if (!number) return unknown(change.sku, "stock", "sku");
    Item item = facts(*number).item;
    item.on_hand = change.on_hand;
    item.allocated = change.allocated;
    return set(item, "stock");
  }
  std::optional<Rejection> operator()(const DemandAdded& change) { return add(change.demand, "demand"); }
  std::optional<Rejection> operator()(const DemandCancelled& change) {
    const auto number = find(change.sku);
    if (!number) return unknown(change.sku, "demand", "sku");
    const auto gone = std::erase_if(edit(*number).demand, [&](const DemandLine& line) { return line.id == change.id; });
    return gone > 0 ? std::nullopt : std::optional(nothing("demand", change.id, change.sku));
  }
  std::optional<Rejection> operator()(const SupplyAdded& change) { return add(change.supply, "supply"); }
  std::optional<Rejection> operator()(const SupplyGone& change) {
    const auto number = find(change.sku);
    if (!number) return unknown(change.sku, "supply", "sku");
    const auto gone = std::erase_if(edit(*number).supply, [&](const Supply& supply) { return supply.id == change.id; });
    return gone > 0 ? std::nullopt : std::optional(nothing("supply", change.id, change.sku));
  }
  std::optional<Rejection> operator()(const BomSet& change) {
    const auto parent = find(change.parent);
    if (!parent) return unknown(change.parent, "bom", "parent");
    for (const BomUse& use : components()[*parent]) left_.push_back(use.component);
    components()[*parent].clear();
    for (const BomLine& line : change.lines) {
      if (line.parent != change.parent) {
        return Rejection{.type = "wrong-parent",
                         .detail = fmt::format("bom.parent: \"{}\" in a BOM of \"{}\"", line.parent, change.parent)};
      }
      if (auto why = add(line, "bom")) return why;
    }
    return std::nullopt;
  }

  std::expected<Plan::Taken, Rejection> taken() {
    std::vector<bool> touched(own_.size());
    plan_.items_.resize(own_.size());
    plan_.netted_.resize(own_.size(), std::make_shared<const Netted>());
    for (ItemNumber item = 0; item < own_.size(); ++item) {
      touched[item] = own_[item] != nullptr;
      if (!own_[item]) continue;
      std::ranges::sort(own_[item]->demand, {},
                        [](const DemandLine& line) { return std::tie(line.due, line.id, line.quantity, line.key); });
      std::ranges::sort(own_[item]->supply, {},
                        [](const Supply& supply) { return std::tie(supply.due, supply.id, supply.kind, supply.quantity); });
      plan_.items_[item] = std::move(own_[item]);
    }
    if (!numbers_.empty()) {
      numbers_.insert(plan_.numbers_->begin(), plan_.numbers_->end());
      plan_.numbers_ = std::make_shared<const Plan::Numbers>(std::move(numbers_));
    }
    if (boms_changed_) {
      std::vector<std::string> skus;
      for (const auto& facts : plan_.items_) skus.push_back(facts->item.sku);
      components();
      auto boms = boms_of(std::move(*components_), skus);
      if (!boms) return std::unexpected(std::move(boms.error()));
      plan_.boms_ = std::make_shared<const Boms>(std::move(*boms));
    }
    return Plan::Taken{std::move(plan_), std::move(touched), std::move(left_), std::move(boms_before_)};
  }

 private:
  [[nodiscard]] std::optional<ItemNumber> find(std::string_view sku) const {
    if (const auto found = plan_.numbers_->find(sku); found != plan_.numbers_->end()) return found->second;
    if (const auto found = numbers_.find(sku); found != numbers_.end()) return found->second;
    return std::nullopt;
  }
  [[nodiscard]] const ItemFacts& facts(ItemNumber item) const { return own_[item] ? *own_[item] : *plan_.items_[item]; }
  ItemFacts& edit(ItemNumber item) {
    if (!own_[item]) own_[item] = std::make_shared<ItemFacts>(*plan_.items_[item]);
    return *own_[item];
  }
  std::vector<std::vector<BomUse>>& components() {
    boms_changed_ = true;
    if (!components_) components_ = plan_.boms_->components;
    components_->resize(own_.size());
    return *components_;
  }
  static Rejection unknown(std::string_view sku, std::string_view where, std::string_view field) {
    return Rejection{.type = "unknown-sku", .detail = fmt::format("{}.{}: there is no item \"{}\"", where, field, sku)};
  }
  static Rejection nothing(std::string_view what, std::string_view id, std::string_view sku) {
    return Rejection{.type = "unknown-" + std::string(what),
                     .detail = fmt::format("{}.id: there is no {} \"{}\" of \"{}\"", what, what, id, sku)};
  }

  Plan plan_;
  std::vector<std::shared_ptr<ItemFacts>> own_;  // null: as in the plan
  Plan::Numbers numbers_;                        // of new items
  std::optional<std::vector<std::vector<BomUse>>> components_;
  std::vector<ItemNumber> left_;
  std::shared_ptr<const Boms> boms_before_;
  bool boms_changed_ = false;
};

std::expected<Plan, Rejection> Plan::of(const Facts& facts) {
  Builder builder{Plan()};
  builder.start(facts.start);
  const auto add_all = [&](const auto& list, std::string_view name) -> std::optional<Rejection> {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (auto why = builder.add(list[i], fmt::format("{}[{}]", name, i))) return why;
    }
    return std::nullopt;
  };
  if (auto why = add_all(facts.items, "items")) return std::unexpected(std::move(*why));
  if (auto why = add_all(facts.boms, "boms")) return std::unexpected(std::move(*why));
  if (auto why = add_all(facts.demand, "demand")) return std::unexpected(std::move(*why));
  if (auto why = add_all(facts.supply, "supply")) return std::unexpected(std::move(*why));
  auto taken = builder.taken();
  if (!taken) return std::unexpected(std::move(taken.error()));
  Plan& plan = taken->plan;
  for (const ItemNumber item : plan.boms_->by_level) {
    if (auto netted = plan.net(item); !netted) return std::unexpected(std::move(netted.error()));
  }
  plan.netted_again_ = plan.items_.size();
  return std::move(plan);
}

std::expected<Plan::Taken, Rejection> Plan::take(std::span<const Change> changes) const {
  Builder builder(*this);
  for (const Change& change : changes) {
    if (auto why = std::visit(builder, change)) return std::unexpected(std::move(*why));
  }
  return builder.taken();
}

std::expected<Plan, Rejection> Plan::after(std::span<const Change> changes) const { return after_telling<RightTelling>(changes); }

std::expected<Needs, Rejection> Plan::needs_of(ItemNumber number) const {
  const auto refused = [&] {
    return Rejection{.type = "plan-too-large",
                     .detail = fmt::format("{}: the plan has more than {} parts of orders", items_[number]->item.sku, limits::shares_max)};
  };
  Needs needs;
  for (const DemandLine& line : items_[number]->demand) {
    if (line.quantity > 0) needs.add(line.due, line.quantity, line.key);
  }
  for (const BomUse& use : boms_->uses[number]) {
    const Netted& parent = *netted_[use.parent];
    for (const Order& order : parent.orders) {
      if (order.kind == OrderKind::buy) continue;
      auto exploded = needs.explode(use.line, order.quantity, order.release, order.shares.of(parent.shares));
      if (!exploded) return std::unexpected(std::move(exploded.error()));
      if (needs.shares.size() > limits::shares_max) return std::unexpected(refused());
    }
  }
  return needs;
}

std::expected<void, Rejection> Plan::net(ItemNumber number) {
  auto needs = needs_of(number);
  if (!needs) return std::unexpected(std::move(needs.error()));
  auto netted = net_item(*items_[number], std::move(*needs), start_);
  if (!netted) return std::unexpected(std::move(netted.error()));
  shares_ += netted->shares.size();
  shares_ -= netted_[number]->shares.size();
  if (shares_ > limits::shares_max) {
    return std::unexpected(
        Rejection{.type = "plan-too-large", .detail = fmt::format("the plan has more than {} parts of orders", limits::shares_max)});
  }
  netted_[number] = std::make_shared<const Netted>(std::move(*netted));
  return {};
}

// ---- queries ----

Plan::DemandIds Plan::demand_ids(Shown shown) const {
  DemandIds ids = {{for_safety_stock, safety_stock_peg}};
  for (const auto& facts : items_) {
    for (const DemandLine& line : facts->demand) ids.emplace(line.key, shown(line.id));
  }
  return ids;
}

void Plan::append_orders(ItemNumber number, const DemandIds& ids, std::vector<PlannedOrder>& out) const {
  const Netted& netted = *netted_[number];
  for (const Order& order : netted.orders) {
    if (order.kind == OrderKind::production_firm) continue;
    std::map<std::string_view, Quantity> pegs;
    for (const Share& share : order.shares.of(netted.shares)) {
      if (share.demand != for_nobody) pegs[ids.at(share.demand)] += share.quantity;
    }
    out.push_back({.sku = items_[number]->item.sku,
                   .make = order.kind == OrderKind::make,
                   .quantity = order.quantity,
                   .release = order.release,
                   .due = order.due,
                   .late = order.release < start_,
                   .pegs = {}});
    for (const auto& [demand, quantity] : pegs) out.back().pegs.push_back({std::string(demand), quantity});
  }
}

std::vector<PlannedOrder> Plan::orders(Shown shown) const {
  std::vector<PlannedOrder> out;
  const DemandIds ids = demand_ids(shown);
  for (const auto& [sku, number] : *numbers_) append_orders(number, ids, out);
  std::ranges::sort(out, {}, [](const PlannedOrder& order) { return std::tie(order.due, order.sku); });
  return out;
}

std::vector<PlannedOrder> Plan::orders_of(std::string_view sku, Shown shown) const {
  std::vector<PlannedOrder> out;
  if (const auto found = numbers_->find(sku); found != numbers_->end()) append_orders(found->second, demand_ids(shown), out);
  return out;
}

std::vector<Need> Plan::needs(std::string_view sku) const {
  const auto found = numbers_->find(sku);
  if (found == numbers_->end()) return {};
  auto needs = needs_of(found->second);
  return needs ? std::move(needs->needs) : std::vector<Need>();
}

std::expected<std::vector<PlannedOrder>, Rejection> net(const Facts& facts) {
  const auto plan = Plan::of(facts);
  if (!plan) return std::unexpected(plan.error());
  return plan->orders();
}

}  // namespace layerline::planning
