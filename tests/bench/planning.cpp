// bench_planning: a whole plan over 10,000 open orders, and the plan after one event. The baseline is the usual way: one query for each
// line of each order's BOM, to the store that Layerline's own documents lie in. It does less (no dates, no lots, no pegs) and has to do all
// of it again after an event. One JSON line per figure.
#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/planning/plan.hpp"
#include "infra/store/store.hpp"

namespace layerline::planning {
namespace {

constexpr int tops = 100, subs = 150, raws = 250;  // 500 parts
constexpr int open_orders = 10'000;
constexpr int horizon_days = 250;
constexpr int plans = 5;
constexpr int events = 2'000;

using Dice = std::mt19937_64;
Quantity upto(Dice& dice, Quantity most) { return static_cast<Quantity>(dice() % static_cast<std::uint64_t>(most + 1)); }

Item part(Dice& dice, std::string sku, bool make) {
  const Lot lots[] = {LotForLot{}, LotForLot{}, Multiple{10}, Minimum{25}, Period{7}};
  return {.sku = std::move(sku),
          .on_hand = upto(dice, 200),
          .safety_stock = upto(dice, 20),
          .lead_time_days = static_cast<int>(upto(dice, 10)),
          .lot = lots[upto(dice, 4)],
          .make = make};
}

Facts workshop(Dice& dice) {
  Facts facts{.start = std::chrono::year{2026} / 1 / 5, .items = {}, .boms = {}, .demand = {}, .supply = {}};
  for (int i = 0; i < tops; ++i) facts.items.push_back(part(dice, fmt::format("TOP-{}", i), true));
  for (int i = 0; i < subs; ++i) facts.items.push_back(part(dice, fmt::format("SUB-{}", i), true));
  for (int i = 0; i < raws; ++i) facts.items.push_back(part(dice, fmt::format("RAW-{}", i), false));
  const auto lines = [&](const std::string& parent, std::string_view prefix, int kinds, int count) {
    std::set<Quantity> chosen;
    while (std::ssize(chosen) < count) chosen.insert(upto(dice, kinds - 1));
    for (const Quantity one : chosen)
      facts.boms.push_back({parent, fmt::format("{}-{}", prefix, one), 1 + upto(dice, 3), upto(dice, 50'000)});
  };
  for (int i = 0; i < tops; ++i) lines(fmt::format("TOP-{}", i), "SUB", subs, 5);
  for (int i = 0; i < subs; ++i) lines(fmt::format("SUB-{}", i), "RAW", raws, 5);
  for (int i = 0; i < open_orders; ++i) {
    facts.demand.push_back({fmt::format("SO-{}", i), fmt::format("TOP-{}", upto(dice, tops - 1)), 1 + upto(dice, 9),
                            facts.start + std::chrono::days(upto(dice, horizon_days - 1))});
  }
  return facts;
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}
double at_share(std::vector<double> sorted, double share) {
  std::ranges::sort(sorted);
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

// ---- one query per line ----

class Naive {
 public:
  Naive(const Facts& facts, const std::string& folder) : store_(store::Store::open(folder).value()) {
    std::map<std::string, std::string> boms;
    for (const BomLine& line : facts.boms) {
      std::string& bom = boms[line.parent];
      bom += fmt::format(R"({}{{"component":"{}","quantity":{},"scrap_ppm":{}}})", bom.empty() ? "" : ",", line.component, line.quantity,
                         line.scrap_ppm);
    }
    store::Batch batch;
    for (const Item& item : facts.items) {
      batch.put("part/" + item.sku, fmt::format(R"({{"sku":"{}","on_hand":{},"allocated":{},"safety_stock":{},"lines":[{}]}})", item.sku,
                                                item.on_hand, item.allocated, item.safety_stock, boms[item.sku]));
    }
    if (!store_.write(batch, store::Writing::bulk) || !store_.flush()) std::abort();
  }

  // How much is missing of each part.
  std::map<std::string, Quantity> shortages(const Facts& facts) {
    missing_.clear();
    taken_.clear();
    queries = 0;
    for (const Demand& demand : facts.demand) need(demand.sku, demand.quantity);
    return missing_;
  }
  std::size_t queries = 0;

 private:
  void need(const std::string& sku, Quantity quantity) {
    if (!store_.get("part/" + sku, document_).value()) std::abort();
    ++queries;
    const simdjson::dom::element part = parser_.parse(document_);
    Quantity& taken = taken_[sku];
    const Quantity free = std::int64_t(part["on_hand"]) - std::int64_t(part["allocated"]) - std::int64_t(part["safety_stock"]) - taken;
    const Quantity from_stock = std::clamp<Quantity>(free, 0, quantity);
    taken += from_stock;
    quantity -= from_stock;
    if (quantity == 0) return;
    missing_[sku] += quantity;
    std::vector<std::pair<std::string, Quantity>> below;  // the document is read again for them
    for (const simdjson::dom::element line : simdjson::dom::array(part["lines"])) {
      const Quantity scaled = quantity * std::int64_t(line["quantity"]) * (1'000'000 + std::int64_t(line["scrap_ppm"]));
      below.emplace_back(std::string_view(line["component"]), (scaled + 999'999) / 1'000'000);
    }
    for (const auto& [component, wanted] : below) need(component, wanted);
  }

  std::string document_;
  simdjson::dom::parser parser_;
  store::Store store_;
  std::map<std::string, Quantity> missing_, taken_;
};

// ---- events ----

// Of the kinds that happen all day: an order comes, is moved, is cancelled; stock moves; a purchase is placed.
std::vector<Change> event(Dice& dice, Facts& facts, int number) {
  const Day due = facts.start + std::chrono::days(upto(dice, horizon_days - 1));
  Demand& some = facts.demand[static_cast<std::size_t>(upto(dice, std::ssize(facts.demand) - 1))];
  Item& part = facts.items[static_cast<std::size_t>(upto(dice, std::ssize(facts.items) - 1))];
  switch (number % 5) {
    case 0:
      facts.demand.push_back({fmt::format("NEW-{}", number), fmt::format("TOP-{}", upto(dice, tops - 1)), 1 + upto(dice, 9), due});
      return {DemandAdded{facts.demand.back()}};
    case 1: some.due = due; return {DemandCancelled{some.sku, some.id}, DemandAdded{some}};
    case 2: {
      const DemandCancelled gone{some.sku, some.id};
      some = facts.demand.back();
      facts.demand.pop_back();
      return {gone};
    }
    case 3:
      part.on_hand = std::max<Quantity>(0, part.on_hand + upto(dice, 40) - 20);
      return {StockSet{part.sku, part.on_hand, part.allocated}};
    default:
      facts.supply.push_back(
          {fmt::format("PUR-{}", number), fmt::format("RAW-{}", upto(dice, raws - 1)), 1 + upto(dice, 500), due, SupplyKind::purchase});
      return {SupplyAdded{facts.supply.back()}};
  }
}

void say(std::string_view name, double value, std::string_view unit, double baseline, std::string_view more) {
  fmt::print("{{\"name\":\"{}\",\"value\":{:.3f},\"unit\":\"{}\",\"baseline\":{:.3f},\"ratio\":{:.5f}{}}}\n", name, value, unit, baseline,
             value / baseline, more);
}

int bench(const std::string& folder) {
  Dice dice(5);
  Facts facts = workshop(dice);
  Naive naive(facts, folder);
  std::vector<double> ours_ms, naive_ms;
  for (int i = 0; i < plans; ++i) {  // by turns
    auto start = std::chrono::steady_clock::now();
    if (naive.shortages(facts).empty()) return 1;
    naive_ms.push_back(ms_since(start));
    start = std::chrono::steady_clock::now();
    const auto full = net(facts);
    ours_ms.push_back(ms_since(start));
    if (!full || full->empty()) return 1;
  }
  const double baseline = at_share(naive_ms, 0.5);
  Plan plan = Plan::of(facts).value();
  say("planning-full", at_share(ours_ms, 0.5), "ms", baseline,
      fmt::format(",\"orders\":{},\"parts\":{},\"planned\":{},\"queries\":{}", open_orders, facts.items.size(), plan.orders().size(),
                  naive.queries));
  std::vector<double> event_ms;
  std::size_t netted = 0;
  for (int i = 0; i < events; ++i) {
    const auto changes = event(dice, facts, i);
    const auto start = std::chrono::steady_clock::now();
    auto next = plan.after(changes);
    event_ms.push_back(ms_since(start));
    if (!next) return 1;
    plan = std::move(*next);
    netted += plan.netted_again();
  }
  if (plan.orders() != net(facts).value()) {
    fmt::print(stderr, "after {} events the plan is not what all facts give\n", events);
    return 1;
  }
  say("planning-event-p50", at_share(event_ms, 0.5), "ms", baseline, "");
  say("planning-event-p99", at_share(event_ms, 0.99), "ms", baseline,
      fmt::format(",\"events\":{},\"parts_per_event\":{:.1f}", events, static_cast<double>(netted) / events));
  return 0;
}

}  // namespace
}  // namespace layerline::planning

int main() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("layerline-planning-bench-{}", getpid());
  const int code = layerline::planning::bench(folder.string());
  std::filesystem::remove_all(folder);
  return code;
}
