// When what waits will be printed: the queue in its order, on the printers as they are now. Nothing is decided by it and nothing stored.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/models/model.hpp"
#include "domain/printing/printer.hpp"

namespace layerline::production {

struct Machine {
  printing::Printer printer;
  Time free_at;                    // when what it prints now will have ended
};

// So many equal prints, of one piece or of as many as their file makes.
struct Work {
  std::int64_t pieces = 0;         // prints
  std::int64_t print_ms = 0;       // of one print; 0: not known, so nothing is said
  MaterialId material;             // empty: any
  models::Facts facts;             // its size
  std::string printer_model;       // what it is sliced for; empty: any
  std::int64_t nozzle_um = 0;      // 0: any
  std::optional<Time> ready_at = Time{};   // when all of its material is there; nullopt: nobody can say, so nothing is said
};

struct Expected {
  std::optional<Time> at;          // nullopt: nobody can say
  bool no_printer_fits = false;    // none of the workshop's, whether it can be reached or not
};

// When the last piece of each is printed. The next piece goes to the printer that is free first, of those that fit and can be reached: of
// those that have its material loaded, if any has. What waits for material lets others print meanwhile; from then on it comes before
// those behind it, but ends no print that has begun.
[[nodiscard]] std::vector<Expected> schedule(std::vector<Machine> machines, std::span<const Work> queue, Time now);

}  // namespace layerline::production
