#include "tests/domain/random_print_files.hpp"

#include <fmt/format.h>

namespace layerline::test {

std::string any_profile(Dice& dice) { return dice.chance(60) ? "default" : dice.chance(50) ? "small" : "large"; }

products::PrintFile product_file(Dice& dice, models::Facts facts) {
  if (facts.sliced() && dice.chance(30)) facts.printer_model = dice.chance(50) ? "A1" : "X1";
  const std::int64_t pieces = dice.chance(50) ? 1 : dice.chance(95) ? 2 + dice.upto(2) : 0;
  const BlobHash blob(fmt::format("b{}", dice.upto(3)));
  return {.blob = blob, .facts = std::move(facts), .milligrams = dice.upto(9'000), .print_ms = 9, .pieces = pieces};
}

production::RecordPrintFile print_file_command(Dice& dice, const Workshop& w) {
  production::RecordPrintFile command;
  command.production = dice.key_of(w.production);
  command.origin = "operator";
  command.file.blob = BlobHash("b");
  command.file.printer_model = dice.chance(90) ? "A1" : "X1";
  command.file.nozzle_um = 400;
  command.file.filament_type = "PLA";
  command.file.mass = {dice.upto(60'000)};
  command.file.print_ms = 1000;
  command.file.layers = dice.upto(100);
  command.file.pieces = dice.chance(90) ? 1 + dice.upto(4) : 0;
  return command;
}

void PrintCount::note(const Workshop& w) {
  for (const auto& [id, job] : w.jobs) {
    if (job.status != printing::JobStatus::finished) continue;
    all += 1;
    of_several += job.pieces > 1 ? 1 : 0;
    with_surplus += job.surplus > 0 ? 1 : 0;
  }
}

void PrintCount::add(const PrintCount& other) {
  all += other.all;
  of_several += other.of_several;
  with_surplus += other.with_surplus;
}

}  // namespace layerline::test
