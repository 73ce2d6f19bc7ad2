// What a decision may know beside its own aggregate: the time, fresh ids, who asks, and the workshop it is part of. Nothing else.
#pragma once

#include <string>

#include "domain/kernel/types.hpp"

namespace layerline {

struct Workshop;   // domain/workshop/workshop.hpp

// Fresh UUIDv7s; seeded in simulations.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual std::string next(Time now) = 0;
};

struct Context {
  Time now;
  const Workshop& workshop;
  IdSource& ids;
  const std::string& actor;   // "operator:4f1c…", "customer:…", "worker:slicer", "timer"
};

}  // namespace layerline
