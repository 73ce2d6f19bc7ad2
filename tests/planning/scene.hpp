// Facts of planning in a line each: items by their SKU, days counted from the start.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/planning/plan.hpp"

namespace layerline::planning::test {

inline constexpr Day start = std::chrono::year{2026} / 1 / 5;
inline Day day(int days) { return start + std::chrono::days(days); }

inline Item made(std::string sku) { return {.sku = std::move(sku), .lot = LotForLot{}, .make = true}; }
inline Item bought(std::string sku) { return {.sku = std::move(sku), .lot = LotForLot{}, .make = false}; }

// 5 × TOP need 5 SUB, one each; SUB is made of 3 RAW.
inline Facts sub_assemblies() {
  return {.start = start,
          .items = {made("TOP"), made("SUB"), bought("RAW")},
          .boms = {{"TOP", "SUB", 1, 0}, {"SUB", "RAW", 3, 0}},
          .demand = {{"SO-1", "TOP", 5, day(10)}},
          .supply = {}};
}

inline PlannedOrder order(std::string sku, bool make, Quantity quantity, int release, int due, std::vector<Peg> pegs) {
  return {.sku = std::move(sku),
          .make = make,
          .quantity = quantity,
          .release = day(release),
          .due = day(due),
          .late = release < 0,
          .pegs = std::move(pegs)};
}
inline PlannedOrder make(std::string sku, Quantity quantity, int release, int due, std::vector<Peg> pegs) {
  return order(std::move(sku), true, quantity, release, due, std::move(pegs));
}
inline PlannedOrder buy(std::string sku, Quantity quantity, int release, int due, std::vector<Peg> pegs) {
  return order(std::move(sku), false, quantity, release, due, std::move(pegs));
}

// "SUB 5 0..10 [SO-1 5]"
inline std::string line(const PlannedOrder& order) {
  std::string out = (order.make ? "make " : "buy ") + order.sku + " " + std::to_string(order.quantity) + " " +
                    std::to_string((order.release - start).count()) + ".." + std::to_string((order.due - start).count()) +
                    (order.late ? " late [" : " [");
  for (const Peg& peg : order.pegs) out += " " + peg.demand + " " + std::to_string(peg.quantity);
  return out + " ]";
}
inline std::string text(const std::vector<PlannedOrder>& orders) {
  std::string out;
  for (const PlannedOrder& order : orders) out += line(order) + "\n";
  return out;
}

}  // namespace layerline::planning::test
