#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const MaterialId black("PLA-black");
const LotId first("S-1"), second("S-2"), bulk("PLA-black.bulk");
const LocationId shelf("shelf"), main_place("main");

// Two spools of a kilogram, the older one called S-1, on a shelf; their empty spools weigh 230 g.
Scenario with_spools() {
  Scenario s;
  s.stock(0);
  s.given(inventory::OpenLocation{shelf, "Dry shelf"});
  for (const LotId& lot : {first, second}) s.given(inventory::ReceiveStock{black, {1'000'000}, "PO 1", lot, shelf, {230'000}, "B4711"});
  return s;
}

Mass left(const Scenario& s, const LotId& lot) { return s.workshop.lot(lot)->on_hand(); }

// A piece of 45.3 g, printed to its end.
PrintJobId print(Scenario& s, const PrinterId& on, const std::string& quote) {
  s.sliced(s.production_of(s.paid(black_pieces(), {}, quote)).id);
  const PrintJobId job = s.workshop.printer(on)->job;
  REQUIRE_FALSE(job.empty());
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::finished, .reason = {}});
  s.given(printing::ClearPlate{on});
  return job;
}

const inventory::Consumed& used_by(const Scenario& s, const PrintJobId& job) { return s.black().prints.at(job); }

}  // namespace

TEST_CASE("lots: what comes in under a name is a lot at its location, once, and the material is the sum of its lots") {
  Scenario s = with_spools();
  s.stock(500'000);
  CHECK(s.black().on_hand.milligrams == 2'500'000);
  CHECK(left(s, first).milligrams == 1'000'000);
  CHECK(left(s, bulk).milligrams == 500'000);
  CHECK(s.workshop.lot(first)->at.at(shelf).milligrams == 1'000'000);
  CHECK(s.workshop.lot(bulk)->at.at(main_place).milligrams == 500'000);
  s.when(inventory::ReceiveStock{black, {1}, "", first}).rejected("lot-exists");
  s.when(inventory::ReceiveStock{black, {1}, "", LotId("S 3")}).rejected("bad-lot-name");
  s.when(inventory::ReceiveStock{black, {1}, "", LotId("S-3"), LocationId("nowhere")}).rejected("not-found");
  s.when(inventory::ReceiveStock{black, {1}, "", {}, {}, {230'000}}).rejected("lot-needed");
}

TEST_CASE("lots: a print takes from the spool that is loaded, and what that lacks from the oldest") {
  Scenario s = with_spools();
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, second});
  const PrintJobId job = print(s, on, "a");
  CHECK(left(s, second).milligrams == 954'700);
  CHECK(left(s, first).milligrams == 1'000'000);
  REQUIRE(used_by(s, job).lots.size() == 1);
  CHECK(used_by(s, job).lots[0].lot == second);
  CHECK(used_by(s, job).production == s.production_of(s.workshop.quote(QuoteId("a"))->order).id);
  s.given(inventory::CountLot{second, {}, {50'000}, ""});
  s.when(inventory::CountLot{second, {}, {45'300}, ""});
  const PrintJobId next = print(s, on, "b");
  CHECK(left(s, second).milligrams == 0);
  s.given(inventory::WeighPrint{next, {60'000}});
  CHECK(left(s, first).milligrams == 1'000'000 - 14'700);
  CHECK(inventory::sum(used_by(s, next).lots).milligrams == 60'000);
}

TEST_CASE("lots: without a known spool a print takes from the oldest lot") {
  Scenario s = with_spools();
  const PrintJobId job = print(s, s.printer(), "a");
  CHECK(left(s, first).milligrams == 954'700);
  CHECK(left(s, second).milligrams == 1'000'000);
  CHECK(used_by(s, job).lots[0].location == shelf);
}

TEST_CASE("lots: a print that turns out to be lighter gives back to the spool that it was taken from") {
  Scenario s = with_spools();
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, second});
  const PrintJobId job = print(s, on, "a");
  s.given(inventory::WeighPrint{job, {40'000}});
  CHECK(left(s, second).milligrams == 960'000);
  CHECK(used_by(s, job).lots[0].mass.milligrams == 40'000);
  s.given(inventory::WeighPrint{job, {0}});
  CHECK(left(s, second).milligrams == 1'000'000);
  CHECK(used_by(s, job).lots.empty());
}

TEST_CASE("lots: what a loaded spool holds is what is left of its lot, and nothing is printed from one that is too light") {
  Scenario s = with_spools();
  const PrinterId on = s.printer();
  s.given(printing::LoadFilament{on, 0, {}, {}, first});
  s.given(inventory::WeighSpool{first, {}, {270'000}});
  CHECK(printing::left_of(s.workshop, s.workshop.printer(on)->slots.at(0)).milligrams == 40'000);
  const OrderId order = s.paid(black_pieces());
  s.sliced(s.production_of(order).id);
  CHECK(s.production_of(order).waits_for == std::vector<std::string>{"not_enough_filament_loaded"});
  s.given(inventory::WeighSpool{first, {}, {300'000}});   // the first weighing was wrong
  CHECK_FALSE(s.workshop.printer(on)->job.empty());
}

TEST_CASE("lots: a spool is in one slot at a time, is of one material, and stock without a name is on no spool") {
  Scenario s = with_spools();
  s.stock(1);
  s.given(inventory::DefineMaterial{"PLA", "white", "", {1}});
  const PrinterId one = s.printer("p1"), other = s.printer("p2");
  s.given(printing::LoadFilament{one, 0, {}, {}, first});
  s.given(printing::LoadFilament{other, 3, {}, {}, first});
  CHECK(s.workshop.printer(one)->slots.empty());
  CHECK(s.workshop.printer(other)->slots.at(3).material == black);
  s.when(printing::LoadFilament{one, 0, MaterialId("PLA-white"), {}, second}).rejected("lot-of-another-material");
  s.when(printing::LoadFilament{one, 0, {}, {}, LotId("S-9")}).rejected("not-found");
  s.when(printing::LoadFilament{one, 0, {}, {}, bulk}).rejected("lot-not-a-spool");
}

TEST_CASE("lots: a transfer changes where a lot lies, and nothing else") {
  Scenario s = with_spools();
  s.when(inventory::TransferStock{first, {}, main_place, {300'000}}).then({"stock.moved"});
  CHECK(s.workshop.lot(first)->at.at(shelf).milligrams == 700'000);
  CHECK(s.workshop.lot(first)->at.at(main_place).milligrams == 300'000);
  CHECK(s.black().on_hand.milligrams == 2'000'000);
  s.when(inventory::TransferStock{first, {}, main_place, {1}}).rejected("location-needed");
  s.when(inventory::TransferStock{first, shelf, main_place, {700'001}}).rejected("stock-below-zero");
  s.when(inventory::TransferStock{first, shelf, LocationId("nowhere"), {1}}).rejected("not-found");
  s.when(inventory::TransferStock{LotId("S-9"), shelf, main_place, {1}}).rejected("not-found");
  s.given(inventory::TransferStock{first, shelf, main_place, {}});
  CHECK(s.workshop.lot(first)->at.size() == 1);
  s.when(inventory::TransferStock{first, {}, main_place, {}}).nothing_happened();
}

TEST_CASE("lots: a count finds what lies at one location, and the material follows") {
  Scenario s = with_spools();
  s.given(inventory::TransferStock{first, shelf, main_place, {300'000}});
  s.when(inventory::CountLot{first, {}, {1}, ""}).rejected("location-needed");
  s.given(inventory::CountLot{first, main_place, {250'000}, "damp"});
  CHECK(s.last("stock.adjusted").stock_adjusted().reason() == "damp");
  CHECK(left(s, first).milligrams == 950'000);
  CHECK(s.black().on_hand.milligrams == 1'950'000);
  s.when(inventory::CountLot{first, main_place, {250'000}, ""}).nothing_happened();
  s.when(inventory::CountLot{first, main_place, {-1}, ""}).rejected("mass-out-of-range");
}

TEST_CASE("lots: a count that finds less takes back the youngest reservation") {
  Scenario s = with_spools();
  s.given(inventory::CountLot{second, {}, {0}, ""}).given(inventory::CountLot{first, {}, {100'000}, ""});
  const OrderId older = s.paid(black_pieces(), {}, "a");
  const OrderId younger = s.paid(black_pieces(), {}, "b");
  s.given(inventory::CountLot{first, {}, {80'000}, "", true});
  CHECK(inventory::reserved_for(s.black(), s.production_of(older).id).milligrams == 45'300);
  CHECK(inventory::short_of(s.black(), s.production_of(younger).id));
}

TEST_CASE("lots: a spool is weighed with its tare") {
  Scenario s = with_spools();
  s.given(inventory::WeighSpool{first, {}, {1'030'000}});
  CHECK(left(s, first).milligrams == 800'000);
  s.when(inventory::WeighSpool{first, {}, {229'999}}).rejected("below-tare");
  s.given(inventory::ReceiveStock{black, {10}, "", LotId("box")});
  s.when(inventory::WeighSpool{LotId("box"), {}, {300'000}}).rejected("tare-unknown");
}

TEST_CASE("lots: an adjustment names its lot, or takes from the oldest ones; what is found is of none") {
  Scenario s = with_spools();
  s.given(inventory::AdjustStock{{}, {-1'000}, "lost", second, {}});
  CHECK(left(s, second).milligrams == 999'000);
  s.given(inventory::AdjustStock{black, {-1'000'500}, "lost"});
  CHECK(left(s, first).milligrams == 0);
  CHECK(left(s, second).milligrams == 998'500);
  s.given(inventory::AdjustStock{black, {70}, "found"});
  CHECK(left(s, bulk).milligrams == 70);
  CHECK(s.black().on_hand.milligrams == 998'570);
  s.when(inventory::AdjustStock{MaterialId("PLA-white"), {-1}, "", first}).rejected("lot-of-another-material");
  s.when(inventory::AdjustStock{black, {-1}, "lost", first, {}}).rejected("stock-below-zero");
}

TEST_CASE("lots: events from before there were lots fold into the material's own one, and go on from there") {
  Workshop w;
  const auto fold = [&w](events::Event& event) { evolve(w, "material/PLA-black", event, start); };
  events::Event received, consumed, corrected;
  received.mutable_stock_received()->set_material("PLA-black");
  received.mutable_stock_received()->set_milligrams(1'000);
  fold(received);
  consumed.mutable_stock_consumed()->set_material("PLA-black");
  consumed.mutable_stock_consumed()->set_job("j");
  consumed.mutable_stock_consumed()->set_production_order("p");
  consumed.mutable_stock_consumed()->set_milligrams(1'200);
  consumed.mutable_stock_consumed()->set_missing_mg(200);
  fold(consumed);
  CHECK(w.lot(bulk)->on_hand().milligrams == 0);
  corrected.mutable_stock_consumption_corrected()->set_material("PLA-black");
  corrected.mutable_stock_consumption_corrected()->set_job("j");
  corrected.mutable_stock_consumption_corrected()->set_milligrams(700);
  fold(corrected);
  CHECK(w.lot(bulk)->on_hand().milligrams == 300);
  CHECK(w.material(black)->on_hand.milligrams == 300);
  CHECK(inventory::sum(w.material(black)->prints.at(PrintJobId("j")).lots).milligrams == 700);
}

TEST_CASE("lots: a location has a plain name of its own, and may be called something else later") {
  Scenario s;
  s.when(inventory::OpenLocation{shelf, "Shelf"}).then({"location.opened"});
  s.when(inventory::OpenLocation{shelf, "Shelf"}).nothing_happened();
  s.when(inventory::OpenLocation{shelf, "Dry shelf"}).then({"location.opened"});
  s.when(inventory::OpenLocation{LocationId("a b"), ""}).rejected("bad-location-name");
}

}  // namespace layerline::test
