#include "domain/stock/stock.hpp"

#include <algorithm>
#include <cassert>

namespace layerline::stock {
namespace {

// A fact that does not fit was never decided.
Lot& lot_of(Stock& stock, const LotId& id) {
  const auto found = stock.lots.find(id);
  assert(found != stock.lots.end());
  return found->second;
}

void change(Lot& lot, const LocationId& location, Quantity on_hand, Quantity allocated) {
  Balance& balance = lot.at[location];
  balance.on_hand += on_hand;
  balance.allocated += allocated;
  assert(balance.allocated >= 0 && balance.available() >= 0);
  if (balance == Balance{}) lot.at.erase(location);
}

void change_reservation(Lot& lot, const UserId& user, const LocationId& location, Quantity by) {
  const auto same = [&](const Reservation& one) { return one.user == user && one.location == location; };
  auto found = std::ranges::find_if(lot.reservations, same);
  if (found == lot.reservations.end()) found = lot.reservations.insert(found, {user, location, 0});
  found->quantity += by;
  assert(found->quantity >= 0);
  if (found->quantity == 0) lot.reservations.erase(found);
}

struct Evolve {
  Stock& stock;

  void operator()(const LocationOpened& fact) const { stock.locations[fact.location] = fact.name; }
  void operator()(const LotReceived& fact) const {
    Lot& lot = stock.lots[fact.lot];
    lot = {.id = fact.lot,
           .sku = fact.sku,
           .reference = fact.reference,
           .made_by = fact.made_by,
           .spool = fact.spool,
           .at = {},
           .reservations = {},
           .issued = {}};
    stock.lots_of[fact.sku].push_back(fact.lot);
    if (fact.made_by) stock.made[*fact.made_by].push_back(fact.lot);
    change(lot, fact.location, fact.quantity, 0);
  }
  void operator()(const LotMoved& fact) const {
    Lot& lot = lot_of(stock, fact.lot);
    change(lot, fact.from, -fact.quantity, 0);
    change(lot, fact.to, fact.quantity, 0);
  }
  void operator()(const LotAdjusted& fact) const { change(lot_of(stock, fact.lot), fact.location, fact.difference, 0); }
  void operator()(const LotReserved& fact) const {
    Lot& lot = lot_of(stock, fact.lot);
    change(lot, fact.location, 0, fact.quantity);
    change_reservation(lot, fact.user, fact.location, fact.quantity);
  }
  void operator()(const LotReleased& fact) const {
    Lot& lot = lot_of(stock, fact.lot);
    change(lot, fact.location, 0, -fact.quantity);
    change_reservation(lot, fact.user, fact.location, -fact.quantity);
  }
  void operator()(const LotIssued& fact) const {
    Lot& lot = lot_of(stock, fact.lot);
    change(lot, fact.location, -fact.quantity, -fact.reserved);
    if (fact.reserved > 0) change_reservation(lot, fact.user, fact.location, -fact.reserved);
    lot.issued[fact.user] += fact.quantity;
    stock.used[fact.user].insert(fact.lot);
  }
};

template <class Each>
void each_lot(const Stock& stock, std::string_view sku, const Each& each) {
  const auto found = stock.lots_of.find(sku);
  if (found == stock.lots_of.end()) return;
  for (const LotId& id : found->second) each(stock.lots.at(id));
}

}  // namespace

void evolve(Stock& stock, const Fact& fact) { std::visit(Evolve{stock}, fact); }

Balance balance(const Stock& stock, std::string_view sku) {
  Balance sum;
  each_lot(stock, sku, [&](const Lot& lot) {
    for (const auto& [location, balance] : lot.at) {
      sum.on_hand += balance.on_hand;
      sum.allocated += balance.allocated;
    }
  });
  return sum;
}

Balance balance(const Stock& stock, std::string_view sku, const LocationId& location) {
  Balance sum;
  each_lot(stock, sku, [&](const Lot& lot) {
    const auto at = lot.at.find(location);
    if (at == lot.at.end()) return;
    sum.on_hand += at->second.on_hand;
    sum.allocated += at->second.allocated;
  });
  return sum;
}

Quantity reserved_for(const Stock& stock, const UserId& user, std::string_view sku) {
  Quantity sum = 0;
  each_lot(stock, sku, [&](const Lot& lot) {
    for (const Reservation& one : lot.reservations) sum += one.user == user ? one.quantity : 0;
  });
  return sum;
}

std::set<UserId> users_of(const Stock& stock, const LotId& lot) {
  std::set<UserId> users;
  std::vector<LotId> ahead = {lot};
  while (!ahead.empty()) {
    const auto found = stock.lots.find(ahead.back());
    ahead.pop_back();
    if (found == stock.lots.end()) continue;
    for (const auto& [user, quantity] : found->second.issued) {
      if (!users.insert(user).second) continue;
      const auto made = stock.made.find(user);
      if (made != stock.made.end()) ahead.insert(ahead.end(), made->second.begin(), made->second.end());
    }
  }
  return users;
}

std::set<LotId> origins_of(const Stock& stock, const UserId& user) {
  std::set<LotId> lots;
  std::vector<UserId> behind = {user};
  while (!behind.empty()) {
    const auto found = stock.used.find(behind.back());
    behind.pop_back();
    if (found == stock.used.end()) continue;
    for (const LotId& lot : found->second) {
      if (!lots.insert(lot).second) continue;
      if (const auto& maker = stock.lots.at(lot).made_by) behind.push_back(*maker);
    }
  }
  return lots;
}

}  // namespace layerline::stock
