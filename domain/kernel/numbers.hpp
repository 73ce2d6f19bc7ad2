// The numbers that people read: "Q-2026-042", counted per workshop, kind and year.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "domain/kernel/types.hpp"

namespace layerline {

class Numbers {
 public:
  // The number that follows all noted ones of `prefix` ("Q", "SO", "PO") in the year of `now` (UTC).
  [[nodiscard]] std::string next(std::string_view prefix, Time now) const;
  // Remembers a number that was given.
  void note(std::string_view number);

 private:
  std::map<std::string, std::int64_t, std::less<>> last_;   // "Q-2026" → 42
};

}  // namespace layerline
