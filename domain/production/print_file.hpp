// The sliced files that a production order is printed from. One print of a file makes all of its pieces.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::production {

struct PrintFile {
  BlobHash blob;
  std::string printer_model;       // empty: any
  std::int64_t nozzle_um = 0;      // 0: any
  std::string filament_type;       // empty: any
  Mass mass;                       // of all its pieces, and so the time
  std::int64_t print_ms = 0;
  std::int64_t layers = 0;
  std::string md5 = {};            // upper case hex, as printers want it; empty: not known yet
  std::int64_t pieces = 1;
  std::int64_t plate = 1;          // of the .gcode.3mf
  std::string profile = {};        // of its product's files it is this one's; empty: it is none of them
  std::int64_t size_x_um = 0;
  std::int64_t size_y_um = 0;
  std::int64_t size_z_um = 0;
};

struct RecordPrintFile {
  EffectId effect;                  // empty: attached by an operator
  ProductionOrderId production;
  PrintFile file;
  std::int64_t height_um = 0;
  std::string origin;               // "sliced", "operator"
};
struct RecordPrintFileRefusal { EffectId effect; ProductionOrderId production; std::string reason; };

[[nodiscard]] Decided decide(const RecordPrintFile&, const Context&);
[[nodiscard]] Decided decide(const RecordPrintFileRefusal&, const Context&);

// The sliced files of its product, or the upload itself if it is sliced; a model goes to the slicer.
[[nodiscard]] Events prepare_file(const ProductionOrderId&, const Context&);

void evolve(Workshop&, const events::PrintFileAttached&, Time);

}  // namespace layerline::production
