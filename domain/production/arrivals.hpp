// When what is missing of a material, or of a bought part, will be there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "domain/kernel/types.hpp"

namespace layerline::production {

struct Delivery {
  Time due;
  std::int64_t quantity = 0;
};

struct Coming {
  std::int64_t available = 0;                  // lies there, and is nobody's
  std::vector<Delivery> ordered;               // from suppliers
  std::optional<std::int64_t> lead_time_days;  // of what is not ordered yet; nullopt: nobody said
};

// When each of those that wait has all that it is short of; nullopt: nobody can say. They are served as the stock serves them: in this
// order, and nobody overtakes. What is due on a day is there at its end. What is overdue may come any day: at the end of today, so that the
// date moves with each day on which it does not come.
[[nodiscard]] std::vector<std::optional<Time>> arrivals(std::span<const std::int64_t> short_by, Coming coming, Time now);

}  // namespace layerline::production
