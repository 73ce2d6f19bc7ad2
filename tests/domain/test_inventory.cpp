#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {

TEST_CASE("inventory: too little stock is a visible shortage, never a negative number") {
  Scenario s;
  s.stock(10'000);
  const OrderId order = s.paid(black_pieces());
  CHECK(s.black().reserved.milligrams == 0);
  CHECK(s.black().on_hand.milligrams == 10'000);
  CHECK(inventory::short_by(s.black(), s.production_of(order).id).milligrams == 45'300);
  s.when(inventory::AdjustStock{MaterialId("PLA-black"), {-10'001}, "count"}).rejected("stock-below-zero");
}

TEST_CASE("inventory: of 64 orders for the last piece's material exactly one gets it, and a receipt serves the others in their order") {
  Scenario s;
  s.stock(45'300);
  std::vector<OrderId> orders;
  for (int i = 0; i < 64; ++i) orders.push_back(s.paid(black_pieces(), {}, fmt::format("q{:02}", i)));
  CHECK(s.black().reservations.size() == 1);
  CHECK(s.black().reservations.contains(s.production_of(orders[0]).id));
  CHECK(s.black().shortages.size() == 63);
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {2 * 45'300}, ""});
  CHECK(s.black().shortages.size() == 61);
  CHECK(s.black().reservations.contains(s.production_of(orders[1]).id));
  CHECK(s.black().reservations.contains(s.production_of(orders[2]).id));
}

TEST_CASE("inventory: a large shortage that is cancelled lets the smaller one behind it through") {
  Scenario s;
  s.stock(50'000);
  const OrderId large = s.paid(black_pieces(10), {}, "large");
  const OrderId small = s.paid(black_pieces(), {}, "small");
  CHECK(s.black().shortages.size() == 2);   // nobody overtakes
  s.given(orders::CancelOrder{large, ""});
  CHECK(s.black().shortages.empty());
  CHECK(s.black().reservations.contains(s.production_of(small).id));
}

TEST_CASE("inventory: a count that finds less takes back the youngest reservation") {
  Scenario s;
  s.stock(100'000);
  const OrderId first = s.paid(black_pieces(), {}, "a");
  const OrderId second = s.paid(black_pieces(), {}, "b");
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {-20'000}, "count"});
  CHECK(inventory::reserved_for(s.black(), s.production_of(first).id).milligrams == 45'300);
  CHECK(inventory::short_of(s.black(), s.production_of(second).id));
}

TEST_CASE("inventory: a print that uses more than was reserved for it takes from the stock, and who loses his part is short") {
  Scenario s;
  s.stock(2 * 45'300);
  const OrderId heavy = s.paid(black_pieces(), {}, "a");
  const OrderId other = s.paid(black_pieces(), {}, "b");
  const PrinterId on = s.printer();
  s.sliced(s.production_of(heavy).id, 60'000);
  s.given(printing::ObservePrint{.job = s.workshop.printer(on)->job, .sight = printing::Sight::finished, .reason = {}});
  CHECK(s.black().on_hand.milligrams == 30'600);
  CHECK(s.black().reserved.milligrams == 0);
  CHECK(inventory::short_by(s.black(), s.production_of(other).id).milligrams == 45'300);
}

TEST_CASE("inventory: low stock is told once, and again after it was filled up") {
  Scenario s;
  s.given(inventory::DefineMaterial{"PLA", "black", "", {100'000}});
  s.when(inventory::ReceiveStock{MaterialId("PLA-black"), {90'000}, ""}).with("stock.low");
  s.when(inventory::ReceiveStock{MaterialId("PLA-black"), {1'000}, ""}).with("stock.low", 0);
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {100'000}, ""});
  s.when(inventory::AdjustStock{MaterialId("PLA-black"), {-150'000}, "lost"}).with("stock.low");
}

TEST_CASE("inventory: an adjustment says why, of a material, of a lot and of units; a count says so by itself") {
  Scenario s;
  s.stock(1'000'000);
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {1'000}, "", LotId("spool")});
  s.when(inventory::AdjustStock{MaterialId("PLA-black"), {-1'000}, ""}).rejected("reason-needed");
  s.when(inventory::AdjustStock{{}, {-1'000}, "", LotId("spool")}).rejected("reason-needed");
  s.given(inventory::CountLot{LotId("spool"), {}, {900}, ""});
  CHECK(s.last("stock.adjusted").stock_adjusted().reason() == "counted");
  products::DefineProduct vase{ProductId("vase"), "VASE", {}};
  vase.entry.name = "Vase";
  s.given(vase).when(products::AdjustUnits{vase.product, 1, ""}).rejected("reason-needed");
}

TEST_CASE("inventory: a weighing corrects what a print used, in both directions") {
  Scenario s;
  const PrintJobId job = s.printing();
  s.when(inventory::WeighPrint{job, {50'000}}).rejected("nothing-consumed");
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::finished, .reason = {}});
  CHECK(s.black().on_hand.milligrams == 954'700);
  s.when(inventory::WeighPrint{job, {50'000}}).with("stock.consumption_corrected");
  CHECK(s.last("stock.consumption_corrected").stock_consumption_corrected().origin() == "weighed");
  CHECK(s.black().on_hand.milligrams == 950'000);
  s.when(inventory::WeighPrint{job, {40'000}});
  CHECK(s.black().on_hand.milligrams == 960'000);
  s.when(inventory::WeighPrint{job, {40'000}}).nothing_happened();
}

TEST_CASE("inventory: pieces made by other means use their material each time they are made") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId order = s.paid(black_pieces(2));
  const ProductionOrderId production = s.production_of(order).id;
  s.given(production::CompleteProduction{production});
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 2 * 45'300);
  s.given(orders::StartQualityCheck{order}).given(orders::FailQualityCheck{order, "crack", 1});
  s.given(production::CompleteProduction{production});
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 3 * 45'300);
  CHECK(s.black().reserved.milligrams == 0);
}

}  // namespace layerline::test
