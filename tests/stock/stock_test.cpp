#include <doctest/doctest.h>

#include "domain/stock/limits.hpp"
#include "domain/stock/stock.hpp"

namespace layerline::stock {
namespace {

const LocationId shelf("shelf"), store_room("store-room");
const LotId first("L1"), second("L2");
const UserId order("MO-1"), other("MO-2"), sale("SO-1");

// given(…).when(…).then(…), on one stock.
struct Scene {
  Stock stock;
  std::string answer;

  Scene() { when(OpenLocation{shelf, "Shelf"}).when(OpenLocation{store_room, "Store room"}); }

  template <class Command>
  Scene& when(const Command& command) {
    const Decided decided = decide(command, stock);
    answer = decided ? (decided->empty() ? "already so" : "done") : decided.error().type;
    if (decided) {
      for (const Fact& fact : *decided) evolve(stock, fact);
    }
    return *this;
  }
  Scene& then(std::string_view expected) {
    CHECK(answer == expected);
    return *this;
  }
  Scene& spool(const LotId& lot, Quantity milligrams) {
    return when(Receive{lot, "PLA", shelf, milligrams, "PUR-1", {}, Spool{"PLA", "black", {200'000}}});
  }
  Scene& holds(Quantity on_hand, Quantity allocated) {
    CHECK(balance(stock, "PLA") == Balance{on_hand, allocated});
    return *this;
  }
};

TEST_CASE("stock: what is received is on hand, once, at a location that exists") {
  Scene s;
  s.spool(first, 1000).then("done").holds(1000, 0);
  s.spool(first, 1000).then("lot-exists").holds(1000, 0);
  s.when(Receive{second, "PLA", LocationId("nowhere"), 5}).then("not-found");
  s.when(Receive{second, "PLA", shelf, 0}).then("quantity");
  s.when(Receive{second, "PLA", shelf, limits::quantity_max}).then("quantity");
  s.when(Receive{second, "", shelf, 5}).then("lot");
}

TEST_CASE("stock: a reservation is whole or none, of the oldest lots, and makes unavailable but not gone") {
  Scene s;
  s.spool(first, 100).spool(second, 100);
  s.when(Reserve{order, "PLA", 201}).then("stock-short").holds(200, 0);
  s.when(Reserve{order, "PLA", 120}).then("done").holds(200, 120);
  CHECK(s.stock.lots.at(first).at.at(shelf).available() == 0);
  s.when(Reserve{other, "PLA", 81}).then("stock-short");
  s.when(Issue{other, "PLA", 81}).then("stock-short");
  s.when(Reserve{other, "PLA", 1, first}).then("stock-short");
  s.when(Reserve{other, "PLA", 80, second}).then("done").holds(200, 200);
  s.when(Release{order}).then("done").holds(200, 80);
  s.when(Release{order}).then("already so");
}

TEST_CASE("stock: an order uses what is reserved for it first, and then what is free") {
  Scene s;
  s.spool(first, 100).spool(second, 100);
  s.when(Reserve{order, "PLA", 30, second}).when(Issue{order, "PLA", 50}).then("done").holds(150, 0);
  CHECK(s.stock.lots.at(second).issued.at(order) == 30);
  CHECK(s.stock.lots.at(first).issued.at(order) == 20);
  s.when(Reserve{order, "PLA", 100}).when(Issue{order, "PLA", 60}).then("done").holds(90, 40);
  CHECK(reserved_for(s.stock, order, "PLA") == 40);
}

TEST_CASE("stock: a count that finds less takes the youngest reservations back, at that place only") {
  Scene s;
  s.spool(first, 100).when(Reserve{order, "PLA", 40}).when(Reserve{other, "PLA", 40});
  s.when(Count{first, shelf, 100}).then("already so");
  s.when(Count{first, shelf, 50}).then("done").holds(50, 50);
  CHECK(reserved_for(s.stock, order, "PLA") == 40);
  CHECK(reserved_for(s.stock, other, "PLA") == 10);
  s.when(Adjust{first, shelf, -51, Reason::damaged}).then("stock-below-zero").holds(50, 50);
  s.when(Adjust{first, store_room, -1, Reason::lost}).then("stock-below-zero");
  s.when(Adjust{first, shelf, -50, Reason::damaged}).then("done").holds(0, 0);
  s.when(Count{first, shelf, 7}).then("done").holds(7, 0);
}

TEST_CASE("stock: a spool is weighed with its tare") {
  Scene s;
  s.spool(first, 750'000).when(Weigh{first, shelf, {900'000}}).then("done").holds(700'000, 0);
  s.when(Weigh{first, shelf, {199'999}}).then("below-tare").holds(700'000, 0);
  s.when(Weigh{first, shelf, {200'000}}).then("done").holds(0, 0);
  s.when(Receive{second, "PLA", shelf, 10}).when(Weigh{second, shelf, {300'000}}).then("no-spool");
}

TEST_CASE("stock: only what is available moves, and nothing is lost on the way") {
  Scene s;
  s.spool(first, 100).when(Reserve{order, "PLA", 70});
  s.when(Move{first, shelf, store_room, 31}).then("stock-short");
  s.when(Move{first, shelf, store_room, 30}).then("done").holds(100, 70);
  CHECK(balance(s.stock, "PLA", store_room) == Balance{30, 0});
  CHECK(balance(s.stock, "PLA", shelf) == Balance{70, 70});
  s.when(Move{first, shelf, LocationId("nowhere"), 1}).then("not-found");
  s.when(Move{LotId("L9"), shelf, store_room, 1}).then("not-found");
  s.when(Move{first, store_room, store_room, 30}).then("already so");
}

TEST_CASE("stock: a spool leads to every order that it went into, and an order to every spool, through all levels") {
  Scene s;
  s.spool(first, 100).spool(second, 100);
  s.when(Issue{order, "PLA", 10, first}).when(Receive{LotId("SUB"), "SUB", shelf, 5, "", order});
  s.when(Issue{other, "SUB", 5}).when(Issue{other, "PLA", 10, second}).when(Receive{LotId("TOP"), "TOP", shelf, 1, "", other});
  s.when(Issue{sale, "TOP", 1}).then("done");
  CHECK(users_of(s.stock, first) == std::set{order, other, sale});
  CHECK(users_of(s.stock, second) == std::set{other, sale});
  CHECK(origins_of(s.stock, sale) == std::set{LotId("TOP"), LotId("SUB"), first, second});
  CHECK(origins_of(s.stock, order) == std::set{first});
  CHECK(users_of(s.stock, LotId("TOP")) == std::set{sale});
}

}  // namespace
}  // namespace layerline::stock
