#include "projections/production_spots.hpp"

#include "projections/document.hpp"

namespace layerline::projections::production {
namespace {

// A letter comes after every digit: without a day it is later.
std::string due(const Json& production_order) {
  const std::string_view day = production_order.text("due_date");
  return std::string(day.empty() ? "none" : day);
}

}  // namespace

bool waits(const Json& production_order) {
  const std::string_view status = production_order.text("status");
  return production_order.integer("open") > 0 && status != "completed" && status != "cancelled";
}

std::string lane(const Json& production_order) {
  return std::to_string(production_order.integer("priority")) + "-" + due(production_order);
}

// What waits stands in the order of urgency as the queue.
void set_spots(Documents& documents, Entry& production_order) {
  const Json& json = production_order.json;
  const std::string status(json.text("status"));
  std::vector<Spot> spots{{"by-due_date", "all", due(json)}, {"by-due_date", status, due(json)},
                          {"by-priority", "all", lane(json)}, {"by-priority", status, lane(json)}};
  if (waits(json)) {
    spots.push_back({"by-due_date", "waiting", due(json)});
    spots.push_back({"by-created_at", "waiting", newest_first(production_order.hidden.integer("created_ms"))});
  }
  documents.place(production_order, spots);
}

}  // namespace layerline::projections::production
