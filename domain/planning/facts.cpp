#include "domain/planning/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/planning/limits.hpp"

namespace layerline::planning {
namespace {

using Wrong = std::optional<Rejection>;

Wrong outside(std::int64_t number, std::int64_t least, std::int64_t most, std::string_view where, std::string_view field) {
  if (number < 0 && least >= 0)
    return Rejection{.type = "negative-quantity", .detail = fmt::format("{}.{}: {} is negative", where, field, number)};
  if (number < least)
    return Rejection{.type = "too-small", .detail = fmt::format("{}.{}: {} is less than {}", where, field, number, least)};
  if (number > most) return Rejection{.type = "too-large", .detail = fmt::format("{}.{}: {} is more than {}", where, field, number, most)};
  return std::nullopt;
}

Wrong wrong_quantity(Quantity quantity, std::string_view where, std::string_view field) {
  return outside(quantity, 0, limits::quantity_max, where, field);
}

Wrong empty(std::string_view text, std::string_view where, std::string_view field) {
  if (!text.empty()) return std::nullopt;
  return Rejection{.type = "empty", .detail = fmt::format("{}.{}: is empty", where, field)};
}

Wrong wrong_day(Day day, std::string_view where) {
  if (day >= limits::day_min && day <= limits::day_max) return std::nullopt;
  return Rejection{.type = "day-out-of-range", .detail = fmt::format("{}.due: is not between the years 1000 and 9999", where)};
}

Wrong first_of(std::initializer_list<Wrong> all) {
  const auto* const found = std::ranges::find_if(all, [](const Wrong& one) { return one.has_value(); });
  return found == all.end() ? std::nullopt : *found;
}

struct LotCheck {
  std::string_view where;
  Wrong operator()(const LotForLot&) const { return std::nullopt; }
  Wrong operator()(const Multiple& lot) const { return outside(lot.quantity, 1, limits::quantity_max, where, "lot.quantity"); }
  Wrong operator()(const Minimum& lot) const { return outside(lot.quantity, 1, limits::quantity_max, where, "lot.quantity"); }
  Wrong operator()(const Period& lot) const { return outside(lot.days, 1, limits::period_days_max, where, "lot.days"); }
};

}  // namespace

Wrong wrong(const Item& item, std::string_view where) {
  return first_of({empty(item.sku, where, "sku"), wrong_quantity(item.on_hand, where, "on_hand"),
                   wrong_quantity(item.allocated, where, "allocated"), wrong_quantity(item.safety_stock, where, "safety_stock"),
                   outside(item.lead_time_days, 0, limits::lead_time_days_max, where, "lead_time_days"),
                   std::visit(LotCheck{where}, item.lot)});
}

Wrong wrong(const BomLine& line, std::string_view where) {
  return first_of(
      {wrong_quantity(line.quantity, where, "quantity"), outside(line.scrap_ppm, 0, limits::scrap_ppm_max, where, "scrap_ppm")});
}

Wrong wrong(const Demand& demand, std::string_view where) {
  if (demand.id == safety_stock_peg) {
    return Rejection{.type = "reserved-id", .detail = fmt::format("{}.id: \"{}\" is what pegs call the safety stock", where, demand.id)};
  }
  return first_of({empty(demand.id, where, "id"), wrong_quantity(demand.quantity, where, "quantity"), wrong_day(demand.due, where)});
}

Wrong wrong(const Supply& supply, std::string_view where) {
  return first_of({empty(supply.id, where, "id"), wrong_quantity(supply.quantity, where, "quantity"), wrong_day(supply.due, where)});
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int digits[3] = {0, 0, 0};
  for (std::size_t i = 0, part = 0; i < text.size(); ++i) {
    if (text[i] == '-' && (i == 4 || i == 7)) {
      ++part;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits[part] = digits[part] * 10 + (text[i] - '0');
  }
  const std::chrono::year_month_day date{std::chrono::year(digits[0]), std::chrono::month(static_cast<unsigned>(digits[1])),
                                         std::chrono::day(static_cast<unsigned>(digits[2]))};
  if (!date.ok()) return std::nullopt;
  const Day day = date;
  return day < limits::day_min ? std::nullopt : std::optional(day);
}

std::string day_text(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace layerline::planning
