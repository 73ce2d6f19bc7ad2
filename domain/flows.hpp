// Every status flow of the workshop as a table: what a thing may be, which event takes it from one state to another, and what other
// documents call its states. domain/STATUS.md is drawn from here; the tests hold the tables against random workshops, both ways.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/words.hpp"
#include "schemas/layerline/events.pb.h"

namespace layerline {
struct Workshop;
}

namespace layerline::flows {

// An event that leaves the state as it is has no step.
struct Step {
  std::string_view from;                  // empty: there was no such thing
  events::Event::KindCase event;
  std::string_view to;                    // empty: there is no longer
};

// One machine per thing.
struct Machine {
  std::string_view name;                  // "order"
  std::string_view about;
  std::string_view id;                    // the field by which its events name the thing
  std::vector<std::string_view> states;   // in the order in which they are drawn
  std::vector<Step> steps;
  std::string_view (*state)(const Workshop&, const std::string& id);   // as the fold has it
};

// What a document calls the states of a machine; without a machine: events.
struct View {
  std::string_view document, thing, machine;
  std::span<const words::Word> words;
};

[[nodiscard]] const std::vector<Machine>& machines();
[[nodiscard]] const std::vector<View>& views();
[[nodiscard]] std::string type_of(events::Event::KindCase event);   // "order.paid"

}  // namespace layerline::flows
