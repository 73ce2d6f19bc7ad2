// What a change makes net again, as a template over whom it tells: for the program by RightTelling, for the mutants of tests/sim without.
#pragma once

#include <algorithm>
#include <utility>

#include "domain/planning/plan.hpp"

namespace layerline::planning {

// The new facts, on which nothing is netted yet.
struct Plan::Taken {
  Plan plan;
  std::vector<bool> touched;  // by item
  std::vector<ItemNumber> left_a_bom;
  std::shared_ptr<const Boms> boms_before;
};

template <class Telling>
bool tells_components(const Netted& before, const Netted& now) {
  if (!Telling::components_of_changed_orders) return false;
  if (Telling::components_of_changed_pegs) return before != now;
  const auto same = [](const Order& a, const Order& b) {
    return a.kind == b.kind && a.quantity == b.quantity && a.due == b.due && a.release == b.release;
  };
  return !std::ranges::equal(before.orders, now.orders, same);
}

template <class Telling>
std::expected<Plan, Rejection> Plan::after_telling(std::span<const Change> changes) const {
  auto taken = take(changes);
  if (!taken) return std::unexpected(std::move(taken.error()));
  Plan& next = taken->plan;
  if (Telling::components_that_left_a_bom) {
    for (const ItemNumber component : taken->left_a_bom) taken->touched[component] = true;
  }
  if constexpr (!Telling::levels_of_a_changed_bom) {
    Boms boms = *next.boms_;
    boms.by_level = taken->boms_before->by_level;
    next.boms_ = std::make_shared<const Boms>(std::move(boms));
  }
  next.netted_again_ = 0;
  for (const ItemNumber item : next.boms_->by_level) {
    if (!taken->touched[item]) continue;
    const auto before = next.netted_[item];
    if (auto netted = next.net(item); !netted) return std::unexpected(std::move(netted.error()));
    ++next.netted_again_;
    if (!tells_components<Telling>(*before, *next.netted_[item])) continue;
    for (const BomUse& use : next.boms_->components[item]) taken->touched[use.component] = true;
  }
  return std::move(next);
}

}  // namespace layerline::planning
