#include <fmt/format.h>

#include <algorithm>

#include "domain/stock/limits.hpp"
#include "domain/stock/stock.hpp"

namespace layerline::stock {
namespace {

std::unexpected<Rejection> refused(std::string type, std::string detail) {
  return std::unexpected(Rejection{.type = std::move(type), .detail = std::move(detail)});
}
std::unexpected<Rejection> not_found(std::string_view what, const std::string& id) {
  return std::unexpected(
      Rejection{.refusal = Refusal::not_found, .type = "not-found", .detail = fmt::format("There is no {} {}.", what, id)});
}
std::unexpected<Rejection> short_of(std::string_view sku, Quantity wanted, Quantity there) {
  return std::unexpected(Rejection{.type = "stock-short",
                                   .detail = fmt::format("{} of {} are wanted, {} are available.", wanted, sku, there),
                                   .data = {{"sku", std::string(sku)}, {"available", fmt::format("{}", there)}}});
}

bool sane(Quantity quantity) { return quantity > 0 && quantity <= limits::quantity_max; }
std::unexpected<Rejection> not_sane() { return refused("quantity", fmt::format("A quantity is from 1 to {}.", limits::quantity_max)); }

const Lot* find(const Stock& stock, const LotId& id) {
  const auto found = stock.lots.find(id);
  return found == stock.lots.end() ? nullptr : &found->second;
}
Balance at(const Lot& lot, const LocationId& location) {
  const auto found = lot.at.find(location);
  return found == lot.at.end() ? Balance{} : found->second;
}

// A lot at a location becomes larger or smaller. Who reserved last is the first to lose what is no longer there.
Decided changed(const Stock& stock, const Lot& lot, const LocationId& location, Quantity difference, Reason reason) {
  if (difference == 0) return Facts{};
  const Balance before = at(lot, location);
  if (difference < 0 && -difference > before.on_hand) {
    return refused("stock-below-zero", fmt::format("{} of lot {} lie there, {} are to go.", before.on_hand, lot.id.str(), -difference));
  }
  if (difference > limits::quantity_max - balance(stock, lot.sku).on_hand) return not_sane();
  Facts facts;
  Quantity missing = before.allocated - (before.on_hand + difference);
  for (auto one = lot.reservations.rbegin(); one != lot.reservations.rend() && missing > 0; ++one) {
    if (one->location != location) continue;
    const Quantity part = std::min(missing, one->quantity);
    facts.push_back(LotReleased{one->user, lot.id, location, part});
    missing -= part;
  }
  facts.push_back(LotAdjusted{lot.id, location, difference, reason});
  return facts;
}

// The lots of an item, or the one that is asked for, the oldest first.
std::vector<const Lot*> choose(const Stock& stock, std::string_view sku, const std::optional<LotId>& wanted) {
  std::vector<const Lot*> lots;
  const auto found = stock.lots_of.find(sku);
  if (found == stock.lots_of.end()) return lots;
  for (const LotId& id : found->second) {
    if (!wanted || *wanted == id) lots.push_back(&stock.lots.at(id));
  }
  return lots;
}

}  // namespace

Decided decide(const OpenLocation& command, const Stock& stock) {
  if (command.location.empty()) return refused("location", "A location has an id.");
  const auto found = stock.locations.find(command.location);
  if (found != stock.locations.end() && found->second == command.name) return Facts{};
  return Facts{LocationOpened{command.location, command.name}};
}

Decided decide(const Receive& command, const Stock& stock) {
  if (!sane(command.quantity)) return not_sane();
  if (command.lot.empty() || command.sku.empty()) return refused("lot", "A lot has an id and an item.");
  if (find(stock, command.lot)) {
    return std::unexpected(Rejection{
        .refusal = Refusal::conflict, .type = "lot-exists", .detail = fmt::format("Lot {} was received before.", command.lot.str())});
  }
  if (!stock.locations.contains(command.location)) return not_found("location", command.location.str());
  if (command.quantity > limits::quantity_max - balance(stock, command.sku).on_hand) return not_sane();
  return Facts{
      LotReceived{command.lot, command.sku, command.location, command.quantity, command.reference, command.made_by, command.spool}};
}

Decided decide(const Move& command, const Stock& stock) {
  if (!sane(command.quantity)) return not_sane();
  const Lot* const lot = find(stock, command.lot);
  if (!lot) return not_found("lot", command.lot.str());
  if (!stock.locations.contains(command.to)) return not_found("location", command.to.str());
  const Quantity there = at(*lot, command.from).available();
  if (there < command.quantity) return short_of(lot->sku, command.quantity, there);
  if (command.from == command.to) return Facts{};
  return Facts{LotMoved{command.lot, command.from, command.to, command.quantity}};
}

Decided decide(const Count& command, const Stock& stock) {
  if (command.counted != 0 && !sane(command.counted)) return not_sane();
  const Lot* const lot = find(stock, command.lot);
  if (!lot) return not_found("lot", command.lot.str());
  if (!stock.locations.contains(command.location)) return not_found("location", command.location.str());
  return changed(stock, *lot, command.location, command.counted - at(*lot, command.location).on_hand, Reason::counted);
}

Decided decide(const Weigh& command, const Stock& stock) {
  const Lot* const lot = find(stock, command.lot);
  if (!lot) return not_found("lot", command.lot.str());
  if (!lot->spool) return refused("no-spool", fmt::format("Lot {} has no tare, count it.", lot->id.str()));
  if (command.gross < lot->spool->tare) return refused("below-tare", "That is less than the empty spool weighs.");
  return decide(Count{command.lot, command.location, command.gross.milligrams - lot->spool->tare.milligrams}, stock);
}

Decided decide(const Adjust& command, const Stock& stock) {
  if (command.difference < -limits::quantity_max || command.difference > limits::quantity_max) return not_sane();
  const Lot* const lot = find(stock, command.lot);
  if (!lot) return not_found("lot", command.lot.str());
  if (!stock.locations.contains(command.location)) return not_found("location", command.location.str());
  return changed(stock, *lot, command.location, command.difference, command.reason);
}

Decided decide(const Reserve& command, const Stock& stock) {
  if (!sane(command.quantity)) return not_sane();
  Facts facts;
  Quantity left = command.quantity;
  for (const Lot* const lot : choose(stock, command.sku, command.lot)) {
    for (const auto& [location, balance] : lot->at) {
      const Quantity part = std::min(left, balance.available());
      if (part == 0) continue;
      facts.push_back(LotReserved{command.user, lot->id, location, part});
      left -= part;
    }
  }
  if (left > 0) return short_of(command.sku, command.quantity, command.quantity - left);
  return facts;
}

Decided decide(const Release& command, const Stock& stock) {
  Facts facts;
  for (const auto& [id, lot] : stock.lots) {
    for (const Reservation& one : lot.reservations) {
      if (one.user == command.user) facts.push_back(LotReleased{one.user, id, one.location, one.quantity});
    }
  }
  return facts;
}

Decided decide(const Issue& command, const Stock& stock) {
  if (!sane(command.quantity)) return not_sane();
  // By lot and location: what is reserved for this user, and then what is free.
  std::map<std::pair<LotId, LocationId>, LotIssued> issued;
  Quantity left = command.quantity;
  const auto take = [&](const Lot& lot, const LocationId& location, Quantity there, bool reserved) {
    const Quantity part = std::min(left, there);
    if (part == 0) return;
    LotIssued& fact = issued.try_emplace({lot.id, location}, LotIssued{command.user, lot.id, location}).first->second;
    fact.quantity += part;
    if (reserved) fact.reserved += part;
    left -= part;
  };
  const auto lots = choose(stock, command.sku, command.lot);
  for (const Lot* const lot : lots) {
    for (const Reservation& one : lot->reservations) {
      if (one.user == command.user) take(*lot, one.location, one.quantity, true);
    }
  }
  for (const Lot* const lot : lots) {
    for (const auto& [location, balance] : lot->at) take(*lot, location, balance.available(), false);
  }
  if (left > 0) return short_of(command.sku, command.quantity, command.quantity - left);
  Facts facts;
  for (auto& [where, fact] : issued) facts.push_back(std::move(fact));
  return facts;
}

}  // namespace layerline::stock
