#include "domain/flows.hpp"

#include <array>

#include "domain/workshop/workshop.hpp"

namespace layerline::flows {
namespace {

using K = events::Event;

// A step as its aggregate speaks of it: one of a state that does not exist does not compile.
template <class Status>
struct Of {
  Status from;
  K::KindCase event;
  Status to;
};
template <class Status>
struct Begin {
  K::KindCase event;
  Status to;
};
template <class Status>
struct End {
  Status from;
  K::KindCase event;
};

// ---- quotes ----

using Q = quotes::Status;
constexpr std::array quote_begins{Begin<Q>{K::kQuoteDrafted, Q::draft}};
constexpr std::array quote_steps{
    Of<Q>{Q::draft, K::kQuoteSubmitted, Q::pending},     Of<Q>{Q::draft, K::kQuoteApproved, Q::approved},
    Of<Q>{Q::pending, K::kQuoteApproved, Q::approved},   Of<Q>{Q::pending, K::kQuoteChanged, Q::draft},
    Of<Q>{Q::approved, K::kQuoteChanged, Q::draft},      Of<Q>{Q::approved, K::kQuoteAccepted, Q::accepted},
    Of<Q>{Q::approved, K::kQuoteExpired, Q::expired},    Of<Q>{Q::draft, K::kQuoteRejected, Q::rejected},
    Of<Q>{Q::pending, K::kQuoteRejected, Q::rejected},   Of<Q>{Q::approved, K::kQuoteRejected, Q::rejected},
    Of<Q>{Q::draft, K::kQuoteCancelled, Q::cancelled},   Of<Q>{Q::pending, K::kQuoteCancelled, Q::cancelled},
    Of<Q>{Q::approved, K::kQuoteCancelled, Q::cancelled},
};

// ---- orders ----

using O = orders::Status;
constexpr std::array order_begins{Begin<O>{K::kOrderPlaced, O::quoted}};
constexpr std::array order_steps{
    Of<O>{O::quoted, K::kOrderPaid, O::paid},
    Of<O>{O::quoted, K::kOrderQueued, O::queued},   // released before its payment
    Of<O>{O::paid, K::kOrderQueued, O::queued},
    Of<O>{O::queued, K::kOrderPrinting, O::printing},
    Of<O>{O::queued, K::kOrderPrinted, O::printed},   // all of it was on the shelf, or made by hand
    Of<O>{O::printing, K::kOrderPrinted, O::printed},
    Of<O>{O::printed, K::kOrderQualityCheckStarted, O::quality_check},
    Of<O>{O::quality_check, K::kOrderQualityFailed, O::queued},
    Of<O>{O::quality_check, K::kOrderReadyToShip, O::ready_to_ship},
    Of<O>{O::ready_to_ship, K::kOrderShipped, O::shipped},
    Of<O>{O::shipped, K::kOrderDelivered, O::delivered},
    Of<O>{O::delivered, K::kOrderCompleted, O::complete},
    // The source added a line, or pieces of a production order failed their check.
    Of<O>{O::printed, K::kOrderQueued, O::queued},
    Of<O>{O::quality_check, K::kOrderQueued, O::queued},
    Of<O>{O::ready_to_ship, K::kOrderQueued, O::queued},
    // The source sent it itself.
    Of<O>{O::quoted, K::kOrderShipped, O::shipped},
    Of<O>{O::paid, K::kOrderShipped, O::shipped},
    Of<O>{O::queued, K::kOrderShipped, O::shipped},
    Of<O>{O::printing, K::kOrderShipped, O::shipped},
    Of<O>{O::printed, K::kOrderShipped, O::shipped},
    Of<O>{O::quality_check, K::kOrderShipped, O::shipped},
    Of<O>{O::quoted, K::kOrderCancelled, O::cancelled},
    Of<O>{O::paid, K::kOrderCancelled, O::cancelled},
    Of<O>{O::queued, K::kOrderCancelled, O::cancelled},
    Of<O>{O::printing, K::kOrderCancelled, O::cancelled},
    Of<O>{O::printed, K::kOrderCancelled, O::cancelled},
    Of<O>{O::quality_check, K::kOrderCancelled, O::cancelled},
    Of<O>{O::ready_to_ship, K::kOrderCancelled, O::cancelled},
    Of<O>{O::cancelled, K::kOrderReopened, O::quoted},   // its money came after all, or its shop wants it again
    Of<O>{O::paid, K::kOrderRefunded, O::refunded},
    Of<O>{O::queued, K::kOrderRefunded, O::refunded},
    Of<O>{O::printing, K::kOrderRefunded, O::refunded},
    Of<O>{O::printed, K::kOrderRefunded, O::refunded},
    Of<O>{O::quality_check, K::kOrderRefunded, O::refunded},
    Of<O>{O::ready_to_ship, K::kOrderRefunded, O::refunded},
    Of<O>{O::shipped, K::kOrderRefunded, O::refunded},
    Of<O>{O::delivered, K::kOrderRefunded, O::refunded},
    Of<O>{O::complete, K::kOrderRefunded, O::refunded},
    Of<O>{O::cancelled, K::kOrderRefunded, O::refunded},
};

enum class Hold { running, held };
constexpr std::array hold_begins{Begin<Hold>{K::kOrderPlaced, Hold::running}};
constexpr std::array hold_steps{Of<Hold>{Hold::running, K::kOrderHeld, Hold::held}, Of<Hold>{Hold::held, K::kOrderResumed, Hold::running}};

// ---- payments ----

using P = payments::Status;
constexpr std::array payment_begins{Begin<P>{K::kPaymentRequested, P::requested}};
constexpr std::array payment_steps{
    Of<P>{P::requested, K::kPaymentIntentCreated, P::open},
    Of<P>{P::requested, K::kPaymentIntentRefused, P::failed},
    Of<P>{P::requested, K::kPaymentFailed, P::failed},
    Of<P>{P::open, K::kPaymentFailed, P::failed},
    Of<P>{P::requested, K::kPaymentProgressed, P::open},   // the provider's word came before its answer to us was known
    Of<P>{P::failed, K::kPaymentProgressed, P::open},   // the customer tries again
    Of<P>{P::requested, K::kPaymentProgressed, P::partly_paid},
    Of<P>{P::open, K::kPaymentProgressed, P::partly_paid},
    Of<P>{P::failed, K::kPaymentProgressed, P::partly_paid},
    Of<P>{P::requested, K::kPaymentSucceeded, P::succeeded},
    Of<P>{P::open, K::kPaymentSucceeded, P::succeeded},
    Of<P>{P::failed, K::kPaymentSucceeded, P::succeeded},
    Of<P>{P::partly_paid, K::kPaymentSucceeded, P::succeeded},
    Of<P>{P::requested, K::kPaymentRecorded, P::partly_paid},
    Of<P>{P::open, K::kPaymentRecorded, P::partly_paid},
    Of<P>{P::failed, K::kPaymentRecorded, P::partly_paid},
    Of<P>{P::requested, K::kPaymentRecorded, P::succeeded},
    Of<P>{P::open, K::kPaymentRecorded, P::succeeded},
    Of<P>{P::failed, K::kPaymentRecorded, P::succeeded},
    Of<P>{P::partly_paid, K::kPaymentRecorded, P::succeeded},
    Of<P>{P::succeeded, K::kPaymentRefunded, P::partly_refunded},
    Of<P>{P::succeeded, K::kPaymentRefunded, P::refunded},
    Of<P>{P::partly_paid, K::kPaymentRefunded, P::partly_refunded},
    Of<P>{P::partly_paid, K::kPaymentRefunded, P::refunded},
    Of<P>{P::partly_refunded, K::kPaymentRefunded, P::refunded},
    // The refund was reported before its money.
    Of<P>{P::requested, K::kPaymentRefunded, P::refunded},
    Of<P>{P::open, K::kPaymentRefunded, P::refunded},
    Of<P>{P::failed, K::kPaymentRefunded, P::refunded},
    Of<P>{P::refunded, K::kPaymentSucceeded, P::partly_refunded},
    Of<P>{P::refunded, K::kPaymentRecorded, P::partly_refunded},
    // The source changed what the order costs.
    Of<P>{P::requested, K::kPaymentAmountChanged, P::succeeded},
    Of<P>{P::partly_paid, K::kPaymentAmountChanged, P::succeeded},
    Of<P>{P::succeeded, K::kPaymentAmountChanged, P::partly_paid},
};

// ---- production ----

using M = production::Status;
constexpr std::array production_begins{Begin<M>{K::kProductionOrderCreated, M::queued}};
constexpr std::array production_steps{
    Of<M>{M::queued, K::kPrintDispatched, M::printing},
    Of<M>{M::failed, K::kPrintDispatched, M::printing},
    Of<M>{M::printing, K::kProductionUnitFailed, M::failed},
    Of<M>{M::queued, K::kProductionUnitFailed, M::failed},   // of two at once, the other one was begun again
    Of<M>{M::failed, K::kProductionPiecesMade, M::queued},   // those that had failed, at least
    Of<M>{M::failed, K::kProductionPiecesMade, M::printing},
    Of<M>{M::printing, K::kProductionReprintNeeded, M::queued},
    Of<M>{M::failed, K::kProductionReprintNeeded, M::queued},
    Of<M>{M::completed, K::kProductionReprintNeeded, M::queued},
    Of<M>{M::queued, K::kProductionCompleted, M::completed},
    Of<M>{M::printing, K::kProductionCompleted, M::completed},
    Of<M>{M::failed, K::kProductionCompleted, M::completed},
    Of<M>{M::queued, K::kProductionCancelled, M::cancelled},
    Of<M>{M::printing, K::kProductionCancelled, M::cancelled},
    Of<M>{M::failed, K::kProductionCancelled, M::cancelled},
};

enum class Firm { firm };
constexpr std::array firm_begins{Begin<Firm>{K::kPlannedOrderFirmed, Firm::firm}};
constexpr std::array<Of<Firm>, 0> firm_steps{};   // taken in part, it is still firm
constexpr std::array firm_ends{End<Firm>{Firm::firm, K::kPlannedOrderTaken}, End<Firm>{Firm::firm, K::kPlannedOrderDropped}};

// ---- prints ----

using J = printing::JobStatus;
constexpr std::array job_begins{Begin<J>{K::kPrintDispatched, J::dispatched}};
constexpr std::array job_steps{
    Of<J>{J::dispatched, K::kPrintStarted, J::printing},   Of<J>{J::unknown, K::kPrintStarted, J::printing},
    Of<J>{J::paused, K::kPrintStarted, J::printing},       Of<J>{J::dispatched, K::kPrintPaused, J::paused},
    Of<J>{J::printing, K::kPrintPaused, J::paused},        Of<J>{J::unknown, K::kPrintPaused, J::paused},
    Of<J>{J::paused, K::kPrintResumed, J::printing},       Of<J>{J::dispatched, K::kPrintEndUnknown, J::unknown},
    Of<J>{J::printing, K::kPrintEndUnknown, J::unknown},   Of<J>{J::paused, K::kPrintEndUnknown, J::unknown},
    Of<J>{J::printing, K::kPrintFinished, J::finished},    Of<J>{J::paused, K::kPrintFinished, J::finished},
    Of<J>{J::unknown, K::kPrintFinished, J::finished},     Of<J>{J::dispatched, K::kPrintFailed, J::failed},
    Of<J>{J::printing, K::kPrintFailed, J::failed},        Of<J>{J::paused, K::kPrintFailed, J::failed},
    Of<J>{J::unknown, K::kPrintFailed, J::failed},         Of<J>{J::dispatched, K::kPrintCancelled, J::cancelled},
    Of<J>{J::printing, K::kPrintCancelled, J::cancelled},  Of<J>{J::paused, K::kPrintCancelled, J::cancelled},
    Of<J>{J::unknown, K::kPrintCancelled, J::cancelled},
};

enum class Plate { closed, clear };
constexpr std::array plate_begins{Begin<Plate>{K::kPrinterAdded, Plate::closed}};
constexpr std::array plate_steps{Of<Plate>{Plate::closed, K::kPrinterPlateCleared, Plate::clear},
                                 Of<Plate>{Plate::clear, K::kPrinterPlateClosed, Plate::closed}};

// ---- shipments ----

using S = shipments::Status;
constexpr std::array shipment_begins{Begin<S>{K::kShipmentLabelRequested, S::label_requested}, Begin<S>{K::kShipmentShipped, S::shipped}};
constexpr std::array shipment_steps{Of<S>{S::label_requested, K::kShipmentShipped, S::shipped},
                                    Of<S>{S::shipped, K::kShipmentDelivered, S::delivered}};

// ---- purchasing ----

using B = purchasing::Status;
constexpr std::array purchase_begins{Begin<B>{K::kPurchaseDrafted, B::draft}, Begin<B>{K::kPurchaseDrafted, B::suggested}};
constexpr std::array purchase_steps{
    Of<B>{B::draft, K::kPurchasePlaced, B::ordered},
    Of<B>{B::suggested, K::kPurchasePlaced, B::ordered},
    Of<B>{B::ordered, K::kPurchaseReceived, B::partly_received},
    Of<B>{B::ordered, K::kPurchaseReceived, B::received},
    Of<B>{B::partly_received, K::kPurchaseReceived, B::received},
    Of<B>{B::draft, K::kPurchaseCancelled, B::cancelled},
    Of<B>{B::suggested, K::kPurchaseCancelled, B::cancelled},
    Of<B>{B::ordered, K::kPurchaseCancelled, B::cancelled},
    Of<B>{B::partly_received, K::kPurchaseCancelled, B::cancelled},
};

// ---- carts ----

enum class Cart { filled, held, checked_out, expired };
constexpr std::array cart_begins{Begin<Cart>{K::kCartItemSet, Cart::filled}};
constexpr std::array cart_steps{
    Of<Cart>{Cart::filled, K::kCartCheckedOut, Cart::held},         Of<Cart>{Cart::filled, K::kCartCheckedOut, Cart::checked_out},
    Of<Cart>{Cart::held, K::kCartCheckedOut, Cart::checked_out},    Of<Cart>{Cart::checked_out, K::kCartCheckedOut, Cart::held},
    Of<Cart>{Cart::held, K::kCartHoldLapsed, Cart::checked_out},    Of<Cart>{Cart::held, K::kCartOrdered, Cart::filled},
    Of<Cart>{Cart::checked_out, K::kCartOrdered, Cart::filled},     Of<Cart>{Cart::held, K::kCartMerged, Cart::filled},
    Of<Cart>{Cart::checked_out, K::kCartMerged, Cart::filled},      Of<Cart>{Cart::filled, K::kCartExpired, Cart::expired},
    Of<Cart>{Cart::checked_out, K::kCartExpired, Cart::expired},
};

// ---- effects ----

using E = effects::Status;
constexpr std::array effect_begins{Begin<E>{K::kEffectRequested, E::open}};
constexpr std::array effect_steps{
    Of<E>{E::open, K::kEffectAttempted, E::attempted},   Of<E>{E::unknown, K::kEffectAttempted, E::attempted},
    Of<E>{E::attempted, K::kEffectFailed, E::open},      Of<E>{E::unknown, K::kEffectFailed, E::open},
    Of<E>{E::attempted, K::kEffectUnknown, E::unknown},  Of<E>{E::open, K::kEffectUnknown, E::unknown},
    Of<E>{E::open, K::kEffectParked, E::parked},         Of<E>{E::attempted, K::kEffectParked, E::parked},
    Of<E>{E::unknown, K::kEffectParked, E::parked},      Of<E>{E::parked, K::kEffectRetried, E::open},
};
constexpr std::array effect_ends{End<E>{E::open, K::kEffectSucceeded}, End<E>{E::attempted, K::kEffectSucceeded},
                                 End<E>{E::unknown, K::kEffectSucceeded}, End<E>{E::parked, K::kEffectSucceeded}};

// ---- names ----

std::string_view word(Q status) { return quotes::name(status); }
std::string_view word(O status) { return orders::name(status); }
std::string_view word(B status) { return purchasing::name(status); }
std::string_view word(Hold hold) { return hold == Hold::held ? "held" : "running"; }
std::string_view word(Firm) { return "firm"; }
std::string_view word(Plate plate) { return plate == Plate::clear ? "clear" : "closed"; }

std::string_view word(P status) {
  switch (status) {
    case P::requested: return "requested";
    case P::open: return "open";
    case P::partly_paid: return "partly_paid";
    case P::failed: return "failed";
    case P::succeeded: return "succeeded";
    case P::partly_refunded: return "partly_refunded";
    case P::refunded: return "refunded";
  }
  return "";
}

std::string_view word(M status) {
  switch (status) {
    case M::queued: return "queued";
    case M::printing: return "printing";
    case M::completed: return "completed";
    case M::failed: return "failed";
    case M::cancelled: return "cancelled";
  }
  return "";
}

std::string_view word(J status) {
  switch (status) {
    case J::dispatched: return "dispatched";
    case J::printing: return "printing";
    case J::paused: return "paused";
    case J::finished: return "finished";
    case J::failed: return "failed";
    case J::cancelled: return "cancelled";
    case J::unknown: return "unknown";
  }
  return "";
}

std::string_view word(S status) {
  switch (status) {
    case S::label_requested: return "label_requested";
    case S::shipped: return "shipped";
    case S::delivered: return "delivered";
  }
  return "";
}

std::string_view word(Cart cart) {
  switch (cart) {
    case Cart::filled: return "filled";
    case Cart::held: return "held";
    case Cart::checked_out: return "checked_out";
    case Cart::expired: return "expired";
  }
  return "";
}

std::string_view word(E status) {
  switch (status) {
    case E::open: return "open";
    case E::attempted: return "attempted";
    case E::unknown: return "unknown";
    case E::parked: return "parked";
  }
  return "";
}

// ---- as the fold has it ----

template <class Map>
std::string_view status_in(const Map& map, const std::string& id) {
  const auto found = map.find(typename Map::key_type(id));
  return found == map.end() ? "" : word(found->second.status);
}

std::string_view hold_of(const Workshop& workshop, const std::string& id) {
  const orders::Order* order = workshop.order(OrderId(id));
  return order == nullptr ? "" : word(order->held ? Hold::held : Hold::running);
}

std::string_view plate_of(const Workshop& workshop, const std::string& id) {
  const printing::Printer* printer = workshop.printer(PrinterId(id));
  return printer == nullptr ? "" : word(printer->plate_clear ? Plate::clear : Plate::closed);
}

std::string_view firm_of(const Workshop& workshop, const std::string& id) {
  return workshop.firm_orders.contains(FirmOrderId(id)) ? word(Firm::firm) : "";
}

std::string_view cart_of(const Workshop& workshop, const std::string& id) {
  const carts::Cart* cart = workshop.cart(CartId(id));
  if (cart == nullptr) return "";
  if (cart->expired) return word(Cart::expired);
  const auto checkout = workshop.checkouts.find(cart->checkout);
  if (checkout == workshop.checkouts.end()) return word(Cart::filled);
  return word(checkout->second.holds ? Cart::held : Cart::checked_out);
}

// ---- all of them ----

struct Texts {
  std::string_view name, about, id;
};

template <class Status, std::size_t B, std::size_t S, std::size_t N = 0>
Machine machine(Texts texts, std::vector<Status> states, const std::array<Begin<Status>, B>& begins,
                const std::array<Of<Status>, S>& steps, decltype(Machine::state) state, const std::array<End<Status>, N>& ends = {}) {
  Machine out{.name = texts.name, .about = texts.about, .id = texts.id, .states = {}, .steps = {}, .state = state};
  for (const Status status : states) out.states.push_back(word(status));
  for (const Begin<Status>& step : begins) out.steps.push_back({"", step.event, word(step.to)});
  for (const Of<Status>& step : steps) out.steps.push_back({word(step.from), step.event, word(step.to)});
  for (const End<Status>& step : ends) out.steps.push_back({word(step.from), step.event, ""});
  return out;
}

std::vector<Machine> all() {
  return {
      machine<Q>({"quote", "From the upload to the customer's answer. A change of an open quote measures and prices it anew.", "quote"},
                 {Q::draft, Q::pending, Q::approved, Q::accepted, Q::rejected, Q::cancelled, Q::expired}, quote_begins, quote_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.quotes, id); }),
      machine<O>({"order", "From the accepted quote, a shop's order or a paid cart to the end. Whether it is paid is a fact beside the "
                           "state: a released order is made before its payment.", "order"},
                 {O::quoted, O::paid, O::queued, O::printing, O::printed, O::quality_check, O::ready_to_ship, O::shipped, O::delivered,
                  O::complete, O::cancelled, O::refunded},
                 order_begins, order_steps, [](const Workshop& w, const std::string& id) { return status_in(w.orders, id); }),
      machine<Hold>({"order's hold", "Beside its state. Nothing of an order on hold is printed or sent.", "order"},
                    {Hold::running, Hold::held}, hold_begins, hold_steps, hold_of),
      machine<P>({"payment", "It follows the sums: what was received against the amount, what was given back against what was received.",
                  "payment"},
                 {P::requested, P::open, P::failed, P::partly_paid, P::succeeded, P::partly_refunded, P::refunded}, payment_begins,
                 payment_steps, [](const Workshop& w, const std::string& id) { return status_in(w.payments, id); }),
      machine<Firm>({"planned order", "A plan is not stored, so its orders have no state; one that somebody holds on to has one, "
                                      "until production orders have taken all of it.", "planned_order"},
                    {Firm::firm}, firm_begins, firm_steps, firm_of, firm_ends),
      machine<M>({"production order", "So many pieces of one part. A piece that failed waits for an operator.", "production_order"},
                 {M::queued, M::printing, M::failed, M::completed, M::cancelled}, production_begins, production_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.production, id); }),
      machine<J>({"print job", "One try to print one piece. The first end that is known wins; unknown is not an end.", "job"},
                 {J::dispatched, J::printing, J::paused, J::unknown, J::finished, J::failed, J::cancelled}, job_begins, job_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.jobs, id); }),
      machine<Plate>({"printer's plate", "No print starts on a plate that nobody has looked at. What else a printer is, it says itself.",
                      "printer"},
                     {Plate::closed, Plate::clear}, plate_begins, plate_steps, plate_of),
      machine<S>({"shipment", "The parcel.", "shipment"}, {S::label_requested, S::shipped, S::delivered}, shipment_begins, shipment_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.shipments, id); }),
      machine<B>({"purchase order", "What is bought. Suggested by planning or a low stock, drafted by hand.", "purchase_order"},
                 {B::draft, B::suggested, B::ordered, B::partly_received, B::received, B::cancelled}, purchase_begins, purchase_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.purchases, id); }),
      machine<Cart>({"cart", "Of our own shop. What is on the shelf is held for a checkout for a while; a late payment buys it, too. "
                     "A guest's expires when he leaves it alone.",
                     "cart"},
                    {Cart::filled, Cart::held, Cart::checked_out, Cart::expired}, cart_begins, cart_steps, cart_of),
      machine<E>({"effect", "What is asked of the outside world. It is kept until it is done.", "effect"},
                 {E::open, E::attempted, E::unknown, E::parked}, effect_begins, effect_steps,
                 [](const Workshop& w, const std::string& id) { return status_in(w.effects, id); }, effect_ends),
  };
}

}  // namespace

const std::vector<Machine>& machines() {
  static const std::vector<Machine> tables = all();
  return tables;
}

const std::vector<View>& views() {
  static const std::vector<View> tables = {
      {"ERP", "sales order", "order", words::erp_order},
      {"ERP", "payment", "payment", words::erp_payment},
      {"ERP", "production order", "production order", words::erp_production},
      {"ERP", "production order, before it is one", "planned order", words::erp_firm_order},
      {"Customer portal", "quote", "quote", words::portal_quote},
      {"Store", "order", "order", words::store_order},
      {"Store", "payment", "payment", words::store_payment},
      {"Print farm", "order, before it is one", "quote", words::farm_quote},
      {"Print farm", "material", "", words::farm_material},
  };
  return tables;
}

std::string type_of(events::Event::KindCase event) {
  std::string type = events::Event::descriptor()->FindFieldByNumber(event)->name();
  type[type.find('_')] = '.';
  return type;
}

}  // namespace layerline::flows
