// Netting of one item: what has to be ordered so that no day ends under the safety stock, and for whom.
//
// Pegging goes by date: stock, supply and planned orders serve what is needed in the order of both. The safety stock is what is needed
// first: it is not touched, so a demand that would take from it pegs the order that restores it. An order is for the top demands that
// it serves, in parts ("shares"); what it needs of a component is for the same, in proportion.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "domain/kernel/rejection.hpp"
#include "domain/planning/facts.hpp"

namespace layerline::planning {

// Whom a part of an order is for: one line of demand, or one of the first two.
using DemandKey = std::uint32_t;
inline constexpr DemandKey for_nobody = 0;  // surplus of a lot, or a supply that nothing needs
inline constexpr DemandKey for_safety_stock = 1;
inline constexpr DemandKey first_demand_key = 2;

struct Share {
  DemandKey demand = for_nobody;
  Quantity quantity = 0;
  friend bool operator==(const Share&, const Share&) = default;
};

// The shares of many, one behind the other; each owner knows where its own are.
struct ShareRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  [[nodiscard]] std::span<const Share> of(const std::vector<Share>& shares) const { return std::span(shares).subspan(first, count); }
  friend bool operator==(const ShareRange&, const ShareRange&) = default;
};

// What one item must have, by itself or as a component. The shares add up to the quantity.
struct Need {
  Day due;
  Quantity quantity = 0;
  ShareRange shares;
};
struct Needs {
  std::vector<Need> needs;
  std::vector<Share> shares;

  void add(Day due, Quantity quantity, DemandKey);
  // What an order needs of one component. Refuses what is more than any quantity may be.
  [[nodiscard]] std::expected<void, Rejection> explode(const BomLine&, Quantity order, Day release, std::span<const Share> order_shares);
};

struct DemandLine {
  DemandKey key = for_nobody;
  std::string id;
  Quantity quantity = 0;
  Day due;
};

// All that concerns one item, its place in BOMs apart. Demand is sorted by due and id, supply by due, id, kind and quantity.
struct ItemFacts {
  Item item;
  std::vector<DemandLine> demand;
  std::vector<Supply> supply;
};

enum class OrderKind {
  buy,
  make,  // planned, and needs its components, as the next does
  production_firm,
};

// The shares add up to the quantity.
struct Order {
  OrderKind kind = OrderKind::buy;
  Quantity quantity = 0;
  Day due;
  Day release;
  ShareRange shares = {};
  friend bool operator==(const Order&, const Order&) = default;
};
struct Netted {
  std::vector<Order> orders;  // by due
  std::vector<Share> shares;
  friend bool operator==(const Netted&, const Netted&) = default;
};

// The needs in any order; those of one day are served as they come.
[[nodiscard]] std::expected<Netted, Rejection> net_item(const ItemFacts&, Needs, Day start);

}  // namespace layerline::planning
