// What planning is told. Quantities are whole numbers in an item's smallest unit (pieces, milligrams).
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/kernel/rejection.hpp"

namespace layerline::planning {

using Quantity = std::int64_t;
using Day = std::chrono::sys_days;

// ---- how much is ordered when `shortage` is missing ----

struct LotForLot {
  friend bool operator==(const LotForLot&, const LotForLot&) = default;
};
struct Multiple {
  Quantity quantity = 1;  // orders are multiples of it
  friend bool operator==(const Multiple&, const Multiple&) = default;
};
struct Minimum {
  Quantity quantity = 1;  // orders are at least so large
  friend bool operator==(const Minimum&, const Minimum&) = default;
};
struct Period {
  int days = 1;  // one order covers so many calendar days, its own is the first
  friend bool operator==(const Period&, const Period&) = default;
};
using Lot = std::variant<LotForLot, Multiple, Minimum, Period>;

// ---- the facts ----

struct Item {
  std::string sku;
  Quantity on_hand = 0;
  Quantity allocated = 0;  // promised to orders that are under way; may exceed what is on hand
  Quantity safety_stock = 0;
  int lead_time_days = 0;
  Lot lot;
  bool make = false;  // else bought
  friend bool operator==(const Item&, const Item&) = default;
};

struct BomLine {
  std::string parent;
  std::string component;
  Quantity quantity = 0;       // for one of the parent
  std::int64_t scrap_ppm = 0;  // what is thrown away besides, of a million
  friend bool operator==(const BomLine&, const BomLine&) = default;
};

struct Demand {
  std::string id;  // lines of one order may share it
  std::string sku;
  Quantity quantity = 0;
  Day due;
  friend bool operator==(const Demand&, const Demand&) = default;
};

enum class SupplyKind {
  purchase,
  production_firm,      // needs its components on its release date
  production_released,  // has them: they are allocated
};

struct Supply {
  std::string id;
  std::string sku;
  Quantity quantity = 0;
  Day due;
  SupplyKind kind = SupplyKind::purchase;
  friend bool operator==(const Supply&, const Supply&) = default;
};

struct Facts {
  Day start;  // what is dated before counts as of this day
  std::vector<Item> items;
  std::vector<BomLine> boms;
  std::vector<Demand> demand;
  std::vector<Supply> supply;
};

// What the pegs call the safety stock; no demand may have this id.
inline constexpr std::string_view safety_stock_peg = "safety_stock";

// ---- what is wrong with one fact by itself; `where` begins the sentence, as "items[3]" ----

[[nodiscard]] std::optional<Rejection> wrong(const Item&, std::string_view where);
[[nodiscard]] std::optional<Rejection> wrong(const BomLine&, std::string_view where);
[[nodiscard]] std::optional<Rejection> wrong(const Demand&, std::string_view where);
[[nodiscard]] std::optional<Rejection> wrong(const Supply&, std::string_view where);

// ---- days ----

// "2026-01-05", of a day that exists.
[[nodiscard]] std::optional<Day> parse_day(std::string_view);
[[nodiscard]] std::string day_text(Day);

}  // namespace layerline::planning
