// A sales order: one machine from the uploaded model to the end. Other documents' words for its states are views of this one.
//   QUOTED → PAID → QUEUED → PRINTING → PRINTED → QUALITY_CHECK → READY_TO_SHIP → SHIPPED → DELIVERED → COMPLETE
//   It is SHIPPED with its last parcel; what leaves before, while the rest is made, changes no state.
//   An order that an operator releases goes from QUOTED to QUEUED and is paid later. On hold, nothing of it is dispatched.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/kernel/urgency.hpp"
#include "domain/orders/address.hpp"
#include "domain/orders/buyer.hpp"
#include "domain/orders/lines.hpp"
#include "domain/orders/shop_order.hpp"

namespace layerline::quotes { struct Quote; }

namespace layerline::orders {

enum class Status {
  quoted, paid, queued, printing, printed, quality_check, ready_to_ship, shipped, delivered, complete, cancelled, refunded
};

struct Order {
  OrderId id;
  std::string number;
  QuoteId quote;
  std::string quote_number;
  ProductId product;
  CustomerId customer;
  PaymentId payment;
  std::string customer_mail;      // personal
  std::string customer_name;      // personal
  BuyerKind buyer = BuyerKind::person;
  std::string company;            // personal; of a business
  Status status = Status::quoted;
  bool paid = false;
  bool released = false;
  bool held = false;
  std::int64_t quantity = 0;
  std::int64_t total = 0;
  std::vector<ProductionOrderId> production;
  ShipmentId label;               // asked for, and not on its way yet
  std::vector<ShipmentId> parcels;    // that have left, the last one last
  std::int64_t sent = 0;          // pieces in them
  Address ship_to;                // personal
  // Of an order with lines:
  std::string source;             // "squarespace"
  std::string shop;
  std::string external_id;        // the source's own
  std::string external_number;
  std::vector<Line> lines;        // none: of a quote
  Urgency urgency;                // of what is made for it
  std::int64_t last_line = 0;     // the highest id that a line ever had
  std::int64_t shipping = 0;      // part of the total
  std::optional<ShopReport> report;   // what the source said last; none: it is not asked
  Time modified;                  // by the source's clock
  std::int64_t refunded_there = 0;    // cumulative
  std::string carrier_there;      // of a fulfilment made by the source
  std::string tracking_there;
  bool short_of_stock = false;    // the shelf did not have all of its stocked products when it was paid
  std::int64_t photos = 0;        // of its quality check
  bool waits_for_stock = false;   // its customer said that he waits
};

// ---- commands ----

struct ReleaseOrder { OrderId order; std::string reason; };
struct HoldOrder { OrderId order; std::string reason; };
struct ResumeOrder { OrderId order; };
struct CancelOrder { OrderId order; std::string reason; };
struct ChangeShipping { OrderId order; Address ship_to; };
struct StartQualityCheck { OrderId order; };
struct PassQualityCheck { OrderId order; };
struct FailQualityCheck {
  OrderId order;
  std::string reason;
  std::int64_t reprint_quantity = 1;
  std::string line = {};          // if the order has several
  std::vector<std::string> defects = {};   // codes: "stringing", "warped"
  std::vector<ProductionOrderId> production = {};   // whose pieces are bad; none: each part's
};
struct CompleteOrder { OrderId order; };
// What becomes of an order that the shelf could not serve: it waits until the rest is made, or ends and is paid back.
struct AnswerShortage { OrderId order; bool refund = false; };

// ---- decisions ----

[[nodiscard]] Decided decide(const ReleaseOrder&, const Context&);
[[nodiscard]] Decided decide(const HoldOrder&, const Context&);
[[nodiscard]] Decided decide(const ResumeOrder&, const Context&);
[[nodiscard]] Decided decide(const CancelOrder&, const Context&);
[[nodiscard]] Decided decide(const ChangeShipping&, const Context&);
[[nodiscard]] Decided decide(const StartQualityCheck&, const Context&);
[[nodiscard]] Decided decide(const PassQualityCheck&, const Context&);
[[nodiscard]] Decided decide(const FailQualityCheck&, const Context&);
[[nodiscard]] Decided decide(const CompleteOrder&, const Context&);
[[nodiscard]] Decided decide(const AnswerShortage&, const Context&);

[[nodiscard]] Events place(const quotes::Quote&, const OrderId&, const ProductId&, const Address&, const Context&);
[[nodiscard]] Events pay(const OrderId&, const PaymentId&, const Context&);
[[nodiscard]] Events print_started(const OrderId&, const Context&);
// All production orders are complete, and no line waits: printed.
[[nodiscard]] Events production_completed(const OrderId&, const Context&);
// Nothing more is made for a line of an order, or for all of it, and the units that it holds are free.
[[nodiscard]] Events stop_making(const Order&, const Line&, const Context&);
[[nodiscard]] Events stop_making(const Order&, const Context&);
// An order of which nothing is left to send is shipped, and delivered if its parcels are.
[[nodiscard]] Events close_if_sent(const OrderId&, const Context&);
// The units that lie in a parcel have left the workshop; with the last parcel, all that were held.
[[nodiscard]] Events issue_units(const events::OrderPartlyShipped&, const Context&);
[[nodiscard]] Events issue_units(const events::OrderShipped&, const Context&);
[[nodiscard]] Events refunded(const OrderId&, const PaymentId&, const Context&);

// ---- queries ----

[[nodiscard]] std::string_view name(Status);   // "READY_TO_SHIP"
[[nodiscard]] bool over(Status);               // nothing will be made or sent any more
[[nodiscard]] const Line* line(const Order&, std::string_view id);
// What has not left yet, line by line.
[[nodiscard]] std::vector<Piece> left(const Order&);
[[nodiscard]] std::optional<ShopReport> report_from(std::string_view name);
void note_held_lines(Workshop&, const Order&);

void evolve(Workshop&, const events::OrderPlaced&, Time);
void evolve(Workshop&, const events::OrderReleased&, Time);
void evolve(Workshop&, const events::OrderPaid&, Time);
void evolve(Workshop&, const events::OrderQueued&, Time);
void evolve(Workshop&, const events::OrderPrinting&, Time);
void evolve(Workshop&, const events::OrderPrinted&, Time);
void evolve(Workshop&, const events::OrderQualityCheckStarted&, Time);
void evolve(Workshop&, const events::OrderQualityFailed&, Time);
void evolve(Workshop&, const events::OrderReadyToShip&, Time);
void evolve(Workshop&, const events::OrderShipped&, Time);
void evolve(Workshop&, const events::OrderDelivered&, Time);
void evolve(Workshop&, const events::OrderCompleted&, Time);
void evolve(Workshop&, const events::OrderHeld&, Time);
void evolve(Workshop&, const events::OrderResumed&, Time);
void evolve(Workshop&, const events::OrderCancelled&, Time);
void evolve(Workshop&, const events::OrderRefunded&, Time);
void evolve(Workshop&, const events::OrderShippingChanged&, Time);
void evolve(Workshop&, const events::OrderShortOfStock&, Time);
void evolve(Workshop&, const events::OrderShortageAnswered&, Time);
void evolve(Workshop&, const events::OrderReopened&, Time);

}  // namespace layerline::orders
