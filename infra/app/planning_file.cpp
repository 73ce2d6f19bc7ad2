#include "infra/app/planning_file.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "infra/json/writer.hpp"

namespace layerline::app {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// The first thing that is wrong; what is read after it does not matter.
using Wrong = std::optional<std::string>;

// One object's fields. Each is taken once; those that nobody took are unknown.
class Fields {
 public:
  Fields(const element& node, std::string where, Wrong& wrong) : where_(std::move(where)), wrong_(wrong) {
    if (node.type() != element_type::OBJECT) {
      complain("", "must be an object");
      return;
    }
    for (const auto& [name, value] : simdjson::dom::object(node)) {
      if (std::ranges::find(fields_, name, &Field::name) != fields_.end()) complain(name, "is there twice");
      fields_.push_back({name, value});
    }
  }

  [[nodiscard]] std::string at(std::string_view name) const {
    if (where_.empty() || name.empty()) return fmt::format("{}{}", where_, name);
    return fmt::format("{}.{}", where_, name);
  }

  std::string text(std::string_view name) {
    const auto value = required(name);
    if (!value) return {};
    if (value->type() == element_type::STRING) return std::string(std::string_view(*value));
    complain(name, "must be a text");
    return {};
  }
  bool flag(std::string_view name) {
    const auto value = required(name);
    if (!value) return false;
    if (value->type() == element_type::BOOL) return bool(*value);
    complain(name, "must be true or false");
    return false;
  }
  std::int64_t number(std::string_view name) {
    const auto value = required(name);
    return value ? whole(name, *value) : 0;
  }
  std::int64_t number(std::string_view name, std::int64_t otherwise) {
    const auto value = take(name);
    return value ? whole(name, *value) : otherwise;
  }
  // Numbers that planning limits to an int.
  int small_number(std::string_view name, std::int64_t value) {
    if (value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max()) return static_cast<int>(value);
    complain(name, "is too large a number");
    return 0;
  }
  planning::Day day(std::string_view name) {
    const std::string written = text(name);
    const auto day = planning::parse_day(written);
    if (!day) complain(name, fmt::format("\"{}\" is not a day like 2026-01-05", written));
    return day.value_or(planning::Day());
  }
  template <class Read>
  auto list(std::string_view name, const Read& read) {
    using One = decltype(read(std::declval<Fields&>()));
    std::vector<One> out;
    const auto value = take(name);
    if (!value) return out;
    if (value->type() != element_type::ARRAY) {
      complain(name, "must be a list");
      return out;
    }
    for (const element one : simdjson::dom::array(*value)) {
      if (wrong_) break;
      Fields fields(one, fmt::format("{}[{}]", at(name), out.size()), wrong_);
      out.push_back(read(fields));
      fields.finish();
    }
    return out;
  }
  std::optional<Fields> object(std::string_view name) {
    const auto value = take(name);
    if (!value) return std::nullopt;
    return Fields(*value, at(name), wrong_);
  }

  void complain(std::string_view name, std::string_view what) {
    if (!wrong_) wrong_ = fmt::format("{}: {}", name.empty() && where_.empty() ? "the file" : at(name), what);
  }
  void finish() {
    for (const Field& field : fields_) {
      if (!field.taken) complain(field.name, "is not known");
    }
  }

 private:
  struct Field {
    std::string_view name;
    element value;
    bool taken = false;
  };

  std::optional<element> take(std::string_view name) {
    const auto found = std::ranges::find(fields_, name, &Field::name);
    if (found == fields_.end()) return std::nullopt;
    found->taken = true;
    return found->value;
  }
  std::optional<element> required(std::string_view name) {
    auto value = take(name);
    if (!value) complain(name, "is missing");
    return value;
  }
  std::int64_t whole(std::string_view name, const element& value) {
    if (value.type() == element_type::INT64) return std::int64_t(value);
    complain(name, value.type() == element_type::UINT64 ? "is too large a number" : "must be a whole number");
    return 0;
  }

  std::string where_;
  Wrong& wrong_;
  std::vector<Field> fields_;
};

planning::Lot read_lot(Fields& fields) {
  const std::string rule = fields.text("rule");
  // A lot may carry both numbers; the rule says which one counts.
  const std::int64_t quantity = rule == "multiple" || rule == "minimum" ? fields.number("quantity") : fields.number("quantity", 0);
  const std::int64_t days = rule == "period" ? fields.number("days") : fields.number("days", 0);
  fields.finish();
  if (rule == "lot_for_lot") return planning::LotForLot{};
  if (rule == "multiple") return planning::Multiple{quantity};
  if (rule == "minimum") return planning::Minimum{quantity};
  if (rule == "period") return planning::Period{fields.small_number("days", days)};
  fields.complain("rule", fmt::format("\"{}\" is none of lot_for_lot, multiple, minimum, period", rule));
  return planning::LotForLot{};
}

planning::Item read_item(Fields& fields) {
  planning::Item item{.sku = fields.text("sku"),
                      .on_hand = fields.number("on_hand", 0),
                      .allocated = fields.number("allocated", 0),
                      .safety_stock = fields.number("safety_stock", 0),
                      .lead_time_days = fields.small_number("lead_time_days", fields.number("lead_time_days", 0)),
                      .lot = planning::LotForLot{},
                      .make = fields.flag("make")};
  if (auto lot = fields.object("lot")) item.lot = read_lot(*lot);
  return item;
}

planning::BomLine read_bom_line(Fields& fields) {
  return {.parent = fields.text("parent"),
          .component = fields.text("component"),
          .quantity = fields.number("quantity"),
          .scrap_ppm = fields.number("scrap_ppm", 0)};
}

planning::Demand read_demand(Fields& fields) {
  return {.id = fields.text("id"), .sku = fields.text("sku"), .quantity = fields.number("quantity"), .due = fields.day("due")};
}

planning::SupplyKind read_kind(Fields& fields) {
  const std::string kind = fields.text("kind");
  if (kind == "purchase") return planning::SupplyKind::purchase;
  if (kind == "production_firm") return planning::SupplyKind::production_firm;
  if (kind == "production_released") return planning::SupplyKind::production_released;
  fields.complain("kind", fmt::format("\"{}\" is none of purchase, production_firm, production_released", kind));
  return planning::SupplyKind::purchase;
}

planning::Supply read_supply(Fields& fields) {
  return {.id = fields.text("id"),
          .sku = fields.text("sku"),
          .quantity = fields.number("quantity"),
          .due = fields.day("due"),
          .kind = read_kind(fields)};
}

}  // namespace

std::expected<planning::Facts, std::string> read_planning(std::string_view json) {
  if (json.empty()) return std::unexpected("is empty");
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
    return std::unexpected(fmt::format("not valid JSON: {}", simdjson::error_message(error)));
  }
  Wrong wrong;
  Fields fields(root, "", wrong);
  planning::Facts facts{.start = fields.day("start"),
                        .items = fields.list("items", read_item),
                        .boms = fields.list("boms", read_bom_line),
                        .demand = fields.list("demand", read_demand),
                        .supply = fields.list("supply", read_supply)};
  fields.finish();
  if (wrong) return std::unexpected(std::move(*wrong));
  return facts;
}

std::string planned_json(const std::vector<planning::PlannedOrder>& planned) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("planned").begin_array();
  for (const planning::PlannedOrder& order : planned) {
    writer.begin_object()
        .member("sku", order.sku)
        .member("kind", order.make ? "make" : "buy")
        .member("quantity", order.quantity)
        .member("release", planning::day_text(order.release))
        .member("due", planning::day_text(order.due))
        .member("late", order.late)
        .key("pegs")
        .begin_array();
    for (const planning::Peg& peg : order.pegs) {
      writer.begin_object().member("demand", peg.demand).member("quantity", peg.quantity).end();
    }
    writer.end().end();
  }
  writer.end().end();
  return out += '\n';
}

}  // namespace layerline::app
