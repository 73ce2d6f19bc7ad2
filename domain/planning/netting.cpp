#include "domain/planning/netting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "domain/planning/limits.hpp"

namespace layerline::planning {
namespace {

using Wide = __int128;  // of sums and products, which 64 bits may not hold

// Of positive numbers. Nearly all of them fit into 64 bits, which are divided faster.
Wide rounded_up(Wide number, Quantity by) {
  const Wide with = number + by - 1;
  if (with <= std::numeric_limits<std::int64_t>::max()) return static_cast<std::int64_t>(with) / by;
  return with / by;
}

// ---- how much is missing, day by day ----

struct DayChange {
  Day day;
  Wide change = 0;
};

// One entry for each day on which something changes, and for `start`.
std::vector<DayChange> changes_by_day(const std::vector<Need>& needs, const std::vector<Supply>& supply, Day start) {
  std::vector<DayChange> days = {{start}};
  const auto add = [&](Day day, Wide change) {
    if (day > days.back().day) days.push_back({day});
    days.back().change += change;
  };
  auto need = needs.begin();
  auto arrival = supply.begin();
  while (need != needs.end() || arrival != supply.end()) {
    if (arrival == supply.end() || (need != needs.end() && need->due <= arrival->due)) {
      add(need->due, -static_cast<Wide>(need->quantity));
      ++need;
    } else {
      add(arrival->due, arrival->quantity);
      ++arrival;
    }
  }
  return days;
}

// How much to order on the first of `days`, which ends at `balance` below zero.
struct LotSize {
  Wide balance;
  std::span<const DayChange> days;

  Wide operator()(const LotForLot&) const { return -balance; }
  Wide operator()(const Multiple& lot) const { return (-balance + lot.quantity - 1) / lot.quantity * lot.quantity; }
  Wide operator()(const Minimum& lot) const { return std::max<Wide>(-balance, lot.quantity); }
  Wide operator()(const Period& lot) const {
    const Day end = days.front().day + std::chrono::days(lot.days);
    Wide running = balance;
    Wide deepest = balance;
    for (const DayChange& day : days.subspan(1)) {
      if (day.day >= end) break;
      running += day.change;
      deepest = std::min(deepest, running);
    }
    return -deepest;
  }
};

// The planned orders without their shares. `free` is what lies above the safety stock.
std::expected<std::vector<Order>, Rejection> plan(const Item& item, Wide free, std::span<const DayChange> days) {
  std::vector<Order> planned;
  Wide balance = free;
  for (std::size_t i = 0; i < days.size(); ++i) {
    balance += days[i].change;
    if (balance >= 0) continue;
    const Wide quantity = std::visit(LotSize{balance, days.subspan(i)}, item.lot);
    if (quantity > limits::quantity_max) {
      return std::unexpected(Rejection{
          .type = "too-large",
          .detail = fmt::format("{}: an order due on {} would be of more than {}", item.sku, day_text(days[i].day), limits::quantity_max)});
    }
    balance += quantity;
    planned.push_back({.kind = item.make ? OrderKind::make : OrderKind::buy,
                       .quantity = static_cast<Quantity>(quantity),
                       .due = days[i].day,
                       .release = days[i].day - std::chrono::days(item.lead_time_days)});
  }
  return planned;
}

// ---- for whom ----

// What serves needs, in the order in which it comes; `order` if its shares are asked for.
struct Source {
  Quantity left = 0;
  std::optional<std::size_t> order = {};
};

// Stock, then each day's supply, and behind it the day's planned order. Firm production joins the orders.
std::vector<Source> sources(const ItemFacts& facts, Quantity stock, const std::vector<Order>& planned, Day start,
                            std::vector<Order>& orders) {
  std::vector<Source> out = {{.left = stock}};
  auto plan = planned.begin();
  const auto planned_before = [&](Day day) {
    for (; plan != planned.end() && plan->due < day; ++plan) {
      out.push_back({plan->quantity, orders.size()});
      orders.push_back(*plan);
    }
  };
  for (const Supply& supply : facts.supply) {
    planned_before(std::max(supply.due, start));
    if (supply.kind != SupplyKind::production_firm) {
      out.push_back({.left = supply.quantity});
      continue;
    }
    out.push_back({supply.quantity, orders.size()});
    orders.push_back({.kind = OrderKind::production_firm,
                      .quantity = supply.quantity,
                      .due = supply.due,
                      .release = supply.due - std::chrono::days(facts.item.lead_time_days)});
  }
  planned_before(Day::max());
  return out;
}

// One share for each demand, where its first one stood: otherwise their number would double with each level that is reached twice.
void merge_few(std::vector<Share>& shares, std::size_t first) {
  std::size_t kept = first;
  for (std::size_t i = first; i < shares.size(); ++i) {
    std::size_t same = first;
    while (same < kept && shares[same].demand != shares[i].demand) ++same;
    if (same < kept) shares[same].quantity += shares[i].quantity;
    else shares[kept++] = shares[i];
  }
  shares.resize(kept);
}

void merge(std::vector<Share>& shares, std::size_t first) {
  constexpr std::size_t few = 32;   // so many are faster compared with each other than sorted
  if (shares.size() - first <= few) return merge_few(shares, first);
  struct Placed {
    Share share;
    std::size_t place;
  };
  std::vector<Placed> placed;
  for (std::size_t i = first; i < shares.size(); ++i) placed.push_back({shares[i], i});
  std::ranges::sort(placed, {}, [](const Placed& one) { return std::tie(one.share.demand, one.place); });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < placed.size(); ++i) {
    if (placed[i].share.demand == placed[kept].share.demand) placed[kept].share.quantity += placed[i].share.quantity;
    else placed[++kept] = placed[i];
  }
  placed.resize(kept + 1);
  std::ranges::sort(placed, {}, &Placed::place);
  shares.resize(first);
  for (const Placed& one : placed) shares.push_back(one.share);
}

// Hands the sources out, first come first served.
class Handout {
 public:
  Handout(std::vector<Source> sources, Netted& netted) : sources_(std::move(sources)), netted_(netted) {}

  void serve(DemandKey demand, Quantity quantity) {
    while (quantity > 0) {
      while (at_ < sources_.size() && sources_[at_].left == 0) next();
      assert(at_ < sources_.size() && "netting has seen to it that all is served");
      const Quantity part = std::min(quantity, sources_[at_].left);
      sources_[at_].left -= part;
      quantity -= part;
      if (sources_[at_].order) netted_.shares.push_back({demand, part});
    }
  }

  // What is left is for nobody.
  void finish() {
    while (at_ < sources_.size()) next();
  }

 private:
  void next() {
    const Source& source = sources_[at_++];
    if (source.order) {
      if (source.left > 0) netted_.shares.push_back({for_nobody, source.left});
      merge(netted_.shares, first_);
      const auto count = static_cast<std::uint32_t>(netted_.shares.size() - first_);
      netted_.orders[*source.order].shares = {static_cast<std::uint32_t>(first_), count};
    }
    first_ = netted_.shares.size();
  }

  std::vector<Source> sources_;
  Netted& netted_;
  std::size_t at_ = 0;
  std::size_t first_ = 0;  // of the shares of the source at hand
};

}  // namespace

std::expected<Netted, Rejection> net_item(const ItemFacts& facts, Needs needs, Day start) {
  std::ranges::sort(needs.needs, {}, [](const Need& need) { return std::tie(need.due, need.shares.first); });  // as they came
  // Of three quantities, which are limited so that this fits.
  const Quantity free = facts.item.on_hand - facts.item.allocated - facts.item.safety_stock;
  const auto planned = plan(facts.item, free, changes_by_day(needs.needs, facts.supply, start));
  if (!planned) return std::unexpected(planned.error());
  Netted netted;
  auto from = sources(facts, std::max<Quantity>(free, 0), *planned, start, netted.orders);
  Handout handout(std::move(from), netted);
  handout.serve(for_safety_stock, std::max<Quantity>(-free, 0));
  for (const Need& need : needs.needs) {
    for (const Share& share : need.shares.of(needs.shares)) handout.serve(share.demand, share.quantity);
  }
  handout.finish();
  return netted;
}

void Needs::add(Day due, Quantity quantity, DemandKey demand) {
  needs.push_back({due, quantity, {static_cast<std::uint32_t>(shares.size()), 1}});
  shares.push_back({demand, quantity});
}

std::expected<void, Rejection> Needs::explode(const BomLine& line, Quantity order, Day release, std::span<const Share> order_shares) {
  constexpr Quantity million = 1'000'000;
  const Wide bare = static_cast<Wide>(order) * line.quantity;
  // Checked before the scrap is added, for which 128 bits might not be enough.
  const Wide whole = bare > limits::quantity_max ? bare : rounded_up(bare * (million + line.scrap_ppm), million);
  if (whole > limits::quantity_max) {
    return std::unexpected(
        Rejection{.type = "too-large",
                  .detail = fmt::format("{}: {} of {} need more of it than {}", line.component, order, line.parent, limits::quantity_max)});
  }
  if (whole == 0) return {};
  const auto first = static_cast<std::uint32_t>(shares.size());
  Wide passed = 0;  // of the order
  Wide given = 0;   // of what it needs: who is first gets the rounding
  for (const Share& share : order_shares) {
    passed += share.quantity;
    const Wide upto = rounded_up(passed * whole, order);
    if (upto > given) shares.push_back({share.demand, static_cast<Quantity>(upto - given)});
    given = upto;
  }
  needs.push_back({release, static_cast<Quantity>(whole), {first, static_cast<std::uint32_t>(shares.size()) - first}});
  return {};
}

}  // namespace layerline::planning
