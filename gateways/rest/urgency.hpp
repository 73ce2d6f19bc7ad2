// "priority" and "due_date" of a request: what is to be made first.
#pragma once

#include "domain/kernel/urgency.hpp"
#include "gateways/rest/body.hpp"

namespace layerline::rest {

// A "due_date" that is null takes the day away.
[[nodiscard]] inline AskedUrgency read_urgency(Body& body) {
  AskedUrgency urgency;
  if (body.has("priority")) urgency.priority = body.integer("priority", 0);
  urgency.due = body.is_null("due_date") ? Time{} : body.day("due_date");
  return urgency;
}

}  // namespace layerline::rest
