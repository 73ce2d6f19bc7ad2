// Material that is taken from the stock for something else than a print of ours: a sample, waste, what a production order used beyond its
// prints. It is an adjustment downwards that says what for, and never takes what is held for production orders.
#pragma once

#include <string>

#include "domain/inventory/lot.hpp"
#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::inventory {

// Of a lot, or of the material: then of the oldest lots, as far as they are held for nobody.
struct IssueStock {
  MaterialId material;
  Mass mass;                         // more than 0
  std::string reason;                // may be left out where a production order is named, which is named in front of it
  LotId lot = {};
  LocationId location = {};          // may be left out where the lot lies at one only
  ProductionOrderId production = {};
};

[[nodiscard]] Decided decide(const IssueStock&, const Context&);

}  // namespace layerline::inventory
