// Holds the tables of domain/flows.hpp against what happens: every change of a state is a step of its machine, and no step never happens.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "domain/flows.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {

class FlowWatch {
 public:
  // Folds the event into the workshop, and notes the steps that it is.
  void fold(Workshop& workshop, const NewEvent& event, Time at);
  // Folds everything that was decided in the scenario.
  void see(const Scenario& scenario);
  void add(const FlowWatch& other);

  // "order: SHIPPED, order.queued, QUEUED": it happened, and is in no table.
  [[nodiscard]] const std::set<std::string>& unknown() const { return unknown_; }
  // In a table, and it never happened.
  [[nodiscard]] std::set<std::string> never() const;
  // What changed its state by an event that does not name it; empty: nothing.
  [[nodiscard]] std::string unnoticed(const Workshop& workshop) const;

 private:
  std::set<std::string> seen_, unknown_;
  std::map<std::pair<const flows::Machine*, std::string>, std::string> last_;   // state of every thing that was named
};

// Each thing at each of its states, and each command that could move it from there: what random workshops do too seldom is among it.
void see_every_step(FlowWatch& watch);

}  // namespace layerline::test
