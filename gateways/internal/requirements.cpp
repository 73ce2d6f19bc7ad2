#include "gateways/internal/requirements.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>

#include "domain/mrp/item.hpp"
#include "infra/json/writer.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using planning::Day;
using planning::KeptPlan;
using planning::KnownItem;
using planning::Quantity;
using planning::label_of;

constexpr std::string_view material = "material/";
constexpr std::string_view product = "product/";

Day monday_of(Day day) { return day - (std::chrono::weekday(day) - std::chrono::Monday); }

// ---- planned and firm orders ----

struct Shown {
  planning::PlannedOrder order;
  std::string id;
  bool firm = false;
};

// A plan has at most one order for an item and day.
std::string planned_id(const KeptPlan& kept, const planning::PlannedOrder& order) {
  return kept.items().find(order.sku)->second.id + "@" + planning::day_text(order.due);
}

std::optional<Shown> firm_order(const KeptPlan& kept, const planning::Supply& supply) {
  const auto item = kept.items().find(supply.sku);
  if (supply.kind != planning::SupplyKind::production_firm || item == kept.items().end()) return std::nullopt;
  const Day release = supply.due - std::chrono::days(item->second.item.lead_time_days);
  return Shown{{.sku = supply.sku, .make = true, .quantity = supply.quantity, .release = release, .due = supply.due,
                .late = release < kept.start(), .pegs = {}}, std::string(label_of(supply.id)), true};
}

std::vector<Shown> all_orders(const KeptPlan& kept) {
  std::vector<Shown> out;
  for (planning::PlannedOrder& order : kept.plan().orders(label_of)) {
    std::string id = planned_id(kept, order);
    out.push_back({std::move(order), std::move(id), false});
  }
  for (const auto& [name, supply] : kept.supply())
    if (auto firm = firm_order(kept, supply)) out.push_back(std::move(*firm));
  return out;
}

std::optional<Shown> order_with(const KeptPlan& kept, const std::string& id) {
  const std::string item = id.substr(0, id.rfind('@'));
  for (const std::string_view kind : {product, material})
    for (planning::PlannedOrder& order : kept.plan().orders_of(std::string(kind).append(item), label_of))
      if (planned_id(kept, order) == id) return Shown{std::move(order), id, false};
  for (const auto& [name, supply] : kept.supply())
    if (auto firm = firm_order(kept, supply); firm && firm->id == id) return firm;
  return std::nullopt;
}

void write_order(json::Writer& writer, const KeptPlan& kept, const Shown& shown) {
  const planning::PlannedOrder& order = shown.order;
  const KnownItem& item = kept.items().find(order.sku)->second;
  writer.begin_object().member("id", shown.id).member("status", shown.firm ? "firm" : "planned");
  writer.member("kind", order.make ? "make" : "buy").member("item_id", item.id).member("sku", item.sku);
  writer.member("unit", order.sku.starts_with(material) ? "mg" : "piece");
  writer.member("quantity", order.quantity).member("release", planning::day_text(order.release));
  writer.member("due", planning::day_text(order.due)).member("late", order.late).member("seen", item.orders);
  writer.key("pegs").begin_array();
  for (const planning::Peg& peg : order.pegs) writer.begin_object().member("demand", peg.demand).member("quantity", peg.quantity).end();
  writer.end().end();
}

std::string write_orders(const KeptPlan& kept) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("start", planning::day_text(kept.start())).key("orders").begin_array();
  for (const Shown& shown : all_orders(kept)) write_order(writer, kept, shown);
  writer.end().end();
  return out;
}

// ---- requirements, week by week ----

struct OnDay { Quantity gross = 0, scheduled = 0, covering = 0, planned = 0, released = 0; };   // covering: scheduled, as netting counts it
struct InWeek { OnDay sums; Quantity net = 0, projected = 0; };

using Orders = std::vector<planning::PlannedOrder>;
// By item.
using Supplies = std::multimap<std::string_view, const planning::Supply*>;

std::map<Day, OnDay> days_of(const KeptPlan& kept, const planning::Item& item, const Orders& orders, const Supplies& supplies) {
  const Day start = kept.start();
  std::map<Day, OnDay> days;
  days[start];
  for (const planning::Need& need : kept.plan().needs(item.sku)) days[std::max(need.due, start)].gross += need.quantity;
  const auto [first, last] = supplies.equal_range(item.sku);
  for (const auto& [sku, supply] : std::ranges::subrange(first, last)) {
    days[std::max(supply->due, start)].scheduled += supply->quantity;
    days[std::max(covers_from(*supply, start), start)].covering += supply->quantity;
  }
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

void write_item(json::Writer& writer, const KeptPlan& kept, const KnownItem& known, const std::map<Day, OnDay>& days, const Orders& orders,
                std::uint32_t weeks) {
  const planning::Item& item = known.item;
  writer.begin_object().member("item_id", known.id).member("sku", known.sku).member("kind", item.make ? "make" : "buy");
  writer.member("unit", item.sku.starts_with(material) ? "mg" : "piece").member("on_hand", item.on_hand);
  writer.member("allocated", item.allocated).member("safety_stock", item.safety_stock).member("lead_time_days", item.lead_time_days);
  writer.member("lot_rule", mrp::name(item.lot));
  write_weeks(writer, weeks_of(item, days, kept.start(), weeks), kept.start());
  writer.key("planned").begin_array();
  for (const planning::PlannedOrder& order : orders) write_order(writer, kept, {order, planned_id(kept, order), false});
  writer.end().end();
}

// Nothing is needed of it, comes, or is planned.
bool quiet(const std::map<Day, OnDay>& days) {
  const OnDay& first = days.begin()->second;
  return days.size() == 1 && first.gross == 0 && first.scheduled == 0 && first.planned == 0;
}

std::string write_requirements(const KeptPlan& kept, const ReadPlan& read) {
  std::map<std::string, Orders, std::less<>> planned;
  if (read.id.empty())
    for (planning::PlannedOrder& order : kept.plan().orders(label_of)) planned[order.sku].push_back(std::move(order));
  Supplies supplies;
  for (const auto& [name, supply] : kept.supply()) supplies.emplace(supply.sku, &supply);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("start", planning::day_text(kept.start())).key("items").begin_array();
  for (const auto& [key, known] : kept.items()) {
    if (!read.id.empty() && read.id != known.id && read.id != known.sku) continue;
    const Orders orders = read.id.empty() ? std::move(planned[key]) : kept.plan().orders_of(key, label_of);
    const auto days = days_of(kept, known.item, orders, supplies);
    if (!read.id.empty() || !quiet(days)) write_item(writer, kept, known, days, orders, read.weeks);
  }
  writer.end().end();
  return out;
}

}  // namespace

std::expected<p::Document, p::QueryError> plan_document(const planning::KeptPlan& kept, const ReadPlan& read) {
  p::Document out;
  switch (read.what) {
    case ReadPlan::What::requirements: out.json = write_requirements(kept, read); return out;
    case ReadPlan::What::orders: out.json = write_orders(kept); return out;
    case ReadPlan::What::order: break;
  }
  const auto shown = order_with(kept, read.id);
  if (!shown) return std::unexpected(p::QueryError::not_found);
  json::Writer writer(out.json);
  write_order(writer, kept, *shown);
  return out;
}

}  // namespace layerline::internal
