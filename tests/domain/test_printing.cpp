#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using printing::ObservePrint;
using printing::Sight;
namespace {
ObservePrint sight(const PrintJobId& job, Sight what, std::int64_t percent = 0, std::int64_t layer = 0) {
  return {.job = job, .sight = what, .percent = percent, .layer = layer, .reason = {}};
}
std::string waits_for(const Scenario& s, const OrderId& order) {
  return fmt::format("{}", fmt::join(s.production_of(order).waits_for, " "));
}
}  // namespace

TEST_CASE("printing: every condition of a dispatch that is not met is told, and the last one met dispatches") {
  Scenario s;
  s.stock(0);
  const OrderId order = s.paid(black_pieces());
  const ProductionOrderId production = s.production_of(order).id;
  CHECK(waits_for(s, order) == "no_print_file material_shortage");
  s.sliced(production);
  CHECK(waits_for(s, order) == "material_shortage");
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {1'000'000}, ""});
  CHECK(waits_for(s, order) == "no_printer");
  printing::AddPrinter add;
  add.printer = PrinterId("p");
  add.model = "X1C";
  add.nozzle_um = 600;
  add.bed_x_um = 50'000;
  add.serial = add.host = add.access_code = "s";
  add.bed_y_um = 50'000;
  s.given(add);
  CHECK(waits_for(s, order) ==
        "too_large_for_printer sliced_for_another_model nozzle_differs material_not_loaded printer_offline plate_not_clear");
  add.bed_x_um = add.bed_y_um = 256'000;
  add.model = "A1";
  add.nozzle_um = 400;
  s.given(add).given(printing::LoadFilament{add.printer, 0, MaterialId("PLA-black"), {10}});
  CHECK(waits_for(s, order) == "not_enough_filament_loaded printer_offline plate_not_clear");
  s.given(printing::LoadFilament{add.printer, 0, MaterialId("PLA-black"), {1'000'000}})
      .given(printing::ObservePrinter{add.printer, "idle", ""});
  CHECK(waits_for(s, order) == "plate_not_clear");
  s.given(orders::HoldOrder{order, ""});
  CHECK(waits_for(s, order) == "order_on_hold");
  s.given(printing::ClearPlate{add.printer});
  s.when(orders::ResumeOrder{order}).with("print.dispatched");
  CHECK(waits_for(s, order).empty());
}

TEST_CASE("printing: a file sliced for another material is not printed") {
  Scenario s;
  s.stock(1'000'000);
  s.printer();
  const OrderId order = s.paid(black_pieces());
  s.given(production::RecordPrintFile{EffectId(), s.production_of(order).id, {BlobHash("b"), "", 0, "PETG", {1000}, 1, 1}, 0, "operator"});
  CHECK(waits_for(s, order) == "sliced_for_another_material");
}

TEST_CASE("printing: a printer's new volume takes at once what did not fit before, and not what no longer fits") {
  Scenario s;
  s.stock(1'000'000);
  const PrinterId printer = s.printer();
  printing::ChangePrinter change{.printer = printer, .name = {}, .bed_x_um = {}, .bed_y_um = {}, .bed_z_um = 90'000, .price_per_hour = {}};
  s.when(change).then({"printer.changed"});
  const OrderId order = s.paid(black_pieces());   // 100 mm each way
  s.sliced(s.production_of(order).id);
  CHECK(waits_for(s, order) == "too_large_for_printer");
  change.bed_z_um = 100'000;
  s.when(change).with("printer.changed").with("print.dispatched");
  CHECK(s.workshop.printer(printer)->bed_x_um == 256'000);
}

TEST_CASE("printing: what is not said of a printer stays, and the same again is nothing new") {
  Scenario s;
  s.stock(0);
  const PrinterId printer = s.printer();
  printing::ChangePrinter change{.printer = printer, .name = "left", .bed_x_um = {}, .bed_y_um = {}, .bed_z_um = {}, .price_per_hour = {}};
  s.when(change).then({"printer.changed"});
  CHECK(s.last("printer.changed").printer_changed().currency().empty());   // costs what the rules say
  change.price_per_hour = 0;
  s.when(change).then({"printer.changed"});
  CHECK(s.last("printer.changed").printer_changed().currency() == "USD");
  s.when(change).nothing_happened();
  change.name = std::nullopt;
  change.price_per_hour = std::nullopt;
  s.when(change).nothing_happened();
  CHECK(s.workshop.printer(printer)->name == "left");
  CHECK(s.workshop.printer(printer)->price_per_hour == 0);
}

TEST_CASE("printing: a printer has a name, a volume, and no price below 0") {
  Scenario s;
  s.stock(0);
  const printing::ChangePrinter same{.printer = s.printer(), .name = "left", .bed_x_um = {}, .bed_y_um = {}, .bed_z_um = {},
                                     .price_per_hour = {}};
  s.given(same);
  const auto rejected = [&](const std::string& type, auto&& spoil) {
    printing::ChangePrinter change = same;
    spoil(change);
    s.when(change).rejected(type);
  };
  rejected("printer-incomplete", [](auto& change) { change.name = ""; });
  rejected("volume-out-of-range", [](auto& change) { change.bed_y_um = 0; });
  rejected("volume-out-of-range", [](auto& change) { change.bed_z_um = 10'000'001; });
  rejected("price-out-of-range", [](auto& change) { change.price_per_hour = -1; });
  rejected("not-found", [](auto& change) { change.printer = PrinterId("none"); });
}

TEST_CASE("printing: when much becomes possible at once every printer gets one job") {
  Scenario s;
  s.stock(0);
  s.printer("p1");
  s.printer("p2");
  for (int i = 0; i < 100; ++i) s.sliced(s.production_of(s.paid(black_pieces(), {}, fmt::format("q{:03}", i))).id);
  s.when(inventory::ReceiveStock{MaterialId("PLA-black"), {10'000'000}, ""}).with("stock.reserved", 100).with("print.dispatched", 2);
}

TEST_CASE("printing: many orders that wait for something else do not keep a printer from the one that it can make") {
  Scenario s;
  s.stock(10'000'000);
  s.given(inventory::DefineMaterial{"PLA", "white", "", {1}});
  auto white = black_pieces();
  white.colour = "white";
  for (int i = 0; i < 70; ++i) s.paid(white, {}, fmt::format("q{:03}", i));
  s.printer();
  const OrderId order = s.paid(black_pieces(), {}, "last");
  s.sliced(s.production_of(order).id);
  s.with("print.dispatched");
}

TEST_CASE("printing: a finished print uses its file's grams once, closes the plate, and the next waits for an operator") {
  Scenario s;
  const PrintJobId job = s.printing();
  const OrderId next = s.paid(black_pieces(), {}, "next");
  s.sliced(s.production_of(next).id);
  CHECK(waits_for(s, next) == "printer_busy");
  s.when(printing::ClearPlate{PrinterId("p1")}).nothing_happened();   // it is not closed while it prints
  s.when(sight(job, Sight::finished)).with("print.finished").with("printer.plate_closed").with("stock.consumed").with("order.printed");
  CHECK(s.last("stock.consumed").stock_consumed().origin() == "sliced");
  CHECK(s.black().on_hand.milligrams == 954'700);
  CHECK(waits_for(s, next) == "plate_not_clear");
  s.when(sight(job, Sight::finished)).nothing_happened();
  s.when(sight(job, Sight::failed, 0, 10)).nothing_happened();   // the first end wins
  s.when(printing::ClearPlate{PrinterId("p1")}).with("print.dispatched");
}

TEST_CASE("printing: a broken off print uses the share of its layers and frees the rest in the same commit") {
  for (const Sight end : {Sight::failed, Sight::cancelled}) {
    Scenario s;
    const PrintJobId job = s.printing();
    s.when(sight(job, end, 0, 50)).with("stock.consumed").with("stock.released").with("printer.plate_closed");
    CHECK(s.last("stock.consumed").stock_consumed().origin() == "partial");
    CHECK(s.last("stock.consumed").stock_consumed().milligrams() == 11'325);   // 50 of 200 layers
    CHECK(s.black().reserved.milligrams == 0);
    CHECK(s.black().on_hand.milligrams == 988'675);
    s.when(production::StartProduction{s.workshop.job(job)->production}).with("stock.reserved");
    CHECK(s.black().reserved.milligrams == 45'300);
  }
}

TEST_CASE("printing: progress is kept in steps of 5 % only") {
  Scenario s;
  const PrintJobId job = s.printing();
  int kept = 0;
  for (int percent = 0; percent <= 100; ++percent) {
    s.given(sight(job, Sight::progress, percent, 2 * percent));
    kept += static_cast<int>(s.answer->size());
  }
  CHECK(kept == 20);
}

TEST_CASE("printing: an end that nobody saw keeps the printer until an operator, or later evidence, tells it") {
  Scenario s;
  const PrintJobId job = s.printing();
  s.when(printing::ResolvePrint{job, printing::Resolution::finished}).rejected("end-not-unknown");
  s.when(sight(job, Sight::end_unknown)).with("print.end_unknown").with("stock.consumed", 0);
  s.when(sight(job, Sight::end_unknown)).nothing_happened();
  s.when(printing::ClearPlate{PrinterId("p1")}).rejected("end-unknown");
  s.when(printing::ResolvePrint{job, printing::Resolution::failed, 100}).with("print.failed").with("stock.consumed");
  CHECK(s.last("print.failed").print_failed().by() == "operator:1");

  Scenario later;
  const PrintJobId other = later.printing();
  later.given(sight(other, Sight::end_unknown));
  later.when(sight(other, Sight::finished)).with("print.finished").with("stock.consumed");
}

}  // namespace layerline::test
