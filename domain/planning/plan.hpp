// The plan of a workshop: what to make and to buy, when, and for whom. A value: a change gives another plan, which shares with the old
// one all that the change does not touch, and equals what netting everything again would give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "domain/kernel/rejection.hpp"
#include "domain/planning/boms.hpp"
#include "domain/planning/facts.hpp"
#include "domain/planning/netting.hpp"

namespace layerline::planning {

struct Peg {
  std::string demand;  // an id, or "safety_stock"
  Quantity quantity = 0;
  friend bool operator==(const Peg&, const Peg&) = default;
};

struct PlannedOrder {
  std::string sku;
  bool make = false;  // else buy
  Quantity quantity = 0;
  Day release;
  Day due;
  bool late = false;      // the release lies before the start
  std::vector<Peg> pegs;  // by demand; less than the quantity where a lot or a stock is left over
  friend bool operator==(const PlannedOrder&, const PlannedOrder&) = default;
};

// ---- changes; several that belong to one event are given together, and all or none of them happen ----

struct StartMoved { Day start; };
struct ItemSet { Item item; };  // new or changed
struct StockSet { std::string sku; Quantity on_hand = 0, allocated = 0; };
struct DemandAdded { Demand demand; };
struct DemandCancelled { std::string sku, id; };  // all its lines for this item
struct SupplyAdded { Supply supply; };
struct SupplyGone { std::string sku, id; };  // received, or never to come
struct BomSet { std::string parent; std::vector<BomLine> lines; };  // in place of all that it had
using Change = std::variant<StartMoved, ItemSet, StockSet, DemandAdded, DemandCancelled, SupplyAdded, SupplyGone, BomSet>;

// What a change has to tell whom. Mutants in tests/sim leave one out.
struct RightTelling {
  static constexpr bool components_of_changed_orders = true;
  static constexpr bool components_of_changed_pegs = true;
  static constexpr bool components_that_left_a_bom = true;
  static constexpr bool levels_of_a_changed_bom = true;
};

class Plan {
 public:
  [[nodiscard]] static std::expected<Plan, Rejection> of(const Facts&);
  // Refuses a change that names what is not there, or would make a cycle; this plan stays as it is.
  [[nodiscard]] std::expected<Plan, Rejection> after(std::span<const Change>) const;
  template <class Telling>
  [[nodiscard]] std::expected<Plan, Rejection> after_telling(std::span<const Change>) const;

  // What pegs show of the id of a demand: demands that show the same are one peg.
  using Shown = std::string_view (*)(std::string_view id);
  static std::string_view whole_id(std::string_view id) { return id; }

  // By due date and SKU.
  [[nodiscard]] std::vector<PlannedOrder> orders(Shown shown = whole_id) const;
  [[nodiscard]] std::vector<PlannedOrder> orders_of(std::string_view sku, Shown shown = whole_id) const;
  // What it must have, by itself and as a component, in no order.
  [[nodiscard]] std::vector<Need> needs(std::string_view sku) const;
  // How many items the last change netted again.
  [[nodiscard]] std::size_t netted_again() const { return netted_again_; }

 private:
  friend class Builder;
  struct Taken;
  using Numbers = std::map<std::string, ItemNumber, std::less<>>;
  using DemandIds = std::unordered_map<DemandKey, std::string_view>;

  [[nodiscard]] std::expected<Taken, Rejection> take(std::span<const Change>) const;
  [[nodiscard]] std::expected<void, Rejection> net(ItemNumber);
  [[nodiscard]] std::expected<Needs, Rejection> needs_of(ItemNumber) const;
  [[nodiscard]] DemandIds demand_ids(Shown) const;
  void append_orders(ItemNumber, const DemandIds&, std::vector<PlannedOrder>&) const;

  Day start_;
  std::shared_ptr<const Numbers> numbers_ = std::make_shared<const Numbers>();
  std::vector<std::shared_ptr<const ItemFacts>> items_;
  std::shared_ptr<const Boms> boms_ = std::make_shared<const Boms>();
  std::vector<std::shared_ptr<const Netted>> netted_;
  std::size_t shares_ = 0;  // of all items
  std::size_t netted_again_ = 0;
  DemandKey next_key_ = first_demand_key;
};

// All planned orders for these facts: `Plan::of(facts).orders()`.
[[nodiscard]] std::expected<std::vector<PlannedOrder>, Rejection> net(const Facts&);

}  // namespace layerline::planning
