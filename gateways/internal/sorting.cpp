#include "gateways/internal/sorting.hpp"

#include <algorithm>
#include <array>

namespace layerline::internal {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view time_of_making = "created_at";

std::string_view field_of(std::string_view sort) { return sort.starts_with('-') ? sort.substr(1) : sort; }

}  // namespace

std::span<const std::string_view> sorts_of(List list) {
  static constexpr std::array by_time{time_of_making};
  static constexpr std::array of_products{time_of_making, "name"sv, "sku"sv, "price"sv};
  static constexpr std::array of_production_orders{time_of_making, "due_date"sv, "priority"sv};
  static constexpr std::array of_materials{time_of_making, "id"sv, "available_mg"sv};
  static constexpr std::array of_purchase_orders{time_of_making, "due_at"sv};
  static constexpr std::array of_printers{time_of_making, "name"sv};
  static constexpr std::array of_buyers{time_of_making, "last_order"sv};
  switch (list) {
    case List::quotes:
    case List::orders:
    case List::effects:
    case List::lots:
    case List::locations:
    case List::work_steps:
    case List::suppliers: return by_time;
    case List::products:
    case List::offers: return of_products;
    case List::production_orders: return of_production_orders;
    case List::materials: return of_materials;
    case List::purchase_orders: return of_purchase_orders;
    case List::printers: return of_printers;
    case List::buyers: return of_buyers;
    case List::ledger:
    case List::sku_mappings:
    case List::lot_uses:
    case List::order_materials:
    case List::print_costs:
    case List::order_costs:
    case List::product_costs:
    case List::product_ledger:
    case List::categories:
    case List::units: return {};
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
