// Bought parts, for the view "analytics": what each costs, how many a production order was to take, and what was taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "projections/documents.hpp"

namespace layerline::projections::parts {

// Units of a bought product that left the shelf for good, in minor units of the workshop's currency.
struct Used {
  std::string order;       // empty: none, it was made for the stock
  std::string product;     // that they went into; empty: they were sold as they are
  std::int64_t estimated = 0;
  std::int64_t actual = 0;
};

void note(const events::ProductDefined&, Documents&, std::int64_t time_ms);
void note(const events::ProductChanged&, Documents&);
void note(const events::ProductCostRolled&, Documents&);
void note(const events::BomVersionDefined&, Documents&, std::int64_t time_ms);
void note(const events::BomVersionActivated&, Documents&);

// What a production order is to take of each, at the prices of this moment: the member "parts" of its document, "made".
[[nodiscard]] Json planned(const events::ProductionOrderCreated&, Documents&);
// nullopt: it was not bought.
[[nodiscard]] std::optional<Used> used(const events::UnitsIssued&, Documents&);

}  // namespace layerline::projections::parts
