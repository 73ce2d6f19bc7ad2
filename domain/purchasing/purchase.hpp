// A purchase order: what is bought from whom. What arrives is received into the stock in the same step.
//   DRAFT or SUGGESTED → ORDERED → PARTLY_RECEIVED → RECEIVED, or CANCELLED before all of it has come
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/mrp/item.hpp"

namespace layerline::purchasing {

enum class Status { draft, suggested, ordered, partly_received, received, cancelled };

struct Line {
  std::string id;                // within the purchase order: "1", "2"…
  mrp::Item item;
  std::int64_t quantity = 0;     // milligrams or pieces
  std::int64_t received = 0;
  std::int64_t unit_cost = 0;    // of a kilogram or of a piece; 0: not known

  [[nodiscard]] std::int64_t open() const { return quantity - received; }
};

struct Purchase {
  PurchaseId id;
  std::string number;            // "PUR-2026-001"
  Status status = Status::draft;
  SupplierId supplier;           // empty: nobody was chosen yet
  std::vector<Line> lines;
  Time due;
};

// ---- commands ----

struct WantedLine { std::string item; std::int64_t quantity = 0, unit_cost = 0; };   // the item by its id or its SKU
struct DraftPurchase { PurchaseId purchase; SupplierId supplier; std::vector<WantedLine> lines; Time due; };   // due 0: by the lead times
// Ordered from a supplier, perhaps in other quantities than it was suggested. None of them: as it stands. Ordered already, and nothing has
// come: the supplier says another day.
struct OrderedLine { std::string line; std::int64_t quantity = 0, unit_cost = -1; };
struct PlacePurchase { PurchaseId purchase; SupplierId supplier; std::vector<OrderedLine> lines; Time due; };
// Part of a line; its spools are told apart by a lot each. Without a location it goes where the whole receipt does.
struct ReceivedLine {
  std::string line;
  std::int64_t quantity = 0;
  LotId lot = {};                // of a material, and new with it
  LocationId location = {};
  Mass tare = {};                // of the empty spool; 0: it is not weighed
  std::string supplier_lot = {};
};
// No lines: all that is open. No location: the main one.
struct ReceivePurchase { PurchaseId purchase; std::vector<ReceivedLine> lines; std::string reference; LocationId location = {}; };
struct CancelPurchase { PurchaseId purchase; };

// ---- decisions ----

[[nodiscard]] Decided decide(const DraftPurchase&, const Context&);
[[nodiscard]] Decided decide(const PlacePurchase&, const Context&);
[[nodiscard]] Decided decide(const ReceivePurchase&, const Context&);
[[nodiscard]] Decided decide(const CancelPurchase&, const Context&);

// A material is below its alert level: what is missing is suggested, beyond what is on its way or suggested already.
[[nodiscard]] Events suggest(const MaterialId&, const Context&);
// Every hour: what is missing by the rules, or for whom waits, and is not on its way is suggested, and told if nobody was told yet. What is
// made for the shelf is told only.
[[nodiscard]] Events check_stock(const Context&);
// One line of what planning found to be missing; the caller says for whom.
[[nodiscard]] events::PurchaseDrafted& draft(const PurchaseId&, std::string_view origin, const mrp::Item&, std::int64_t quantity, Time due,
                                             Events&, const Context&);
// The purchase order with these events on it is ordered as it stands.
void note_placed(const events::PurchaseDrafted&, const SupplierId&, Events&, const Context&);

// ---- queries ----

[[nodiscard]] std::string_view name(Status);   // "partly_received"
[[nodiscard]] bool over(Status);

void evolve(Workshop&, const events::PurchaseDrafted&, Time);
void evolve(Workshop&, const events::PurchasePlaced&, Time);
void evolve(Workshop&, const events::PurchaseReceived&, Time);
void evolve(Workshop&, const events::PurchaseCancelled&, Time);

}  // namespace layerline::purchasing
