// What is planned and bought: a material, in milligrams, or a product of the catalogue, in pieces; and by which rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/planning/facts.hpp"

namespace layerline::mrp {

struct Item {
  MaterialId material;   // one of them
  ProductId product;

  [[nodiscard]] const std::string& id() const { return product.empty() ? material.str() : product.str(); }
  [[nodiscard]] bool is_material() const { return product.empty(); }
  friend bool operator==(const Item&, const Item&) = default;
};

struct ItemRules {
  std::int64_t safety_stock = 0;
  std::int64_t lead_time_days = 0;
  planning::Lot lot;
  SupplierId supplier;   // who is asked first; empty: nobody in particular
};

// ---- commands ----

struct SetItemRules { std::string item; ItemRules rules; };   // the item by its id or its SKU

// ---- decisions ----

[[nodiscard]] Decided decide(const SetItemRules&, const Context&);

// ---- queries ----

// A material, else a product of the catalogue; one that stands for a material is that material.
[[nodiscard]] std::optional<Item> find_item(const Workshop&, const std::string& id_or_sku);
// Those that were set, else: a material is bought in spools and kept above its alert level, a product is bought or made as it is needed.
[[nodiscard]] ItemRules rules_of(const Workshop&, const Item&);
// How much is ordered when so much is missing now.
[[nodiscard]] std::int64_t lot_size(const planning::Lot&, std::int64_t missing);
[[nodiscard]] planning::Lot lot_from(std::string_view rule, std::int64_t quantity, std::int64_t days);
[[nodiscard]] std::string_view name(const planning::Lot&);

void evolve(Workshop&, const events::ItemRulesSet&, Time);

}  // namespace layerline::mrp
