#include "gateways/internal/sorting.hpp"

#include <algorithm>
#include <array>

namespace layerline::internal {
namespace {

constexpr std::string_view time_of_making = "created_at";

std::string_view field_of(std::string_view sort) { return sort.starts_with('-') ? sort.substr(1) : sort; }

}  // namespace

std::span<const std::string_view> sorts_of(List list) {
  static constexpr std::array by_time{time_of_making};
  static constexpr std::array of_products{time_of_making, std::string_view("name"), std::string_view("sku"), std::string_view("price")};
  switch (list) {
    case List::quotes:
    case List::orders:
    case List::purchase_orders: return by_time;
    case List::products:
    case List::offers: return of_products;
    case List::production_orders:
    case List::materials:
    case List::ledger:
    case List::printers:
    case List::effects:
    case List::sku_mappings:
    case List::lots:
    case List::lot_uses:
    case List::order_materials:
    case List::locations:
    case List::work_steps:
    case List::suppliers:
    case List::print_costs:
    case List::order_costs:
    case List::product_costs:
    case List::product_ledger:
    case List::buyers:
    case List::categories: return {};
  }
  return {};
}

bool can_sort(List list, std::string_view sort) {
  return sort.empty() || std::ranges::find(sorts_of(list), field_of(sort)) != sorts_of(list).end();
}

Sorting sorting_of(std::string_view sort) {
  using store::Direction;
  if (sort.empty() || sort == "-created_at") return {};
  if (sort == time_of_making) return {.by = {}, .direction = Direction::backwards};
  return {.by = field_of(sort), .direction = sort.starts_with('-') ? Direction::backwards : Direction::forwards};
}

}  // namespace layerline::internal
