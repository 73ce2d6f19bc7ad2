#include "gateways/internal/requirements.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "domain/mrp/item.hpp"
#include "domain/mrp/limits.hpp"
#include "domain/planning/limits.hpp"
#include "domain/planning/plan.hpp"
#include "infra/json/writer.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/planning.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using planning::Day;
using planning::Quantity;
using store::Json;

constexpr std::string_view material = "material/";

Day day_of(std::int64_t time_ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(time_ms)};
  return std::clamp(std::chrono::floor<std::chrono::days>(time), planning::limits::day_min, planning::limits::day_max);
}

Day monday_of(Day day) { return day - (std::chrono::weekday(day) - std::chrono::Monday); }

// ---- the facts ----

// What people call it. Planning knows it by its key, which tells a material from a product of the same name.
struct Known {
  std::string id;
  std::string sku;
  std::int64_t orders = 0;   // made for it so far
};
struct Told {
  planning::Facts facts;
  std::vector<planning::Supply> expected;   // the supply with the days that were promised
  std::map<std::string, Known, std::less<>> items;
};

planning::Item item_of(const Json& fact) {
  const std::string_view key = fact.text("key");
  const Json* rules = fact.find("rules");
  planning::Item item{.sku = std::string(key), .on_hand = fact.integer("on_hand"), .allocated = fact.integer("allocated"),
                      .safety_stock = fact.integer("low_stock"), .lead_time_days = 0, .lot = planning::LotForLot{},
                      .make = fact.flag("make")};
  if (key.starts_with(material)) item.lot = planning::Multiple{mrp::limits::spool_mg};
  if (rules == nullptr || rules->is_null()) return item;
  item.safety_stock = rules->integer("safety_stock");
  item.lead_time_days = static_cast<int>(rules->integer("lead_time_days"));
  item.lot = mrp::lot_from(rules->text("lot_rule"), rules->integer("lot_quantity"), rules->integer("lot_days"));
  return item;
}

planning::SupplyKind kind_of(std::string_view name) {
  if (name == "production_firm") return planning::SupplyKind::production_firm;
  return name == "production_released" ? planning::SupplyKind::production_released : planning::SupplyKind::purchase;
}

// What a custom product takes, or is taken for, is no item of the catalogue: it is left out.
void drop_unknown(Told& told) {
  const auto unknown = [&](const std::string& key) { return !told.items.contains(key); };
  std::erase_if(told.facts.boms, [&](const planning::BomLine& line) { return unknown(line.parent) || unknown(line.component); });
  std::erase_if(told.facts.demand, [&](const planning::Demand& demand) { return unknown(demand.sku); });
  std::erase_if(told.facts.supply, [&](const planning::Supply& supply) { return unknown(supply.sku); });
}

std::expected<Told, p::QueryError> facts_of(const p::Queries& queries, const p::Scope& scope, Day start) {
  Told told;
  told.facts.start = start;
  const auto read = p::planning::each(queries, scope, [&](const Json& fact) {
    const std::string_view type = fact.text("type");
    const std::string item(fact.text("item"));
    if (type == "item") {
      const planning::Item& added = told.facts.items.emplace_back(item_of(fact));
      told.items.emplace(added.sku, Known{std::string(fact.text("id")), std::string(fact.text("sku")), fact.integer("orders")});
      const Json* bom = fact.find("bom");
      if (bom == nullptr || bom->array() == nullptr || !added.make) return;
      for (const Json& line : *bom->array())
        told.facts.boms.push_back({added.sku, std::string(line.text("item")), line.integer("quantity"), 0});
    } else if (type == "demand") {
      told.facts.demand.push_back({std::string(fact.text("label")), item, fact.integer("quantity"), day_of(fact.integer("due_ms"))});
    } else {
      told.facts.supply.push_back(
          {std::string(fact.text("id")), item, fact.integer("quantity"), day_of(fact.integer("due_ms")), kind_of(fact.text("kind"))});
    }
  });
  if (!read) return std::unexpected(read.error());
  drop_unknown(told);
  told.expected = told.facts.supply;
  // What is on its way covers what is needed before it comes: it can be hurried, but a second order for the same need can't be sent back.
  for (planning::Supply& supply : told.facts.supply)
    if (supply.kind != planning::SupplyKind::production_firm) supply.due = std::min(supply.due, start);
  return told;
}

// ---- planned and firm orders ----

struct Shown {
  planning::PlannedOrder order;
  std::string id;
  bool firm = false;
};

// A plan has at most one order for an item and day.
std::string planned_id(const Told& told, const planning::PlannedOrder& order) {
  return told.items.at(order.sku).id + "@" + planning::day_text(order.due);
}

std::vector<Shown> orders_of(const Told& told, const planning::Plan& plan) {
  std::vector<Shown> out;
  for (planning::PlannedOrder& order : plan.orders()) {
    std::string id = planned_id(told, order);
    out.push_back({std::move(order), std::move(id), false});
  }
  for (const planning::Supply& supply : told.facts.supply) {
    if (supply.kind != planning::SupplyKind::production_firm) continue;
    const auto item = std::ranges::find(told.facts.items, supply.sku, &planning::Item::sku);
    const Day release = supply.due - std::chrono::days(item->lead_time_days);
    out.push_back({{.sku = supply.sku, .make = true, .quantity = supply.quantity, .release = release, .due = supply.due,
                    .late = release < told.facts.start, .pegs = {}}, supply.id, true});
  }
  return out;
}

void write_order(json::Writer& writer, const Told& told, const Shown& shown) {
  const planning::PlannedOrder& order = shown.order;
  const Known& item = told.items.at(order.sku);
  writer.begin_object().member("id", shown.id).member("status", shown.firm ? "firm" : "planned");
  writer.member("kind", order.make ? "make" : "buy").member("item_id", item.id).member("sku", item.sku);
  writer.member("unit", order.sku.starts_with(material) ? "mg" : "piece");
  writer.member("quantity", order.quantity).member("release", planning::day_text(order.release));
  writer.member("due", planning::day_text(order.due)).member("late", order.late).member("seen", item.orders).key("pegs").begin_array();
  for (const planning::Peg& peg : order.pegs)
    writer.begin_object().member("demand", peg.demand).member("quantity", peg.quantity).end();
  writer.end().end();
}

std::string write_orders(const Told& told, const planning::Plan& plan) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("start", planning::day_text(told.facts.start)).key("orders").begin_array();
  for (const Shown& shown : orders_of(told, plan)) write_order(writer, told, shown);
  writer.end().end();
  return out;
}

// ---- requirements, week by week ----

struct OnDay { Quantity gross = 0, scheduled = 0, covering = 0, planned = 0, released = 0; };   // covering: scheduled, as netting counts it
struct InWeek { OnDay sums; Quantity net = 0, projected = 0; };

std::map<Day, OnDay> days_of(const Told& told, const planning::Plan& plan, const planning::Item& item,
                             const std::vector<planning::PlannedOrder>& orders) {
  const Day start = told.facts.start;
  std::map<Day, OnDay> days;
  days[start];
  for (const planning::Need& need : plan.needs(item.sku)) days[std::max(need.due, start)].gross += need.quantity;
  for (const planning::Supply& supply : told.expected)
    if (supply.sku == item.sku) days[std::max(supply.due, start)].scheduled += supply.quantity;
  for (const planning::Supply& supply : told.facts.supply)
    if (supply.sku == item.sku) days[std::max(supply.due, start)].covering += supply.quantity;
  for (const planning::PlannedOrder& order : orders) {
    days[std::max(order.due, start)].planned += order.quantity;
    days[std::max(order.release, start)].released += order.quantity;
  }
  return days;
}

// Net: what the planned orders have to cover. Days before the next change end as the last one did.
std::vector<InWeek> weeks_of(const planning::Item& item, const std::map<Day, OnDay>& days, Day start, std::uint32_t weeks) {
  std::vector<InWeek> out(weeks);
  Quantity balance = item.on_hand - item.allocated;
  Quantity covered = balance;
  const Day first = monday_of(start);
  auto day = days.begin();
  for (std::uint32_t week = 0; week < weeks; ++week) {
    for (; day != days.end() && day->first < first + std::chrono::days(7 * (week + 1)); ++day) {
      const OnDay& on = day->second;
      covered += on.covering - on.gross;
      out[week].net += std::max<Quantity>(0, item.safety_stock - covered);
      covered += on.planned;
      balance += on.scheduled + on.planned - on.gross;
      out[week].sums.gross += on.gross;
      out[week].sums.scheduled += on.scheduled;
      out[week].sums.planned += on.planned;
      out[week].sums.released += on.released;
    }
    out[week].projected = balance;
  }
  return out;
}

void write_weeks(json::Writer& writer, const std::vector<InWeek>& weeks, Day start) {
  writer.key("weeks").begin_array();
  Day monday = monday_of(start);
  for (const InWeek& week : weeks) {
    writer.begin_object().member("week", planning::day_text(monday)).member("gross", week.sums.gross);
    writer.member("scheduled_receipts", week.sums.scheduled).member("net", week.net).member("planned_receipts", week.sums.planned);
    writer.member("planned_releases", week.sums.released).member("projected", week.projected).end();
    monday += std::chrono::days(7);
  }
  writer.end();
}

using Orders = std::vector<planning::PlannedOrder>;

void write_item(json::Writer& writer, const Told& told, const planning::Plan& plan, const planning::Item& item, const Orders& orders,
                const ReadPlan& read) {
  const auto days = days_of(told, plan, item, orders);
  const OnDay& first = days.begin()->second;
  const bool quiet = days.size() == 1 && first.gross == 0 && first.scheduled == 0 && first.planned == 0;
  if (quiet && read.id.empty()) return;
  const Known& known = told.items.at(item.sku);
  writer.begin_object().member("item_id", known.id).member("sku", known.sku).member("kind", item.make ? "make" : "buy");
  writer.member("unit", item.sku.starts_with(material) ? "mg" : "piece").member("on_hand", item.on_hand);
  writer.member("allocated", item.allocated).member("safety_stock", item.safety_stock).member("lead_time_days", item.lead_time_days);
  writer.member("lot_rule", mrp::name(item.lot));
  write_weeks(writer, weeks_of(item, days, told.facts.start, read.weeks), told.facts.start);
  writer.key("planned").begin_array();
  for (const planning::PlannedOrder& order : orders) write_order(writer, told, {order, planned_id(told, order), false});
  writer.end().end();
}

std::string write_requirements(const Told& told, const planning::Plan& plan, const ReadPlan& read) {
  std::map<std::string, Orders, std::less<>> planned;
  for (planning::PlannedOrder& order : plan.orders()) planned[order.sku].push_back(std::move(order));
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("start", planning::day_text(told.facts.start)).key("items").begin_array();
  for (const planning::Item& item : told.facts.items) {
    const Known& known = told.items.at(item.sku);
    if (!read.id.empty() && read.id != known.id && read.id != known.sku) continue;
    write_item(writer, told, plan, item, planned[item.sku], read);
  }
  writer.end().end();
  return out;
}

}  // namespace

std::expected<p::Document, p::QueryError> read_plan(const p::Queries& queries, const p::Scope& scope, const ReadPlan& read) {
  const auto told = facts_of(queries, scope, day_of(static_cast<std::int64_t>(read.now_ms)));
  if (!told) return std::unexpected(told.error());
  // Each fact was checked when it became one, so what cannot be netted is a damaged view.
  const auto plan = planning::Plan::of(told->facts);
  if (!plan) return std::unexpected(p::QueryError::damaged);
  p::Document out;
  switch (read.what) {
    case ReadPlan::What::requirements: out.json = write_requirements(*told, *plan, read); return out;
    case ReadPlan::What::orders: out.json = write_orders(*told, *plan); return out;
    case ReadPlan::What::order: break;
  }
  for (const Shown& shown : orders_of(*told, *plan)) {
    if (shown.id != read.id) continue;
    json::Writer writer(out.json);
    write_order(writer, *told, shown);
    return out;
  }
  return std::unexpected(p::QueryError::not_found);
}

}  // namespace layerline::internal
