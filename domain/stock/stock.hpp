// Stock of items in lots at locations: what is on hand, what of it is reserved for whom, and where everything came from and went.
// Only facts move it. Nothing is ever negative, and no more is reserved of a lot at a location than lies there.
// Quantities are whole numbers in the item's smallest unit (pieces, milligrams).
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/kernel/rejection.hpp"
#include "domain/kernel/types.hpp"

namespace layerline::stock {

using Quantity = std::int64_t;
using LocationId = Id<struct LocationTag>;
using LotId = Id<struct LotTag>;
using UserId = Id<struct StockUserTag>;  // who reserves, uses and makes: a production order, or a sales order that is shipped

// A lot that is weighed with what it is wound on.
struct Spool {
  std::string material;
  std::string colour;
  Mass tare;
  friend bool operator==(const Spool&, const Spool&) = default;
};

enum class Reason { counted, damaged, lost, found, expired, corrected };

// ---- facts ----

struct LocationOpened { LocationId location; std::string name; };
// Bought, or made by a production order.
struct LotReceived {
  LotId lot;
  std::string sku;
  LocationId location;
  Quantity quantity = 0;
  std::string reference;
  std::optional<UserId> made_by;
  std::optional<Spool> spool;
};
struct LotMoved { LotId lot; LocationId from, to; Quantity quantity = 0; };
struct LotAdjusted { LotId lot; LocationId location; Quantity difference = 0; Reason reason = Reason::counted; };
struct LotReserved { UserId user; LotId lot; LocationId location; Quantity quantity = 0; };
struct LotReleased { UserId user; LotId lot; LocationId location; Quantity quantity = 0; };
// Used up by an order, or shipped with it. `reserved` is the part that was reserved for it.
struct LotIssued { UserId user; LotId lot; LocationId location; Quantity quantity = 0, reserved = 0; };
using Fact = std::variant<LocationOpened, LotReceived, LotMoved, LotAdjusted, LotReserved, LotReleased, LotIssued>;
using Facts = std::vector<Fact>;

// ---- state ----

struct Balance {
  Quantity on_hand = 0;
  Quantity allocated = 0;
  [[nodiscard]] Quantity available() const { return on_hand - allocated; }
  friend bool operator==(const Balance&, const Balance&) = default;
};

struct Reservation { UserId user; LocationId location; Quantity quantity = 0; };

struct Lot {
  LotId id;
  std::string sku;
  std::string reference;
  std::optional<UserId> made_by;
  std::optional<Spool> spool;
  std::map<LocationId, Balance> at;
  std::vector<Reservation> reservations;  // the oldest first; one for each user and location
  std::map<UserId, Quantity> issued;      // to whom
};

struct Stock {
  std::map<LocationId, std::string> locations;
  std::map<LotId, Lot> lots;
  std::map<std::string, std::vector<LotId>, std::less<>> lots_of;  // by SKU, the oldest first
  std::map<UserId, std::vector<LotId>> made;                       // lots by who made them
  std::map<UserId, std::set<LotId>> used;                          // lots by who used of them
};

void evolve(Stock&, const Fact&);

// ---- commands ----

struct OpenLocation { LocationId location; std::string name; };
struct Receive {
  LotId lot;
  std::string sku;
  LocationId location;
  Quantity quantity = 0;
  std::string reference = {};
  std::optional<UserId> made_by = {};
  std::optional<Spool> spool = {};
};
struct Move { LotId lot; LocationId from, to; Quantity quantity = 0; };  // only of what is available
struct Count { LotId lot; LocationId location; Quantity counted = 0; };
struct Weigh { LotId lot; LocationId location; Mass gross; };  // of a spool with its tare
struct Adjust { LotId lot; LocationId location; Quantity difference = 0; Reason reason = Reason::corrected; };
struct Reserve { UserId user; std::string sku; Quantity quantity = 0; std::optional<LotId> lot = {}; };  // the whole or nothing
struct Release { UserId user; };  // all that is reserved for it
struct Issue { UserId user; std::string sku; Quantity quantity = 0; std::optional<LotId> lot = {}; };  // what is reserved for it first

// ---- decisions; an empty list means "already so" ----

using Decided = std::expected<Facts, Rejection>;
[[nodiscard]] Decided decide(const OpenLocation&, const Stock&);
[[nodiscard]] Decided decide(const Receive&, const Stock&);
[[nodiscard]] Decided decide(const Move&, const Stock&);
// What is missing is taken from the youngest reservations.
[[nodiscard]] Decided decide(const Count&, const Stock&);
[[nodiscard]] Decided decide(const Weigh&, const Stock&);
[[nodiscard]] Decided decide(const Adjust&, const Stock&);
[[nodiscard]] Decided decide(const Reserve&, const Stock&);
[[nodiscard]] Decided decide(const Release&, const Stock&);
[[nodiscard]] Decided decide(const Issue&, const Stock&);

// ---- queries ----

[[nodiscard]] Balance balance(const Stock&, std::string_view sku);
[[nodiscard]] Balance balance(const Stock&, std::string_view sku, const LocationId&);
[[nodiscard]] Quantity reserved_for(const Stock&, const UserId&, std::string_view sku);
// Who used this lot, or what was made of it, through all levels: whom a recall concerns.
[[nodiscard]] std::set<UserId> users_of(const Stock&, const LotId&);
// Of which lots this came, through all levels.
[[nodiscard]] std::set<LotId> origins_of(const Stock&, const UserId&);

}  // namespace layerline::stock
