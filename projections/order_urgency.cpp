#include "projections/order_urgency.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace layerline::projections::orders {

using store::Json;

void show_urgency(Json& order) {
  std::int64_t priority = 0;   // 0: there is none
  std::string due;             // days as text are in the order of time
  for (const Json& line : order["production_orders"].items()) {
    const std::string_view status = line.text("status");
    if (status == "completed" || status == "cancelled") continue;
    const std::string_view day = line.text("due_date");
    priority = priority == 0 ? line.integer("priority") : std::min(priority, line.integer("priority"));
    if (!day.empty() && (due.empty() || day < due)) due = day;
  }
  if (priority == 0) return;
  order["priority"] = priority;
  order["due_date"] = due.empty() ? Json() : Json(due);
}

}  // namespace layerline::projections::orders
