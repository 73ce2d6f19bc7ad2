#include "domain/policies/policies.hpp"

#include <optional>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/policies/mails.hpp"
#include "domain/policies/routine.hpp"
#include "domain/production/components.hpp"
#include "domain/production/finished.hpp"
#include "domain/production/leftover.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::policies {
namespace {

Events both(Events first, Events second) {
  first.append(std::move(second));
  return first;
}

Events on_timer(const events::TimerFired& event, const Context& context) {
  if (event.purpose() == "quote-expiry") return quotes::expire(QuoteId(event.subject()), context);
  if (event.purpose() == "cart-hold") return carts::lapse(PaymentId(event.subject()), context);
  return routine::on_timer(event, context);
}

Events on_recorded(const events::PaymentRecorded& event, const Context& context) {
  const payments::Payment& payment = context.workshop.payments.at(PaymentId(event.payment()));
  if (!payments::paid_in_full(payment)) return {};
  return both(orders::pay(payment.order, payment.id, context), payments::abandon(payment.id, context));
}

Events on_intent(const events::PaymentIntentCreated& event, const Context& context) {
  const payments::Payment& payment = context.workshop.payments.at(PaymentId(event.payment()));
  const orders::Order* order = context.workshop.order(payment.order);
  const bool open = order == nullptr ? carts::awaited(context.workshop, payment.id) : !orders::over(order->status);
  const bool wanted = !payments::paid_in_full(payment) && open;
  return wanted ? Events{} : payments::abandon(payment.id, context);   // the order ended, or was paid elsewhere, while the intent was made
}

// A checkout's money makes its order; of what is free of charge, there is nothing to wait for.
Events on_succeeded(const events::PaymentSucceeded& event, const Context& context) {
  const PaymentId payment(event.payment());
  Events placed = carts::place_order(payment, context);
  return placed.empty() ? orders::pay(OrderId(event.order()), payment, context) : placed;
}

// An order whose payment is there before it is paid at once.
Events on_placed(const events::OrderPlaced& event, const Context& context) {
  const payments::Payment* payment = context.workshop.payment(PaymentId(event.payment()));
  const OrderId order(event.order());
  return payment == nullptr ? payments::request(order, context) : orders::pay(order, payment->id, context);
}

// A card was refused: the cart stays as it is, and what is held for it is held on; an order that was there first waits for its money on.
// That the intent of an order that is over fails is our own doing.
Events on_failed(const events::PaymentFailed& event, const Context& context) {
  const PaymentId payment(event.payment());
  if (carts::awaited(context.workshop, payment)) return mails::payment_failed(payment, event.code(), context);
  const orders::Order* order = context.workshop.order(context.workshop.payments.at(payment).order);
  const bool open = order != nullptr && !order->paid && !orders::over(order->status);
  return open ? mails::payment_failed(order->id, event.code(), context) : Events{};
}

// A shop's order comes with what became of its money there.
Events on_requested(const events::PaymentRequested& event, const Context& context) {
  if (!event.cart().empty()) return event.amount() == 0 ? carts::place_order(PaymentId(event.payment()), context) : Events{};
  const OrderId id(event.order());
  const std::optional<orders::ShopReport>& report = context.workshop.orders.at(id).report;
  const bool called_off = report == orders::ShopReport::cancelled || report == orders::ShopReport::refunded;
  Events out;
  if (event.amount() == 0 && !called_off) out = orders::pay(id, PaymentId(event.payment()), context);
  out.append(orders::settle_as_reported(id, context));
  return out;
}

Events on_amount(const events::PaymentAmountChanged& event, const Context& context) {
  const payments::Payment& payment = context.workshop.payments.at(PaymentId(event.payment()));
  return payments::paid_in_full(payment) ? orders::pay(payment.order, payment.id, context) : Events{};
}

// Lines that are new or known by now are made, if the order is one to be made.
Events on_lines(const OrderId& id, const Context& context) {
  const orders::Order& order = context.workshop.orders.at(id);
  if (!order.paid && !order.released) return {};
  Events closed = orders::close_if_sent(id, context);   // what was taken back was all that had not left
  return closed.empty() ? both(production::create_for(id, context), orders::production_completed(id, context)) : std::move(closed);
}

Events on_paid(const OrderId& id, const Context& context) {
  const orders::Order& order = context.workshop.orders.at(id);
  if (order.report == orders::ShopReport::fulfilled) return {};   // paid and sent elsewhere
  if (context.workshop.payments.at(order.payment).status == payments::Status::refunded) return orders::refunded(id, order.payment, context);
  return both(production::create_for(id, context), both(mails::order_confirmed(id, context), mails::new_order(id, context)));
}

// What was paid before it was called off is made anew, and its operator told; what was not, waits for its money.
Events on_reopened(const OrderId& id, const Context& context) {
  const orders::Order& order = context.workshop.orders.at(id);
  if (order.status != orders::Status::quoted) return {};   // paid in the same step
  if (!order.paid && payments::paid_in_full(context.workshop.payments.at(order.payment))) return orders::pay(id, order.payment, context);
  if (order.report == orders::ShopReport::fulfilled) return {};   // sent elsewhere
  if (order.paid) return both(production::create_for(id, context), mails::new_order(id, context));
  return order.released ? production::create_for(id, context) : Events{};
}

// Who sent it elsewhere has told his customer himself.
Events on_parcel(const events::ShipmentShipped& event, const Context& context) {
  const bool told = context.workshop.orders.at(OrderId(event.order())).report == orders::ShopReport::fulfilled;
  return told ? Events{} : mails::shipped(event, context);
}

Events on_refunded(const events::PaymentRefunded& event, const Context& context) {
  const payments::Payment& payment = context.workshop.payments.at(PaymentId(event.payment()));
  if (payment.status != payments::Status::refunded) return {};
  return orders::refunded(payment.order, payment.id, context);
}

Events on_production_order(const events::ProductionOrderCreated& event, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  Events out;
  if (!production.material.empty())
    out = inventory::reserve(production.material, production.id, production::mass_of(production, production.quantity), context);
  out.append(production::prepare_file(production.id, context));
  out.append(mrp::take_firm_orders(event, context));
  return out;
}

// What is bought was waited for, by a line of an order or by a production order: it may go on now.
Events on_units_shortage(const events::UnitsShortageNoted& event, const Context& context) {
  if (event.quantity() > 0) return products::serve_shortages(ProductId(event.product()), context);
  const std::string& holder = event.holder();
  if (products::lacks_units(context.workshop, holder)) return {};
  if (const std::size_t slash = holder.find('/'); slash != std::string::npos)
    return orders::production_completed(OrderId(holder.substr(0, slash)), context);
  return production::complete_if_done(ProductionOrderId(holder), context);
}

Events on_reprint(const events::ProductionReprintNeeded& event, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  Events out = production::provide_components(production.id, context);
  // Of all that is to be made its part: what is rounded up, is so once.
  const std::int64_t to_make = production.open + production.in_progress;
  const Mass more = production::mass_of(production, to_make) - production::mass_of(production, to_make - event.quantity());
  if (!production.material.empty()) out.append(inventory::reserve(production.material, production.id, more, context));
  return out;
}

// First the books, then the printers: what the stock takes back must not be printed from in the same step.
Events on_stock_given(const MaterialId& material, const Context& context) {
  Events out = inventory::rebalance(material, context);
  return out.empty() ? printing::dispatch(context) : out;
}

// Held before anything is printed of it.
Events on_reserved(const events::MaterialReserved& event, const Context& context) {
  const MaterialId material(event.material());
  Events out = inventory::hold(material, ProductionOrderId(event.production_order()), context);
  return out.empty() ? on_stock_given(material, context) : out;
}

// What of a cancelled order was still on a printer leaves nothing reserved behind.
Events on_piece(const std::string& id, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(id));
  if (production.status == production::Status::cancelled && production.in_progress == 0) {
    const inventory::Material* material = context.workshop.material(production.material);
    return material == nullptr
               ? Events{}
               : inventory::release(production.material, production.id, inventory::reserved_for(*material, production.id), context);
  }
  return production::complete_if_done(production.id, context);
}

// Of a cancelled order it may have been finished before its printer stopped. The last piece completes its order, and is received with that.
Events on_printed(const events::ProductionUnitPrinted& event, const Context& context) {
  Events out = on_piece(event.production_order(), context);
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  if (production.status == production::Status::cancelled)
    production::receive_left(production, one_if_untold(event.quantity()), context, out);
  if (production.printed < production.quantity) out.append(production::receive_printed(production, context));
  production::receive_surplus(production, event.surplus(), context, out);
  return out;
}

// A piece whose print had failed had nothing reserved any more: what it used was reserved for the others, who get as much again.
Events on_pieces_made(const events::ProductionPiecesMade& event, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  Events out = production::receive_made(production, event.quantity(), context);
  const inventory::Material* material = context.workshop.material(production.material);
  if (material == nullptr) return out;
  const Mass noted = inventory::reserved_for(*material, production.id) + inventory::short_by(*material, production.id);
  const Mass needed = production::mass_of(production, production.open + production.in_progress);
  if (needed > noted) out.append(inventory::reserve(production.material, production.id, needed - noted, context));
  return out;
}

Events on_order_of_job(const std::string& job, const Context& context) {
  const printing::Job& print = context.workshop.jobs.at(PrintJobId(job));
  return orders::print_started(context.workshop.production.at(print.production).order, context);
}

Events on_production_completed(const events::ProductionCompleted& event, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  Events out;
  if (const inventory::Material* material = context.workshop.material(production.material))
    out = inventory::release(production.material, production.id, inventory::reserved_for(*material, production.id), context);
  out.append(products::receive(production.id, production.printed, context));
  products::issue_all(production.id.str(), context, out);   // its components are in the pieces now
  out.append(production::complete_above(production, context));
  out.append(orders::production_completed(production.order, context));
  return out;
}

// The last step puts the units on the shelf.
Events on_step(const events::WorkStepDone& event, const Context& context) {
  const production::ProductionOrder& production = context.workshop.production.at(ProductionOrderId(event.production_order()));
  return production.status == production::Status::completed ? products::receive(production.id, production.printed, context) : Events{};
}

}  // namespace

// Without `default`: an event that is new does not compile until somebody has thought about what follows from it.
Events react(const events::Event& event, const Context& context) {
  using K = events::Event;
  switch (event.kind_case()) {
    case K::kTimerFired: return on_timer(event.timer_fired(), context);

    case K::kQuoteDrafted: return quotes::request_analysis(QuoteId(event.quote_drafted().quote()), context);
    case K::kQuoteChanged: {
      const QuoteId quote(event.quote_changed().quote());
      return both(quotes::request_analysis(quote, context), quotes::consider(quote, context));
    }
    case K::kModelAnalysed: return quotes::consider(QuoteId(event.model_analysed().quote()), context);
    case K::kQuoteApproved: return mails::quote_ready(QuoteId(event.quote_approved().quote()), context);
    case K::kQuoteSubmitted: return mails::quote_waiting(QuoteId(event.quote_submitted().quote()), context);

    case K::kCartCheckedOut: return payments::request_for_checkout(PaymentId(event.cart_checked_out().payment()), context);
    case K::kWorkshopOpened: return routine::begin(context);
    case K::kOrderPlaced: return both(routine::begin(context), on_placed(event.order_placed(), context));
    case K::kPaymentRequested: return on_requested(event.payment_requested(), context);
    case K::kPaymentAmountChanged: return on_amount(event.payment_amount_changed(), context);
    case K::kPaymentIntentCreated: return on_intent(event.payment_intent_created(), context);
    case K::kPaymentSucceeded: return on_succeeded(event.payment_succeeded(), context);
    case K::kPaymentFailed: return on_failed(event.payment_failed(), context);
    case K::kPaymentRecorded: return on_recorded(event.payment_recorded(), context);
    case K::kPaymentRefunded: return on_refunded(event.payment_refunded(), context);
    case K::kOrderPaid: return on_paid(OrderId(event.order_paid().order()), context);
    case K::kOrderShortOfStock: return mails::short_of_stock(event.order_short_of_stock(), context);
    case K::kOrderReopened: return on_reopened(OrderId(event.order_reopened().order()), context);
    case K::kOrderReleased: return production::create_for(OrderId(event.order_released().order()), context);
    case K::kOrderPrinting: return mails::printing(OrderId(event.order_printing().order()), context);
    case K::kOrderPartlyShipped:
      return both(orders::issue_units(event.order_partly_shipped(), context),
                  shops::push_fulfilment(event.order_partly_shipped(), context));
    case K::kOrderShipped:
      return both(orders::issue_units(event.order_shipped(), context), shops::push_fulfilment(event.order_shipped(), context));
    case K::kShipmentShipped: return on_parcel(event.shipment_shipped(), context);
    case K::kOrderObserved: return orders::settle_as_reported(OrderId(event.order_observed().order()), context);
    case K::kOrderLinesChanged: return on_lines(OrderId(event.order_lines_changed().order()), context);
    case K::kOrderLineMapped: return on_lines(OrderId(event.order_line_mapped().order()), context);
    case K::kOrderLinePlanned: return orders::production_completed(OrderId(event.order_line_planned().order()), context);
    case K::kProductDefined:
    case K::kSkuMapped: return orders::resolve_lines(context);
    case K::kProductChanged: return products::roll_cost(ProductId(event.product_changed().product()), context);
    case K::kProductFileSet: return products::roll_cost(ProductId(event.product_file_set().product()), context);
    case K::kProductFileRemoved: return products::roll_cost(ProductId(event.product_file_removed().product()), context);
    case K::kProductBomVersionActivated:
      return products::roll_cost(ProductId(event.product_bom_version_activated().product()), context);
    case K::kProductCostRolled: return products::roll_costs_above(ProductId(event.product_cost_rolled().product()), context);
    case K::kOrderDelivered: return mails::delivered(OrderId(event.order_delivered().order()), context);
    case K::kOrderHeld:
    case K::kOrderResumed: return printing::dispatch(context);

    case K::kUnitsReceived: return products::serve_shortages(ProductId(event.units_received().product()), context);
    case K::kUnitsReleased: return products::serve_shortages(ProductId(event.units_released().product()), context);
    case K::kUnitsAdjusted: return products::serve_shortages(ProductId(event.units_adjusted().product()), context);
    case K::kUnitsShortageNoted: return on_units_shortage(event.units_shortage_noted(), context);
    case K::kUnitsLow: return mails::units_low(event.units_low(), context);

    case K::kProductionOrderCreated: return on_production_order(event.production_order_created(), context);
    case K::kProductionReprintNeeded: return on_reprint(event.production_reprint_needed(), context);
    case K::kProductionFileAttached: return printing::dispatch(context);
    case K::kProductionUnitPrinted: return on_printed(event.production_unit_printed(), context);
    case K::kProductionPiecesMade: return on_pieces_made(event.production_pieces_made(), context);
    case K::kProductionUnitFailed: return on_piece(event.production_unit_failed().production_order(), context);
    case K::kProductionCompleted: return on_production_completed(event.production_completed(), context);
    case K::kProductionRescheduled:   // why those wait that stand at the front now
    case K::kProductionCancelled: return printing::dispatch(context);
    case K::kProductionStepDone: return on_step(event.production_step_done(), context);
    case K::kProductionChecked:   // without what is given up, it may have all
      return production::complete_if_done(ProductionOrderId(event.production_checked().production_order()), context);

    case K::kStockReceived: return on_stock_given(MaterialId(event.stock_received().material()), context);
    case K::kStockAdjusted: return on_stock_given(MaterialId(event.stock_adjusted().material()), context);   // on a loaded spool, perhaps
    case K::kStockReleased: return inventory::rebalance(MaterialId(event.stock_released().material()), context);
    case K::kStockConsumed: return inventory::rebalance(MaterialId(event.stock_consumed().material()), context);
    case K::kStockConsumptionCorrected: return on_stock_given(MaterialId(event.stock_consumption_corrected().material()), context);
    case K::kStockReserved: return on_reserved(event.stock_reserved(), context);
    case K::kStockHeld: return on_stock_given(MaterialId(event.stock_held().material()), context);
    case K::kStockShortageNoted: return on_stock_given(MaterialId(event.stock_shortage_noted().material()), context);
    case K::kStockLow: {
      const events::StockLow& low = event.stock_low();
      return both(both(mails::stock_low(MaterialId(low.material()), low.available_mg(), context), printing::dispatch(context)),
                  purchasing::suggest(MaterialId(low.material()), context));
    }

    case K::kPrinterAdded:
    case K::kPrinterStatusChanged:
    case K::kPrinterFilamentLoaded:
    case K::kPrinterPlateClosed:
    case K::kPrinterPlateCleared:
    case K::kPrinterChanged:
    case K::kPrintDispatched: return printing::dispatch(context);
    case K::kPrintStarted: return on_order_of_job(event.print_started().job(), context);
    case K::kPrintFailed: return mails::print_failed(PrintJobId(event.print_failed().job()), event.print_failed().reason(), context);
    case K::kPrintEndUnknown: return mails::print_failed(PrintJobId(event.print_end_unknown().job()), "end unknown", context);

    case K::kCartExpired: return carts::forget_guest(CartId(event.cart_expired().cart()), context);
    case K::kDailyReported: return mails::daily_report(event.daily_reported(), context);

    // Nothing follows from these:
    case K::kWorkshopConfigured:
    case K::kWorkshopListed:
    case K::kKeyIssued:
    case K::kKeyRevoked:
    case K::kSubjectErased:
    case K::kTimerSet:
    case K::kFileUploaded:
    case K::kModelRefused:
    case K::kQuotePriced:
    case K::kQuoteNoted:
    case K::kQuoteAccepted:
    case K::kQuoteRejected:
    case K::kQuoteCancelled:
    case K::kQuoteExpired:
    case K::kProductCreated:
    case K::kProductBomDefined:
    case K::kProductBomVersionDefined:
    case K::kSkuUnmapped:
    case K::kUnitsAllocated:
    case K::kUnitsIssued:
    case K::kUnitsScrapped:
    case K::kUnitsMoved:
    case K::kOrderQueued:
    case K::kOrderPrinted:
    case K::kOrderQualityCheckStarted:
    case K::kOrderQualityFailed:
    case K::kOrderReadyToShip:
    case K::kOrderCompleted:
    case K::kOrderCancelled:
    case K::kOrderRestCancelled:
    case K::kOrderRefunded:
    case K::kOrderShippingChanged:
    case K::kPaymentIntentRefused:
    case K::kPaymentProgressed:
    case K::kPaymentRefundRequested:
    case K::kMaterialDefined:
    case K::kProductionFileRefused:
    case K::kProductionDeferred:
    case K::kPrintProgressed:
    case K::kPrintPaused:
    case K::kPrintResumed:
    case K::kPrintFinished:
    case K::kPrintCancelled:
    case K::kPrintStopRequested:
    case K::kShipmentLabelRequested:
    case K::kShipmentDelivered:
    case K::kEffectRequested:
    case K::kEffectAttempted:
    case K::kEffectSucceeded:
    case K::kEffectFailed:
    case K::kEffectUnknown:
    case K::kEffectParked:
    case K::kEffectRetried:
    case K::kShopConnected:
    case K::kShopRemoved:
    case K::kShopOrderNotified:
    case K::kShopCaughtUp:
    case K::kLocationOpened:
    case K::kStockMoved:
    case K::kCartItemSet:
    case K::kCartMerged:
    case K::kCartHoldLapsed:
    case K::kCartOrdered:
    case K::kCustomerContactChanged:
    case K::kCustomerAddressSaved:
    case K::kCustomerAddressRemoved:
    case K::kCustomerAddressPreferred:
    case K::kOrderShortageAnswered:
    case K::kSupplierAdded:
    case K::kPurchaseDrafted:
    case K::kPurchasePlaced:
    case K::kPurchaseReceived:
    case K::kPurchaseCancelled:
    case K::kItemRulesSet:
    case K::kPlannedOrderFirmed:
    case K::kPlannedOrderTaken:
    case K::kPlannedOrderDropped:
    case K::kQualityPhotoTaken:
    case K::KIND_NOT_SET: return {};
  }
  return {};
}

}  // namespace layerline::policies
