// The check of a production order's pieces, whoever they are made for: they pass, or some are scrapped, and made again or not.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::production {

struct InspectProduction {
  ProductionOrderId production;
  bool passed = false;
  std::int64_t scrap_quantity = 0;         // 1 and more if they did not pass; pieces whose print failed count first
  bool rework = true;                      // the scrapped ones are made again; never false where somebody waits for them
  std::vector<std::string> defects = {};   // codes: "stringing", "warped"
  std::string reason = {};
};

// An order that had all of its pieces goes back into the queue with those that are made again.
[[nodiscard]] Decided decide(const InspectProduction&, const Context&);

[[nodiscard]] bool are_defects(const std::vector<std::string>& codes);

void evolve(Workshop&, const events::ProductionChecked&, Time);

}  // namespace layerline::production
