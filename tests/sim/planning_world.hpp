// A workshop of planning and stock, to which random things happen: orders come, move and go, purchases arrive, production is firmed,
// released and completed, stock is counted and moved, BOMs and items change, days pass. Everything is kept twice: by the plan and by the
// workshop that the server folds, and as plain lists from which all is worked out again. What must hold is checked after each event. A
// plan that is kept from question to question, as the server's, follows beside it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/commands.hpp"
#include "domain/planning/plan.inl"
#include "tests/sim/planning_kept.hpp"

namespace layerline::sim {

// What the mutants leave out, besides whom a changed plan tells.
struct RightWorld : planning::RightTelling {
  static constexpr bool stock_is_told_to_planning = true;
  static constexpr bool firm_orders_are_supply = true;
  static constexpr bool reserved_stock_is_not_available = true;
  static constexpr bool counts_take_reservations_back = true;
  static constexpr bool moves_empty_the_source = true;
  static constexpr bool issues_note_the_order = true;
  static constexpr bool uses_let_go_of_lots = true;
  using Keeping = planning::RightKeeping;
};

enum class Broken {
  incremental_is_not_full,
  kept_is_not_full,
  ledger_is_not_balance,
  more_allocated_than_on_hand,
  untraced,
  not_held_from_lots,
};

struct Sale {
  planning::Demand demand;
  bool reserved = false;  // from stock; is no demand for planning any more
};

class CountedIds final : public IdSource {
 public:
  std::string next(Time) override { return "id-" + std::to_string(++last_); }

 private:
  std::uint64_t last_ = 0;
};

struct Use {
  std::string sku;
  planning::Quantity quantity = 0;
};
struct Production {
  planning::Supply supply;
  std::vector<Use> uses;  // once it is released
};

template <class Rule>
class World {
 public:
  World(std::uint64_t seed);
  // One event; nothing may happen in it.
  void step();
  [[nodiscard]] std::set<Broken> broken() const;
  std::uint64_t events = 0;  // that happened
  [[nodiscard]] const Kept<typename Rule::Keeping>& kept() const { return beside_; }

 private:
  using Changes = std::vector<planning::Change>;
  using Place = std::pair<LotId, LocationId>;

  // ---- setting out ----
  planning::Item random_item(const std::string& sku, bool make);
  std::vector<planning::BomLine> random_bom(std::size_t parent, std::size_t from, int percent);
  planning::Day soon() { return facts_.start + std::chrono::days(dice_.from(-3, 40)); }
  std::string fresh(std::string_view prefix) { return std::string(prefix) + std::to_string(++last_id_); }
  planning::Item& item(std::string_view sku) { return *std::ranges::find(facts_.items, sku, &planning::Item::sku); }

  // ---- what happens; false: nothing did ----
  bool sale_comes();
  bool sale_moves();
  bool sale_is_cancelled();
  bool sale_is_reserved();
  bool sale_is_shipped();
  bool purchase_is_ordered();
  bool purchase_arrives();
  bool production_is_firmed();
  bool production_is_released();
  bool production_is_completed();
  bool production_is_cancelled();
  bool stock_is_counted();
  bool stock_is_moved();
  bool bom_changes();
  bool item_changes();
  bool day_begins();

  // ---- telling ----
  [[nodiscard]] Context context() { return {now_, workshop_, ids_, actor_}; }
  template <class Command>
  bool command(const Command&);   // to the workshop
  // Folds what was decided, and all that follows from it.
  void happen(Events, bool with_policies = true);
  void apply(const std::string& stream, events::Event);
  void note(const events::Event&);   // in the ledger
  void note_parts(const inventory::StoredParts&, const std::string& sku, planning::Quantity sign);
  void expect(const std::string& user);   // who will reserve and use
  bool reserve(const std::string& user, const std::vector<Use>&);
  void release(const std::string& user);
  bool use(const std::string& user, const Use&);
  void receive(const std::string& sku, planning::Quantity, const LocationId&);
  void tell(Changes);             // to the plan, with the stock that changed
  void forget_supply(const planning::Supply&, Changes&);
  [[nodiscard]] const inventory::Material& material(const std::string& sku) const;

  // ---- looking ----
  [[nodiscard]] bool incremental_is_full() const;
  [[nodiscard]] bool ledger_is_balance() const;
  [[nodiscard]] bool allocated_is_on_hand() const;
  [[nodiscard]] bool uses_are_traced() const;
  [[nodiscard]] bool reserved_is_held() const;

  Dice dice_;
  std::uint64_t last_id_ = 0;
  planning::Facts facts_;  // boms and items; demand and supply as they are known to planning
  planning::Plan plan_;
  bool plan_and_full_refuse_alike_ = true;
  Kept<typename Rule::Keeping> beside_;
  std::map<std::string, Sale> sales_;
  std::map<std::string, planning::Supply> purchases_;
  std::map<std::string, Production> productions_;
  std::set<std::string> orders_;         // ever
  Workshop workshop_;
  CountedIds ids_;
  Time now_{1'767'571'200'000};
  const std::string actor_ = "model";
  std::set<std::string> stock_changed_;  // SKUs

  // What the events of stock add up to.
  std::map<Place, planning::Quantity> lying_;
  std::map<LotId, std::string> received_;                                    // SKUs
  std::map<std::pair<std::string, std::string>, planning::Quantity> kept_;   // by SKU and order
  struct Used {
    std::string sku, order;
    std::map<Place, planning::Quantity> of;
  };
  std::map<PrintJobId, Used> used_;
  std::string using_;                    // the order whose use is being decided
};

}  // namespace layerline::sim

#include "tests/sim/planning_stock.inl"
#include "tests/sim/planning_world.inl"
