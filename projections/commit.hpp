// What a view folds: one accepted commit, decoded and unsealed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schemas/layerline/events.pb.h"

namespace layerline::projections {

struct EventView {
  std::string stream;              // "order/0190…"
  std::uint64_t version = 0;       // of the stream, from 1
  events::Event event;
};

struct Commit {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;        // of its record
  std::int64_t time_ms = 0;        // UTC; the only clock of a fold
  std::string workshop;
  std::string actor;
  std::span<const EventView> events;
};

class Documents;

// What becomes of an event that a view can't fold.
enum class Poison {
  stop,   // the view stands still until it is repaired: it speaks of money
  park,   // the event's streams are left out from there on, and listed for the operator
};

// A read model: a pure fold of commits into documents. Its keys begin with name@version; a new version is folded from the start.
struct View {
  std::string_view name;
  std::uint32_t version = 1;
  Poison poison = Poison::park;
  void (*apply)(const Commit& commit, Documents& documents) = nullptr;
};

// All views, by name.
[[nodiscard]] std::span<const View> all_views();
[[nodiscard]] const View* view_named(std::string_view name);

}  // namespace layerline::projections
