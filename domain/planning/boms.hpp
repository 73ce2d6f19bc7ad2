// Who needs whom.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "domain/kernel/rejection.hpp"
#include "domain/planning/facts.hpp"

namespace layerline::planning {

// Items by number, in the order in which they were told.
using ItemNumber = std::uint32_t;

struct BomUse {
  ItemNumber parent = 0;
  ItemNumber component = 0;
  BomLine line;
};

struct Boms {
  std::vector<std::vector<BomUse>> components;  // by parent
  std::vector<std::vector<BomUse>> uses;        // by component, sorted by the parent's SKU
  std::vector<ItemNumber> by_level;             // each item behind all that need it
};

// `skus` by number. A cycle is refused, and named.
[[nodiscard]] std::expected<Boms, Rejection> boms_of(std::vector<std::vector<BomUse>> components, std::span<const std::string> skus);

}  // namespace layerline::planning
