#include "projections/figures.hpp"

#include <algorithm>

#include "projections/format.hpp"

namespace layerline::projections::figures {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

// To three places; null where there is nothing to compare with. Sums of them mean nothing, so days are summed without them.
Json ratio(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? Json() : Json(store::decimal(divide(part * 1'000, whole), 3));
}

}  // namespace

std::int64_t divide(std::int64_t number, std::int64_t by) { return (number + by / 2) / by; }

void compare(Json& costs) {
  const Json estimated = costs["estimated"], actual = costs["actual"];
  const auto part = [&](std::string_view name) { return ratio(actual.integer(name), estimated.integer(name)); };
  const auto money_part = [&](std::string_view name) {
    return ratio(actual.find(name)->integer("amount"), estimated.find(name)->integer("amount"));
  };
  costs["variance"] = Json{{"print_time", part("print_time_ms")}, {"mass", part("mg")}, {"cost", money_part("cost")}};
  if (estimated.find("parts_cost") != nullptr) costs["variance"]["parts_cost"] = money_part("parts_cost");
}

void add_shares(Json& day, std::int64_t days) {
  Json& promises = day["promises"];
  const std::int64_t counted = promises.integer("kept") + promises.integer("broken");
  promises["counted"] = counted;
  promises["kept_share"] = ratio(promises.integer("kept"), counted);
  Json& prints = day["prints"];
  prints["print_time_variance"] = ratio(prints.integer("actual_ms"), prints.integer("estimated_ms"));
  for (Json& printer : day["printers"].items()) printer["busy_share"] = ratio(printer.integer("busy_ms"), days * day_ms);
}

Json& item_of(Json& list, std::string_view id_name, std::string_view id) {
  Json::Array& items = list.items();
  const auto found = std::ranges::find_if(items, [&](const Json& item) { return item.text(id_name) == id; });
  return found != items.end() ? *found : list.push_back(Json{{id_name, id}});
}

void add(Json& to, std::string_view name, std::int64_t number) { to[name] = to.integer(name) + number; }

void add_all(Json& to, const Json& from) {
  const Json::Object* members = from.object();
  if (members == nullptr) return;
  for (const auto& [name, value] : *members) {
    Json& sum = to[name];
    if (value.object() != nullptr) {
      add_all(sum, value);
    } else if (const Json::Array* items = value.array()) {
      static_cast<void>(sum.items());
      for (const Json& item : *items) {
        const store::Member& id = item.object()->front();
        add_all(item_of(sum, id.name, id.value.text()), item);
      }
    } else if (value.text().empty()) {
      sum = sum.integer() + value.integer();
    } else {
      sum = value;
    }
  }
}

Json empty_day(std::string_view currency) {
  return Json{{"quotes", Json{{"drafted", 0}, {"approved", 0}, {"accepted", 0}, {"rejected", 0}, {"expired", 0}}},
              {"orders", Json{{"placed", 0}, {"paid", 0}, {"shipped", 0}, {"delivered", 0}, {"completed", 0}, {"cancelled", 0}}},
              {"received", money(0, currency)},
              {"refunded", money(0, currency)},
              {"lead_time", Json{{"orders", 0}, {"total_ms", 0}}},
              {"promises", Json{{"kept", 0}, {"broken", 0}}},
              {"prints", Json{{"finished", 0}, {"failed", 0}, {"cancelled", 0}, {"estimated_ms", 0}, {"actual_ms", 0}, {"used_mg", 0}}},
              {"printers", Json::Array{}},
              {"materials", Json::Array{}}};
}

}  // namespace layerline::projections::figures
