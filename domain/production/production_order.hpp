// A production order: so many pieces of one part of an order, in one material. One print makes as many of them as its file has.
// Pieces are open (to be printed), in progress, printed or failed (an operator starts them again).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/kernel/urgency.hpp"
#include "domain/models/model.hpp"
#include "domain/production/print_file.hpp"
#include "domain/production/work_step.hpp"

namespace layerline::production {

enum class Status { queued, printing, completed, failed, cancelled };

struct ProductionOrder {
  ProductionOrderId id;
  std::string number;
  OrderId order;
  ProductId product;
  ModelId model;
  MaterialId material;
  models::Facts facts;
  Status status = Status::queued;
  Urgency urgency;
  std::int64_t quantity = 0;             // less what was scrapped and is not made again
  std::int64_t open = 0;
  std::int64_t in_progress = 0;
  std::int64_t printed = 0;
  std::int64_t failed = 0;
  Mass mass_per_unit;
  std::int64_t scrap_ppm = 0;            // of its material, besides
  std::int64_t print_ms_per_unit = 0;
  std::int64_t infill_percent = 20;
  std::vector<PrintFile> files;          // each is as good as the others, on the printers that it fits
  std::vector<std::string> waits_for;    // why it is not dispatched, as last noted
  std::string line;                      // of the order
  std::string holder;                    // who gets the finished units; empty: the stock
  std::vector<ProductionOrderId> components;   // that make for it
  std::int64_t bom_version = 0;          // that it is made by; 0: it has none
  std::int64_t delivered = 0;            // finished units that the stock has received
  std::int64_t assembled = 0;            // printed pieces that hold their components, as of the last completion
  std::int64_t photos = 0;               // of its quality check, if it was made for the stock
  std::int64_t passed = 0;               // pieces that were there when its last check passed
  std::vector<WorkStep> steps;           // in the order in which they are done
};

// ---- commands ----

struct StartProduction { ProductionOrderId production; };      // prints failed pieces again
// Pieces that are open or have failed were made by other means: all of them, or so many.
struct CompleteProduction { ProductionOrderId production; std::optional<std::int64_t> quantity = std::nullopt; };
// For the stock, by an operator or by planning. Its components get orders of their own where none are on hand.
struct CreateProduction {
  ProductionOrderId production;
  ProductId product;
  std::int64_t quantity = 1;
  bool rush = false;
  AskedUrgency urgency = {};
};

// ---- decisions ----

[[nodiscard]] Decided decide(const StartProduction&, const Context&);
[[nodiscard]] Decided decide(const CompleteProduction&, const Context&);
[[nodiscard]] Decided decide(const CreateProduction&, const Context&);

// The production orders of a paid or released order, and the order's step into the queue.
[[nodiscard]] Events create_for(const OrderId&, const Context&);
[[nodiscard]] Events cancel(const ProductionOrderId&, const Context&);
void reprint(const ProductionOrderId&, std::int64_t quantity, const Context&, Events& out);
// Once all pieces are printed and all that goes into them is there.
[[nodiscard]] Events complete_if_done(const ProductionOrderId&, const Context&);

[[nodiscard]] bool over(const ProductionOrder&);   // completed or cancelled
// What so many of its pieces take, with what is thrown away.
[[nodiscard]] Mass mass_of(const ProductionOrder&, std::int64_t pieces);

void evolve(Workshop&, const events::ProductionOrderCreated&, Time);
void evolve(Workshop&, const events::ProductionDeferred&, Time);
void evolve(Workshop&, const events::ProductionUnitPrinted&, Time);
void evolve(Workshop&, const events::ProductionUnitFailed&, Time);
void evolve(Workshop&, const events::ProductionPiecesMade&, Time);
void evolve(Workshop&, const events::ProductionReprintNeeded&, Time);
void evolve(Workshop&, const events::ProductionCompleted&, Time);
void evolve(Workshop&, const events::ProductionCancelled&, Time);

// The waiting production orders in the order in which they are served: the most urgent first, then the oldest.
struct QueueKey {
  Urgency urgency;
  std::string id;
  friend bool operator<(const QueueKey& a, const QueueKey& b) { return a.urgency != b.urgency ? a.urgency < b.urgency : a.id < b.id; }
};
void requeue(Workshop&, const ProductionOrder&);

}  // namespace layerline::production
