// Why a process can't start.
#pragma once

#include <string>
#include <utility>

namespace layerline::app {

struct StartError {
  StartError(std::string sentence, bool passing = false) : why(std::move(sentence)), may_pass(passing) {}   // NOLINT: a sentence is one
  std::string why;
  bool may_pass;                                 // the brokers can't be used now: the same start may succeed later
};

}  // namespace layerline::app
