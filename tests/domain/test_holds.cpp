#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const MaterialId black("PLA-black");
const LotId small("A"), large("B"), third("C");
const LocationId main_place("main"), shelf("shelf");
constexpr Mass piece{45'300};

struct Spool {
  LotId lot;
  std::int64_t milligrams = 0;
};

// Spools of black PLA, the oldest first, whose empty ones weigh 230 g.
Scenario with(const std::vector<Spool>& spools) {
  Scenario s;
  s.stock(0);
  s.given(inventory::OpenLocation{shelf, "Dry shelf"});
  for (const Spool& spool : spools) s.given(inventory::ReceiveStock{black, {spool.milligrams}, "", spool.lot, shelf, {230'000}, ""});
  return s;
}

// A paid order of so many pieces.
ProductionOrderId wanted(Scenario& s, const std::string& quote, std::int64_t pieces = 1) {
  return s.production_of(s.paid(black_pieces(pieces), {}, quote)).id;
}

const inventory::Hold& held(const Scenario& s, const ProductionOrderId& production) { return inventory::hold_of(s.black(), production); }
Mass held(const Scenario& s, const ProductionOrderId& production, const LotId& lot) {
  return inventory::held_of(held(s, production), lot);
}

}  // namespace

TEST_CASE("holds: what is reserved is held from the oldest lot with enough") {
  Scenario s = with({{small, 40'000}, {large, 60'000}, {third, 1'000'000}});
  const ProductionOrderId first = wanted(s, "a");
  CHECK(held(s, first, large) == piece);
  CHECK(s.workshop.lot(small)->held == Mass{});
  const ProductionOrderId second = wanted(s, "b");
  CHECK(held(s, second, third) == piece);
  CHECK_FALSE(held(s, second).chosen);
  CHECK(s.last("stock.held").stock_held().by().empty());
}

TEST_CASE("holds: if no lot has enough, it is held from several, the oldest first") {
  Scenario s = with({{small, 40'000}, {large, 30'000}});
  const ProductionOrderId production = wanted(s, "a");
  CHECK(held(s, production).lots == std::vector<inventory::Held>{{small, {40'000}}, {large, {5'300}}});
  CHECK(s.workshop.lot(large)->held == Mass{5'300});
}

TEST_CASE("issue: a sample is taken from a lot for a reason, and never what is held for a production order") {
  Scenario s = with({{small, 60'000}, {large, 20'000}});
  const ProductionOrderId production = wanted(s, "a");   // holds 45.3 g of the small one
  using inventory::IssueStock;
  s.when(IssueStock{black, {14'701}, "sample", small}).rejected("lot-reserved");
  s.given(IssueStock{MaterialId(), {14'700}, "sample", small}).with("stock.adjusted").with("stock.shortage_noted", 0);
  CHECK(s.last("stock.adjusted").stock_adjusted().milligrams() == -14'700);
  CHECK(s.last("stock.adjusted").stock_adjusted().reason() == "sample");
  s.when(IssueStock{black, {20'001}, "waste"}).rejected("stock-reserved");
  s.when(IssueStock{black, {65'301}, "waste"}).rejected("stock-below-zero");
  s.given(IssueStock{black, {5'000}, "purged", LotId(), LocationId(), production});
  CHECK(s.last("stock.adjusted").stock_adjusted().reason() == s.workshop.production_order(production)->number + ": purged");
  CHECK(s.last("stock.adjusted").stock_adjusted().lots(0).lot() == large.str());
  s.given(IssueStock{black, {5'000}, "", large, shelf, production});
  CHECK(s.last("stock.adjusted").stock_adjusted().reason() == s.workshop.production_order(production)->number);
  CHECK(s.workshop.lot(large)->on_hand() == Mass{10'000});
  CHECK(held(s, production, small) == piece);
}

TEST_CASE("issue: nothing, without a reason, of another material, or for an unknown production order is refused") {
  Scenario s = with({{small, 60'000}});
  s.stock(100'000, "white");
  using inventory::IssueStock;
  s.when(IssueStock{black, {0}, "sample", small}).rejected("mass-out-of-range");
  s.when(IssueStock{black, {1'000}, "", small}).rejected("reason-needed");
  s.when(IssueStock{MaterialId("PLA-white"), {1'000}, "sample", small}).rejected("lot-of-another-material");
  s.when(IssueStock{black, {1'000}, "sample", small, LocationId(), ProductionOrderId("none")}).rejected("not-found");
  s.when(IssueStock{black, {1'000}, "sample", LotId("none")}).rejected("not-found");
  s.when(IssueStock{black, {1'000}, "sample", LotId(), shelf}).rejected("lot-needed");
}

TEST_CASE("holds: a print takes from the lots that are held for it before it takes from others") {
  Scenario s = with({{small, 40'000}, {large, 60'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.given(production::CompleteProduction{production});
  CHECK(s.workshop.lot(large)->on_hand() == Mass{14'700});
  CHECK(s.workshop.lot(small)->on_hand() == Mass{40'000});
  CHECK(s.black().holds.empty());
  CHECK(s.workshop.lot(large)->held == Mass{});
}

TEST_CASE("holds: an operator chooses another lot, and the pieces are printed from that one only") {
  Scenario s = with({{small, 1'000'000}, {large, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.when(inventory::ChooseLots{production, {large}, false}).with("stock.held");
  CHECK(s.last("stock.held").stock_held().by() == "operator:1");
  CHECK(held(s, production, large) == piece);
  CHECK(held(s, production).chosen);
  CHECK(s.workshop.lot(small)->held == Mass{});
  s.when(inventory::ChooseLots{production, {large}, false}).nothing_happened();
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, small});
  s.sliced(production);
  CHECK(s.workshop.production.at(production).waits_for == std::vector<std::string>{"chosen_lot_not_loaded"});
  s.given(printing::LoadFilament{on, 1, {}, {}, large});
  REQUIRE_FALSE(s.workshop.printer(on)->job.empty());
  CHECK(s.workshop.job(s.workshop.printer(on)->job)->slot == 1);
}

TEST_CASE("holds: a choice is given up, and any spool will do again") {
  Scenario s = with({{small, 1'000'000}, {large, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.given(inventory::ChooseLots{production, {large}, false});
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, small});
  s.sliced(production);
  CHECK(s.workshop.printer(on)->job.empty());
  s.given(inventory::ChooseLots{production, {}, false});
  CHECK_FALSE(held(s, production).chosen);
  CHECK_FALSE(s.workshop.printer(on)->job.empty());
  s.when(inventory::ChooseLots{production, {}, false}).nothing_happened();
}

TEST_CASE("holds: what was chosen for one order is not printed for another") {
  Scenario s = with({{small, 1'000'000}, {large, 60'000}});
  s.given(inventory::ChooseLots{wanted(s, "a"), {large}, false});
  const ProductionOrderId other = wanted(s, "b");
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, large});
  s.sliced(other);
  CHECK(s.workshop.production.at(other).waits_for == std::vector<std::string>{"not_enough_filament_loaded"});
}

TEST_CASE("holds: an issue, a count and a weighing take nothing that is reserved from a lot unless they say so") {
  Scenario s = with({{small, 1'000'000}, {large, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.when(inventory::CountLot{small, {}, {45'299}, ""}).rejected("lot-reserved");
  s.when(inventory::WeighSpool{small, {}, {230'000 + 45'299}}).rejected("lot-reserved");
  s.when(inventory::AdjustStock{{}, {-960'000}, "lost", small}).rejected("lot-reserved");
  s.given(inventory::WeighSpool{small, {}, {230'000 + 45'300}});
  s.when(inventory::CountLot{small, {}, {40'000}, "", true}).with("stock.held");
  CHECK(held(s, production).lots == std::vector<inventory::Held>{{small, {40'000}}, {large, {5'300}}});
  CHECK(inventory::reserved_for(s.black(), production) == piece);
  s.given(inventory::AdjustStock{{}, {-40'000}, "lost", small, {}, true});
  CHECK(held(s, production, large) == piece);
}

TEST_CASE("holds: an adjustment of the material takes first what is held for nobody") {
  Scenario s = with({{small, 50'000}, {large, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.given(inventory::AdjustStock{black, {-500'000}, "lost"});
  CHECK(s.workshop.lot(small)->on_hand() == piece);
  CHECK(held(s, production, small) == piece);
}

TEST_CASE("holds: a transfer takes what is held along") {
  Scenario s = with({{small, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  s.when(inventory::TransferStock{small, {}, main_place, {}}).then({"stock.moved"});
  CHECK(held(s, production, small) == piece);
}

TEST_CASE("holds: a print from a spool that is held for another order leaves that one whole") {
  Scenario s = with({{small, 50'000}, {large, 1'000'000}});
  const ProductionOrderId first = wanted(s, "a"), second = wanted(s, "b");
  CHECK(held(s, first, small) == piece);
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, small});
  s.sliced(second);
  s.given(printing::ObservePrint{.job = s.workshop.printer(on)->job, .sight = printing::Sight::finished, .reason = {}});
  CHECK(s.workshop.lot(small)->on_hand() == Mass{4'700});
  CHECK(held(s, first).lots == std::vector<inventory::Held>{{small, {4'700}}, {large, {40'600}}});
  CHECK(held(s, second).lots.empty());
}

TEST_CASE("holds: an operator may take what is held for others by rule, but not what was chosen for them") {
  Scenario s = with({{small, 50'000}, {large, 1'000'000}});
  const ProductionOrderId first = wanted(s, "a"), second = wanted(s, "b");
  s.when(inventory::ChooseLots{second, {small}, false}).rejected("lot-reserved");
  s.given(inventory::ChooseLots{second, {small}, true});
  CHECK(held(s, second, small) == piece);
  CHECK(held(s, first).lots == std::vector<inventory::Held>{{small, {4'700}}, {large, {40'600}}});
  s.when(inventory::ChooseLots{first, {small}, true}).rejected("lot-reserved");
  s.given(inventory::ChooseLots{first, {small, large}, false});
  CHECK(held(s, first).lots == std::vector<inventory::Held>{{small, {4'700}}, {large, {40'600}}});
  CHECK(held(s, first).chosen);
}

TEST_CASE("holds: lots are chosen of the order's material, and for what is reserved") {
  Scenario s = with({{small, 50'000}});
  const ProductionOrderId first = wanted(s, "a"), short_one = wanted(s, "b");
  s.given(inventory::DefineMaterial{"PLA", "white", "", {1}});
  s.given(inventory::ReceiveStock{MaterialId("PLA-white"), {1'000'000}, "", third});
  s.when(inventory::ChooseLots{ProductionOrderId("none"), {small}, false}).rejected("not-found");
  s.when(inventory::ChooseLots{first, {LotId("none")}, false}).rejected("not-found");
  s.when(inventory::ChooseLots{first, {third}, false}).rejected("lot-of-another-material");
  s.when(inventory::ChooseLots{first, std::vector<LotId>(21, small), false}).rejected("too-many-lots");
  s.when(inventory::ChooseLots{short_one, {small}, false}).rejected("nothing-reserved");
}

TEST_CASE("holds: of a cancelled order nothing is held, and a piece that is made again is held again") {
  Scenario s = with({{small, 1'000'000}});
  const OrderId order = s.paid(black_pieces(2));
  const ProductionOrderId production = s.production_of(order).id;
  CHECK(s.workshop.lot(small)->held == piece * 2);
  s.given(production::CompleteProduction{production}).given(orders::StartQualityCheck{order}).given(orders::FailQualityCheck{order, "", 1});
  CHECK(s.workshop.lot(small)->held == piece);
  s.given(orders::CancelOrder{order, ""});
  CHECK(s.workshop.lot(small)->held == Mass{});
  CHECK(s.workshop.lot(small)->holders.empty());
}

TEST_CASE("holds: a reservation from before there were holds is of no lot until somebody chooses") {
  Scenario s = with({{small, 1'000'000}});
  const ProductionOrderId production = wanted(s, "a");
  events::Event none;   // as if it had never been said
  none.mutable_stock_held()->set_material(black.str());
  none.mutable_stock_held()->set_production_order(production.str());
  evolve(s.workshop, "material/PLA-black", none, s.now);
  CHECK(inventory::reserved_for(s.black(), production) == piece);
  CHECK(s.workshop.lot(small)->held == Mass{});
  s.when(inventory::ReceiveStock{black, {1'000}, ""}).with("stock.held", 0);
  s.when(inventory::CountLot{small, {}, {900'000}, ""}).with("stock.held", 0);
  s.given(inventory::ChooseLots{production, {small}, false});
  CHECK(s.workshop.lot(small)->held == piece);
}

}  // namespace layerline::test
