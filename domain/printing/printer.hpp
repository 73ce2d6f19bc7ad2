// Printers: what they are, what they are loaded with, and the plate gate that every end of a print closes until an operator opens it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/models/model.hpp"

namespace layerline::printing {

struct Filament {
  MaterialId material;
  Mass mass;             // what the spool still holds, by our books; of a known lot: what is left of that
  LotId lot = {};
};

struct Printer {
  PrinterId id;
  std::string name;
  std::string model;
  std::int64_t nozzle_um = 0;
  std::int64_t bed_x_um = 0;
  std::int64_t bed_y_um = 0;
  std::int64_t bed_z_um = 0;
  std::optional<std::int64_t> price_per_hour = {};   // minor units; none: as the workshop's rules say
  std::string status = "offline";             // as the session reports it; only "idle" takes a print
  bool plate_clear = false;                   // a new printer's plate is confirmed by an operator, once
  std::map<std::int64_t, Filament> slots;
  PrintJobId job;                             // the print it is on, or whose end is unknown
};

// ---- commands ----

struct AddPrinter {
  PrinterId printer;
  std::string name, model, serial, host, access_code, pin;   // access_code is a secret: sealed under the printer's own key
  std::int64_t nozzle_um = 400, bed_x_um = 256'000, bed_y_um = 256'000, bed_z_um = 256'000;
  std::uint32_t mqtt_port = 8883, ftps_port = 990;
  std::optional<std::int64_t> price_per_hour = {};           // minor units; none: as the workshop's rules say
};
// What is not said stays as it is.
struct ChangePrinter {
  PrinterId printer;
  std::optional<std::string> name;
  std::optional<std::int64_t> bed_x_um, bed_y_um, bed_z_um;
  std::optional<std::int64_t> price_per_hour;
};
// With its lot, the spool's material and mass are known.
struct LoadFilament { PrinterId printer; std::int64_t slot = 0; MaterialId material; Mass mass; LotId lot = {}; };
struct ClearPlate { PrinterId printer; };
struct ObservePrinter { PrinterId printer; std::string status, detail; };

// ---- decisions ----

[[nodiscard]] Decided decide(const AddPrinter&, const Context&);
[[nodiscard]] Decided decide(const ChangePrinter&, const Context&);
[[nodiscard]] Decided decide(const LoadFilament&, const Context&);
[[nodiscard]] Decided decide(const ClearPlate&, const Context&);
[[nodiscard]] Decided decide(const ObservePrinter&, const Context&);

// ---- queries ----

[[nodiscard]] bool fits(const Printer&, std::int64_t size_x_um, std::int64_t size_y_um, std::int64_t size_z_um);
[[nodiscard]] bool fits(const Printer&, const models::Facts&);
// It can be told to print, now or when it is free.
[[nodiscard]] bool reachable(const Printer&);
[[nodiscard]] Mass left_of(const Workshop&, const Filament&);
[[nodiscard]] const Printer* first_that_fits(const Workshop&, const models::Facts&);

void evolve(Workshop&, const events::PrinterAdded&, Time);
void evolve(Workshop&, const events::PrinterChanged&, Time);
void evolve(Workshop&, const events::PrinterStatusChanged&, Time);
void evolve(Workshop&, const events::FilamentLoaded&, Time);
void evolve(Workshop&, const events::PlateGateClosed&, Time);
void evolve(Workshop&, const events::PlateCleared&, Time);

}  // namespace layerline::printing
