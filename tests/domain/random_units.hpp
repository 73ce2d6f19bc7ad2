// The finished units of a random workshop, counted by what the events say of their batches alone.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "tests/domain/dice.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

// Counts of a product, and its way from one location to another; mostly to one that there is.
[[nodiscard]] Command unit_command(Dice& dice, const ProductId& product);

class UnitLedger {
 public:
  void note(const events::Event& event);
  // Empty: every unit that left was of a batch that lay there, what was made for somebody left for him first, and the shelf holds the rest.
  [[nodiscard]] std::string broken(const Workshop& workshop) const;

 private:
  using Origin = std::tuple<std::string, std::string, std::string>;   // production order, reference, location

  template <class Event>
  void leave(const Event& event, std::int64_t quantity);
  void note_issued(const events::UnitsIssued& event);
  void note_moved(const events::UnitsMoved& event);

  std::map<std::string, std::map<Origin, std::int64_t>> there_;   // by product
  std::map<std::string, std::string> made_for_;                   // holder, by production order
  std::string problem_;                                           // the first one
};

// As it was written when events named no batches, and nothing lay elsewhere.
[[nodiscard]] events::Event without_batches(events::Event event);

}  // namespace layerline::test
