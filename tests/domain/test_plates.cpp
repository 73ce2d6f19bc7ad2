// Print files of several pieces, and which of a product's files is printed where.
#include <doctest/doctest.h>

#include "tests/domain/digest.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const ProductId turtle("turtle");
const ProductionOrderId made("made");

const printing::Job& job_on(const Scenario& s, const PrinterId& printer) {
  REQUIRE_FALSE(s.workshop.printer(printer)->job.empty());
  return s.workshop.jobs.at(s.workshop.printer(printer)->job);
}

// Of the print that the printer was given last.
std::string blob_on(const Scenario& s, const PrinterId& printer) {
  const std::string& job = job_on(s, printer).id.str();
  for (const NewEvent& event : s.journal)
    if (event.event.has_print_dispatched() && event.event.print_dispatched().job() == job) return event.event.print_dispatched().blob();
  return "";
}

void end_print(Scenario& s, const PrinterId& printer, printing::Sight sight = printing::Sight::finished, std::int64_t layer = 0) {
  s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = sight, .layer = layer, .reason = {}});
}

void next_print(Scenario& s, const PrinterId& printer) {
  end_print(s, printer);
  s.given(printing::ClearPlate{printer});
}

PrinterId other_printer(Scenario& s, const std::string& id, const std::string& model) {
  printing::AddPrinter add;
  add.printer = PrinterId(id);
  add.model = model;
  add.serial = add.host = add.access_code = "s";
  s.given(add).given(printing::LoadFilament{add.printer, 0, MaterialId("PLA-black"), {1'000'000}});
  s.given(printing::ObservePrinter{add.printer, "idle", ""}).given(printing::ClearPlate{add.printer});
  return add.printer;
}

// An operator's file of so many pieces, 45 300 mg each.
production::RecordPrintFile plate_of(std::int64_t pieces, const ProductionOrderId& production) {
  production::RecordPrintFile command{.effect = {}, .production = production, .file = {}, .origin = "operator"};
  command.file = {.blob = BlobHash("plate"), .printer_model = "A1", .nozzle_um = 400, .filament_type = "PLA", .mass = {45'300 * pieces},
                  .print_ms = 9'000'000 * pieces, .layers = 200, .pieces = pieces};
  return command;
}

products::SetProductFile profile(const std::string& name, const std::string& printer_model, std::int64_t pieces) {
  models::Facts facts{.kind = "gcode_3mf", .warnings = {}, .printer_model = printer_model, .filament_type = "PLA"};
  return {turtle, name, {BlobHash(name), std::move(facts), 10'000 * pieces, 3'600'000 * pieces, pieces}};
}

// A turtle of 10 g, with these files.
Scenario catalogue(const std::vector<products::SetProductFile>& files) {
  Scenario s;
  s.stock(1'000'000);
  products::DefineProduct define{turtle, "TURTLE", {}};
  define.entry.name = "Turtle";
  s.given(define);
  for (const products::SetProductFile& file : files) s.given(file);
  s.given(products::DefineBom{turtle, {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 10'000}}});
  return s;
}

production::CreateProduction turtles(std::int64_t quantity) {
  return {.production = made, .product = turtle, .quantity = quantity};
}

const production::ProductionOrder& the_turtles(const Scenario& s) { return *s.workshop.production_order(made); }

// As it was written when every print was of one piece.
events::Event of_one_piece(events::Event event) {
  const auto forget = [](auto* told) {
    told->clear_pieces();
    told->clear_plate();
  };
  if (event.has_production_file_attached()) forget(event.mutable_production_file_attached());
  if (event.has_product_file_set()) forget(event.mutable_product_file_set());
  if (event.has_print_dispatched()) forget(event.mutable_print_dispatched());
  if (event.has_production_unit_printed()) event.mutable_production_unit_printed()->clear_quantity();
  if (event.has_production_unit_failed()) event.mutable_production_unit_failed()->clear_quantity();
  return event;
}

}  // namespace

TEST_CASE("plates: one print makes all pieces of its file, and uses what was reserved for them") {
  Scenario s;
  s.stock(1'000'000);
  const PrinterId printer = s.printer();
  const OrderId order = s.paid(black_pieces(5));
  s.when(plate_of(3, s.production_of(order).id)).with("print.dispatched");
  CHECK(s.last("print.dispatched").print_dispatched().pieces() == 3);
  CHECK(s.production_of(order).open == 2);
  CHECK(s.production_of(order).in_progress == 3);
  end_print(s, printer);
  CHECK(s.production_of(order).printed == 3);
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 3 * 45'300);
  CHECK(s.black().reserved.milligrams == 2 * 45'300);
}

TEST_CASE("plates: the last print leaves nothing reserved, and completes its production order") {
  Scenario s;
  s.stock(1'000'000);
  const PrinterId printer = s.printer();
  const OrderId order = s.paid(black_pieces(6));
  s.given(plate_of(3, s.production_of(order).id));
  next_print(s, printer);
  end_print(s, printer);
  CHECK(s.production_of(order).status == production::Status::completed);
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 6 * 45'300);
  CHECK(s.black().reserved.milligrams == 0);
}

TEST_CASE("plates: a print that fails fails all of its pieces, and what it did not use is free at once") {
  Scenario s;
  s.stock(1'000'000);
  const PrinterId printer = s.printer();
  const OrderId order = s.paid(black_pieces(5));
  s.given(plate_of(3, s.production_of(order).id));
  end_print(s, printer, printing::Sight::failed, 100);   // of 200
  CHECK(s.last("production.unit_failed").production_unit_failed().quantity() == 3);
  CHECK(s.production_of(order).failed == 3);
  CHECK(s.black().reserved.milligrams == 2 * 45'300);
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 3 * 45'300 / 2);
  s.given(production::StartProduction{s.production_of(order).id});
  CHECK(s.production_of(order).open == 5);
  CHECK(s.black().reserved.milligrams == 5 * 45'300);
}

TEST_CASE("plates: of a cancelled order's running print all pieces are kept for it until it ends") {
  Scenario s = catalogue({profile("default", "A1", 3)});
  const PrinterId printer = s.printer();
  s.given(turtles(5)).given(production::CancelProduction{made, ""});
  CHECK(s.black().reserved.milligrams == 3 * 10'000);
  end_print(s, printer);
  CHECK(s.workshop.product(turtle)->available() == 3);
  CHECK(s.black().reserved.milligrams == 0);
}

TEST_CASE("plates: more than is open is printed where no other file is, and lies on the shelf for anybody") {
  Scenario s = catalogue({profile("default", "A1", 3)});
  const PrinterId printer = s.printer();
  s.given(turtles(4));
  next_print(s, printer);
  CHECK(job_on(s, printer).pieces == 1);
  CHECK(job_on(s, printer).surplus == 2);
  CHECK(the_turtles(s).open == 0);
  end_print(s, printer);
  CHECK(the_turtles(s).status == production::Status::completed);
  CHECK(the_turtles(s).printed == 4);
  CHECK(the_turtles(s).delivered == 4);
  CHECK(s.workshop.product(turtle)->available() == 6);
  CHECK(s.black().on_hand.milligrams == 1'000'000 - 6 * 10'000);
}

TEST_CASE("plates: a print that fails has no surplus, and neither has what only its customer wants") {
  Scenario s = catalogue({profile("default", "A1", 3)});
  const PrinterId printer = s.printer();
  s.given(turtles(1));
  end_print(s, printer, printing::Sight::failed);
  CHECK(s.workshop.product(turtle)->on_hand == 0);
  CHECK(the_turtles(s).failed == 1);

  Scenario custom;
  custom.stock(1'000'000);
  const PrinterId its = custom.printer();
  const OrderId order = custom.paid(black_pieces());
  custom.given(plate_of(3, custom.production_of(order).id));
  custom.when(printing::ObservePrint{.job = custom.workshop.printer(its)->job, .sight = printing::Sight::finished, .reason = {}})
      .with("units.received", 0);
  CHECK(custom.last("production.unit_printed").production_unit_printed().surplus() == 2);
  CHECK(custom.production_of(order).printed == 1);
}

TEST_CASE("plates: what a print makes too many is not on the shelf while it has to be worked on") {
  Scenario s = catalogue({profile("default", "A1", 3)});
  products::ChangeProduct change{turtle, s.workshop.product(turtle)->entry};
  change.entry.work_steps = {"sanding"};
  s.given(change);
  const PrinterId printer = s.printer();
  s.given(turtles(1));
  end_print(s, printer);
  CHECK(s.last("production.unit_printed").production_unit_printed().surplus() == 2);
  CHECK(s.workshop.product(turtle)->on_hand == 0);
}

TEST_CASE("plates: too many are not made of what others have reserved, and of what comes later they are") {
  Scenario s = catalogue({profile("default", "A1", 3)});
  s.given(inventory::AdjustStock{MaterialId("PLA-black"), {40'000 - 1'000'000}, "count"});
  const ProductionOrderId others("others");
  s.given(turtles(1)).given(production::CreateProduction{.production = others, .product = turtle, .quantity = 3});
  const PrinterId printer = s.printer();
  CHECK(job_on(s, printer).production == others);
  next_print(s, printer);
  CHECK(s.workshop.printer(printer)->job.empty());
  CHECK(the_turtles(s).waits_for == std::vector<std::string>{"material_shortage"});
  s.given(inventory::ReceiveStock{MaterialId("PLA-black"), {20'000}, "delivery"});
  CHECK(job_on(s, printer).production == made);
}

TEST_CASE("plates: every printer prints the file of its profile, whichever the order was created with") {
  Scenario s = catalogue({profile("default", "A1", 1), profile("x1", "X1C", 1)});
  s.given(turtles(2));
  CHECK(the_turtles(s).waits_for == std::vector<std::string>{"no_printer"});
  const PrinterId x1 = other_printer(s, "p-x1", "X1C");
  const PrinterId a1 = s.printer("p-a1");
  CHECK(blob_on(s, x1) == "x1");
  CHECK(blob_on(s, a1) == "default");
}

TEST_CASE("plates: of those that fit, what makes the most of the open pieces is printed, and never too many while there is another") {
  Scenario s = catalogue({profile("default", "A1", 1), profile("four", "A1", 4), profile("six", "X1C", 6)});
  const PrinterId printer = s.printer();
  s.given(turtles(6));
  CHECK(blob_on(s, printer) == "four");
  next_print(s, printer);
  CHECK(blob_on(s, printer) == "default");
  next_print(s, printer);
  CHECK(blob_on(s, printer) == "default");
  CHECK(the_turtles(s).open == 0);
}

TEST_CASE("plates: a printer further back that has a file for what is open comes before one that would print too many") {
  Scenario s = catalogue({profile("default", "A1", 1), profile("four", "X1C", 4)});
  const PrinterId first = other_printer(s, "a", "X1C");
  const PrinterId second = s.printer("b");
  s.given(turtles(1));
  CHECK(s.workshop.printer(first)->job.empty());
  CHECK(blob_on(s, second) == "default");
}

TEST_CASE("plates: a file that needs more room, or another nozzle, than the printer has is left to others") {
  products::SetProductFile wide = profile("wide", "A1", 4);
  wide.file.facts.size_x_um = 300'000;
  products::SetProductFile coarse = profile("coarse", "A1", 2);
  coarse.file.facts.nozzle_um = 600;
  Scenario s = catalogue({profile("default", "A1", 1), wide, coarse});
  const PrinterId printer = s.printer();
  s.given(turtles(4));
  CHECK(blob_on(s, printer) == "default");
}

TEST_CASE("plates: an order waits for the least that is missing for any of its files") {
  Scenario s = catalogue({profile("default", "X1C", 1), profile("a1", "A1", 1)});
  const PrinterId printer = s.printer();
  s.given(printing::ObservePrinter{printer, "offline", ""}).given(turtles(1));
  CHECK(the_turtles(s).waits_for == std::vector<std::string>{"printer_offline"});
}

TEST_CASE("plates: a product's files that are all sliced for another material are not printed") {
  products::SetProductFile petg = profile("default", "A1", 1);
  petg.file.facts.filament_type = "PETG";
  Scenario s = catalogue({petg});
  s.printer();
  s.given(turtles(1));
  CHECK(the_turtles(s).waits_for == std::vector<std::string>{"sliced_for_another_material"});
}

TEST_CASE("plates: an operator's file takes the place of all that the product has") {
  Scenario s = catalogue({profile("default", "A1", 1), profile("four", "A1", 4)});
  s.given(turtles(8)).given(plate_of(2, made));
  CHECK(the_turtles(s).files.size() == 1);
  CHECK(blob_on(s, s.printer()) == "plate");
}

TEST_CASE("plates: what an order was created with stays, whatever the product's files become") {
  Scenario s = catalogue({profile("default", "A1", 1)});
  s.given(turtles(1)).given(products::RemoveProductFile{turtle, "default"});
  CHECK(blob_on(s, s.printer()) == "default");
}

TEST_CASE("plates: a product's time and cost per unit are the file's, divided by its pieces and rounded up") {
  products::SetProductFile three = profile("default", "A1", 3);
  three.file.print_ms = 10'000'000;
  Scenario s = catalogue({three});
  s.given(turtles(1));
  CHECK(the_turtles(s).print_ms_per_unit == 3'333'334);
  const std::int64_t of_three = s.workshop.product(turtle)->unit_cost;
  three.file.pieces = 1;
  s.given(three);
  CHECK(s.workshop.product(turtle)->unit_cost > of_three);
}

TEST_CASE("plates: one print makes 1 to 1000 pieces, and of a model the slicer lays out one") {
  Scenario s = catalogue({profile("default", "A1", 1)});
  s.given(turtles(1));
  production::RecordPrintFile none = plate_of(1, made);
  none.file.pieces = 0;
  s.when(none).rejected("pieces-out-of-range");
  s.when(plate_of(1'001, made)).rejected("pieces-out-of-range");
  s.when(profile("many", "A1", 0)).rejected("pieces-out-of-range");
  s.when(profile("many", "A1", 1'001)).rejected("pieces-out-of-range");
  products::SetProductFile model = profile("model", "", 2);
  model.file.facts.kind = "stl";
  s.when(model).rejected("pieces-out-of-range");
  model.file.pieces = 1;
  s.given(model);
  s.when(profile("default", "A1", 1)).nothing_happened();
  s.when(profile("default", "A1", 2)).with("product.file_set");   // the same file, and now it is known better
}

TEST_CASE("plates: the plate that was said of a file is the one that is printed, and plates are counted from 1") {
  products::SetProductFile second = profile("default", "A1", 1);
  second.file.plate = 2;
  Scenario s = catalogue({profile("default", "A1", 1), second});
  const PrinterId printer = s.printer();
  s.given(turtles(1));
  CHECK(s.last("print.dispatched").print_dispatched().plate() == 2);
  production::RecordPrintFile third = plate_of(1, made);
  third.file.plate = 3;
  end_print(s, printer, printing::Sight::failed);
  s.given(third).given(production::StartProduction{made}).given(printing::ClearPlate{printer});
  CHECK(s.last("print.dispatched").print_dispatched().plate() == 3);
  third.file.plate = second.file.plate = 0;
  s.when(third).rejected("plate-out-of-range");
  s.when(second).rejected("plate-out-of-range");
}

TEST_CASE("plates: events that say nothing of pieces mean one, as they did when there was nothing to say") {
  Scenario s = catalogue({profile("default", "A1", 1)});
  const PrinterId printer = s.printer();
  s.given(turtles(3));
  next_print(s, printer);
  end_print(s, printer, printing::Sight::failed);
  Workshop old;
  for (const NewEvent& event : s.journal) evolve(old, event.stream, of_one_piece(event.event), s.now);
  CHECK(digest(old) == digest(s.workshop));
}

}  // namespace layerline::test
