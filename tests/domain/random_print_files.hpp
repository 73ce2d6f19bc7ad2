// Print files of one piece and of several, for all printers and for some.
#pragma once

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

[[nodiscard]] std::string any_profile(Dice& dice);
[[nodiscard]] products::PrintFile product_file(Dice& dice, models::Facts facts);
// An operator attaches one; now and then one that is refused.
[[nodiscard]] production::RecordPrintFile print_file_command(Dice& dice, const Workshop& w);

// Finished prints: what a run says something of.
struct PrintCount {
  std::size_t all = 0, of_several = 0, with_surplus = 0;

  void note(const Workshop& w);
  void add(const PrintCount& other);
};

}  // namespace layerline::test
