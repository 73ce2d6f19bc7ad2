// Hands an event to the fold's overload for its message. A new event does not compile until it stands here, and then until every fold
// either handles it or says that it has no use for it.
#pragma once

#include <concepts>

#include "schemas/layerline/events.pb.h"

namespace layerline::projections {

template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);

// The events of an area, for a fold that has no use for any of them; one that handles some names the others one by one.
template <class T>
concept CartEvent = OneOf<T, events::CartItemSet, events::CartMerged, events::CartCheckedOut, events::CartHoldLapsed, events::CartOrdered,
    events::CartExpired>;
template <class T>
concept CustomerEvent = OneOf<T, events::CustomerContactChanged, events::CustomerAddressSaved, events::CustomerAddressRemoved,
    events::CustomerAddressPreferred>;
// Shops elsewhere, the carts of our own, and what customers say of themselves.
template <class T>
concept ShopEvent = OneOf<T, events::ShopConnected, events::ShopRemoved, events::ShopOrderNotified, events::ShopCaughtUp> ||
    CartEvent<T> || CustomerEvent<T>;
template <class T>
concept PurchaseEvent = OneOf<T, events::SupplierAdded, events::PurchaseDrafted, events::PurchasePlaced, events::PurchaseReceived,
    events::PurchaseCancelled>;
template <class T>
concept PlanningEvent = OneOf<T, events::ItemRulesSet, events::PlannedOrderFirmed, events::PlannedOrderTaken, events::PlannedOrderDropped>;
template <class T>
concept WorkshopEvent = ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> ||
    OneOf<T, events::WorkshopOpened, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued,
    events::ApiKeyRevoked, events::SubjectErased, events::TimerSet, events::TimerFired, events::DailyReported>;
template <class T>
concept ModelEvent = OneOf<T, events::FileUploaded, events::ModelAnalysed, events::ModelRefused>;
template <class T>
concept QuoteEvent = OneOf<T, events::QuoteDrafted, events::QuoteChanged, events::QuotePriced, events::QuoteSubmitted,
    events::QuoteApproved, events::QuoteNoted, events::QuoteAccepted, events::QuoteRejected, events::QuoteCancelled,
    events::QuoteExpired>;
template <class T>
concept CatalogueEvent = OneOf<T, events::ProductDefined, events::ProductChanged, events::ProductFileSet, events::ProductFileRemoved,
    events::BomVersionDefined, events::BomVersionActivated, events::ProductCostRolled, events::SkuMapped, events::SkuUnmapped>;
template <class T>
concept UnitsEvent = OneOf<T, events::UnitsReceived, events::UnitsAllocated, events::UnitsReleased, events::UnitsIssued,
    events::UnitsScrapped, events::UnitsAdjusted, events::UnitsMoved, events::UnitsShortageNoted, events::UnitsLow>;
template <class T>
concept ProductEvent = OneOf<T, events::ProductCreated, events::BomDefined> || CatalogueEvent<T> || UnitsEvent<T>;
// What the source says of an order, and what becomes of its lines.
template <class T>
concept OrderLineEvent = OneOf<T, events::OrderObserved, events::OrderLinesChanged, events::OrderLineMapped, events::OrderLinePlanned,
    events::OrderShortOfStock, events::OrderShortageAnswered, events::OrderPartlyShipped, events::OrderRestCancelled,
    events::QualityPhotoTaken>;
template <class T>
concept OrderEvent = OneOf<T, events::OrderPlaced, events::OrderReleased, events::OrderPaid, events::OrderQueued,
    events::OrderPrinting, events::OrderPrinted, events::OrderQualityCheckStarted, events::OrderQualityFailed,
    events::OrderReadyToShip, events::OrderShipped, events::OrderDelivered, events::OrderCompleted, events::OrderHeld,
    events::OrderResumed, events::OrderCancelled, events::OrderRefunded, events::OrderShippingChanged, events::OrderReopened> ||
    OrderLineEvent<T>;
template <class T>
concept PaymentEvent = OneOf<T, events::PaymentRequested, events::PaymentIntentCreated, events::PaymentProgressed,
    events::PaymentSucceeded, events::PaymentFailed, events::PaymentRecorded, events::PaymentRefundRequested,
    events::PaymentRefunded, events::PaymentIntentRefused, events::PaymentAmountChanged>;
template <class T>
concept StockEvent = OneOf<T, events::MaterialDefined, events::StockReceived, events::StockAdjusted, events::MaterialReserved,
    events::ShortageNoted, events::ReservationReleased, events::MaterialConsumed, events::ConsumptionCorrected, events::StockLow,
    events::LocationOpened, events::StockMoved, events::ReservationHeld>;
template <class T>
concept ProductionEvent = OneOf<T, events::ProductionOrderCreated, events::PrintFileAttached, events::PrintFileRefused,
    events::ProductionDeferred, events::ProductionUnitPrinted, events::ProductionUnitFailed, events::ProductionCompleted,
    events::ProductionCancelled, events::ProductionReprintNeeded, events::ProductionChecked, events::WorkStepDone,
    events::ProductionRescheduled, events::ProductionPiecesMade>;
template <class T>
concept PrinterEvent = OneOf<T, events::PrinterAdded, events::PrinterStatusChanged, events::FilamentLoaded,
    events::PlateGateClosed, events::PlateCleared, events::PrinterChanged>;
template <class T>
concept PrintEvent = OneOf<T, events::PrintDispatched, events::PrintStarted, events::PrintProgressed, events::PrintPaused,
    events::PrintResumed, events::PrintFinished, events::PrintFailed, events::PrintCancelled, events::PrintEndUnknown,
    events::PrintStopRequested>;
template <class T>
concept ShipmentEvent = OneOf<T, events::LabelRequested, events::ShipmentShipped, events::ShipmentDelivered>;
template <class T>
concept EffectEvent = OneOf<T, events::EffectRequested, events::EffectAttempted, events::EffectSucceeded, events::EffectFailed,
    events::EffectUnknown, events::EffectParked, events::EffectRetried>;

// False: the event holds nothing that this build knows.
template <class Fold>
bool dispatch(const events::Event& event, Fold&& fold) {
  using Kind = events::Event;
  switch (event.kind_case()) {
    case Kind::kWorkshopOpened: fold(event.workshop_opened()); return true;
    case Kind::kWorkshopConfigured: fold(event.workshop_configured()); return true;
    case Kind::kWorkshopListed: fold(event.workshop_listed()); return true;  case Kind::kKeyIssued: fold(event.key_issued()); return true;
    case Kind::kKeyRevoked: fold(event.key_revoked()); return true;  case Kind::kSubjectErased: fold(event.subject_erased()); return true;
    case Kind::kTimerSet: fold(event.timer_set()); return true;  case Kind::kTimerFired: fold(event.timer_fired()); return true;
    case Kind::kFileUploaded: fold(event.file_uploaded()); return true;
    case Kind::kModelAnalysed: fold(event.model_analysed()); return true;
    case Kind::kModelRefused: fold(event.model_refused()); return true;  case Kind::kQuoteDrafted: fold(event.quote_drafted()); return true;
    case Kind::kQuoteChanged: fold(event.quote_changed()); return true;  case Kind::kQuotePriced: fold(event.quote_priced()); return true;
    case Kind::kQuoteSubmitted: fold(event.quote_submitted()); return true;
    case Kind::kQuoteApproved: fold(event.quote_approved()); return true;  case Kind::kQuoteNoted: fold(event.quote_noted()); return true;
    case Kind::kQuoteAccepted: fold(event.quote_accepted()); return true;
    case Kind::kQuoteRejected: fold(event.quote_rejected()); return true;
    case Kind::kQuoteCancelled: fold(event.quote_cancelled()); return true;
    case Kind::kQuoteExpired: fold(event.quote_expired()); return true;
    case Kind::kProductCreated: fold(event.product_created()); return true;
    case Kind::kProductBomDefined: fold(event.product_bom_defined()); return true;
    case Kind::kOrderPlaced: fold(event.order_placed()); return true;  case Kind::kOrderReleased: fold(event.order_released()); return true;
    case Kind::kOrderPaid: fold(event.order_paid()); return true;  case Kind::kOrderQueued: fold(event.order_queued()); return true;
    case Kind::kOrderPrinting: fold(event.order_printing()); return true;
    case Kind::kOrderPrinted: fold(event.order_printed()); return true;
    case Kind::kOrderQualityCheckStarted: fold(event.order_quality_check_started()); return true;
    case Kind::kOrderQualityFailed: fold(event.order_quality_failed()); return true;
    case Kind::kOrderReadyToShip: fold(event.order_ready_to_ship()); return true;
    case Kind::kOrderShipped: fold(event.order_shipped()); return true;
    case Kind::kOrderDelivered: fold(event.order_delivered()); return true;
    case Kind::kOrderCompleted: fold(event.order_completed()); return true;  case Kind::kOrderHeld: fold(event.order_held()); return true;
    case Kind::kOrderResumed: fold(event.order_resumed()); return true;
    case Kind::kOrderCancelled: fold(event.order_cancelled()); return true;
    case Kind::kOrderRefunded: fold(event.order_refunded()); return true;
    case Kind::kOrderShippingChanged: fold(event.order_shipping_changed()); return true;
    case Kind::kPaymentRequested: fold(event.payment_requested()); return true;
    case Kind::kPaymentIntentCreated: fold(event.payment_intent_created()); return true;
    case Kind::kPaymentProgressed: fold(event.payment_progressed()); return true;
    case Kind::kPaymentSucceeded: fold(event.payment_succeeded()); return true;
    case Kind::kPaymentFailed: fold(event.payment_failed()); return true;
    case Kind::kPaymentRecorded: fold(event.payment_recorded()); return true;
    case Kind::kPaymentRefundRequested: fold(event.payment_refund_requested()); return true;
    case Kind::kPaymentRefunded: fold(event.payment_refunded()); return true;
    case Kind::kPaymentIntentRefused: fold(event.payment_intent_refused()); return true;
    case Kind::kMaterialDefined: fold(event.material_defined()); return true;
    case Kind::kStockReceived: fold(event.stock_received()); return true;
    case Kind::kStockAdjusted: fold(event.stock_adjusted()); return true;
    case Kind::kStockReserved: fold(event.stock_reserved()); return true;
    case Kind::kStockShortageNoted: fold(event.stock_shortage_noted()); return true;
    case Kind::kStockReleased: fold(event.stock_released()); return true;
    case Kind::kStockConsumed: fold(event.stock_consumed()); return true;
    case Kind::kStockConsumptionCorrected: fold(event.stock_consumption_corrected()); return true;
    case Kind::kStockLow: fold(event.stock_low()); return true;
    case Kind::kProductionOrderCreated: fold(event.production_order_created()); return true;
    case Kind::kProductionFileAttached: fold(event.production_file_attached()); return true;
    case Kind::kProductionFileRefused: fold(event.production_file_refused()); return true;
    case Kind::kProductionDeferred: fold(event.production_deferred()); return true;
    case Kind::kProductionUnitPrinted: fold(event.production_unit_printed()); return true;
    case Kind::kProductionUnitFailed: fold(event.production_unit_failed()); return true;
    case Kind::kProductionCompleted: fold(event.production_completed()); return true;
    case Kind::kProductionCancelled: fold(event.production_cancelled()); return true;
    case Kind::kProductionPiecesMade: fold(event.production_pieces_made()); return true;
    case Kind::kProductionReprintNeeded: fold(event.production_reprint_needed()); return true;
    case Kind::kProductionRescheduled: fold(event.production_rescheduled()); return true;
    case Kind::kPrinterAdded: fold(event.printer_added()); return true;
    case Kind::kPrinterStatusChanged: fold(event.printer_status_changed()); return true;
    case Kind::kPrinterFilamentLoaded: fold(event.printer_filament_loaded()); return true;
    case Kind::kPrinterPlateClosed: fold(event.printer_plate_closed()); return true;
    case Kind::kPrinterPlateCleared: fold(event.printer_plate_cleared()); return true;
    case Kind::kPrinterChanged: fold(event.printer_changed()); return true;
    case Kind::kPrintDispatched: fold(event.print_dispatched()); return true;
    case Kind::kPrintStarted: fold(event.print_started()); return true;
    case Kind::kPrintProgressed: fold(event.print_progressed()); return true;
    case Kind::kPrintPaused: fold(event.print_paused()); return true;  case Kind::kPrintResumed: fold(event.print_resumed()); return true;
    case Kind::kPrintFinished: fold(event.print_finished()); return true;  case Kind::kPrintFailed: fold(event.print_failed()); return true;
    case Kind::kPrintCancelled: fold(event.print_cancelled()); return true;
    case Kind::kPrintEndUnknown: fold(event.print_end_unknown()); return true;
    case Kind::kPrintStopRequested: fold(event.print_stop_requested()); return true;
    case Kind::kShipmentLabelRequested: fold(event.shipment_label_requested()); return true;
    case Kind::kShipmentShipped: fold(event.shipment_shipped()); return true;
    case Kind::kShipmentDelivered: fold(event.shipment_delivered()); return true;
    case Kind::kEffectRequested: fold(event.effect_requested()); return true;
    case Kind::kEffectAttempted: fold(event.effect_attempted()); return true;
    case Kind::kEffectSucceeded: fold(event.effect_succeeded()); return true;
    case Kind::kEffectFailed: fold(event.effect_failed()); return true;
    case Kind::kEffectUnknown: fold(event.effect_unknown()); return true;
    case Kind::kEffectParked: fold(event.effect_parked()); return true;
    case Kind::kEffectRetried: fold(event.effect_retried()); return true;
    case Kind::kProductDefined: fold(event.product_defined()); return true;
    case Kind::kProductChanged: fold(event.product_changed()); return true;
    case Kind::kProductFileSet: fold(event.product_file_set()); return true;
    case Kind::kProductFileRemoved: fold(event.product_file_removed()); return true;
    case Kind::kProductBomVersionDefined: fold(event.product_bom_version_defined()); return true;
    case Kind::kProductBomVersionActivated: fold(event.product_bom_version_activated()); return true;
    case Kind::kProductCostRolled: fold(event.product_cost_rolled()); return true;
    case Kind::kOrderObserved: fold(event.order_observed()); return true;
    case Kind::kOrderLinesChanged: fold(event.order_lines_changed()); return true;
    case Kind::kOrderLineMapped: fold(event.order_line_mapped()); return true;
    case Kind::kOrderLinePlanned: fold(event.order_line_planned()); return true;
    case Kind::kPaymentAmountChanged: fold(event.payment_amount_changed()); return true;
    case Kind::kSkuMapped: fold(event.sku_mapped()); return true;
    case Kind::kSkuUnmapped: fold(event.sku_unmapped()); return true;
    case Kind::kOrderPartlyShipped: fold(event.order_partly_shipped()); return true;
    case Kind::kOrderRestCancelled: fold(event.order_rest_cancelled()); return true;
    case Kind::kUnitsReceived: fold(event.units_received()); return true;
    case Kind::kUnitsAllocated: fold(event.units_allocated()); return true;
    case Kind::kUnitsReleased: fold(event.units_released()); return true;
    case Kind::kUnitsIssued: fold(event.units_issued()); return true;
    case Kind::kUnitsScrapped: fold(event.units_scrapped()); return true;
    case Kind::kUnitsAdjusted: fold(event.units_adjusted()); return true;  case Kind::kUnitsMoved: fold(event.units_moved()); return true;
    case Kind::kShopConnected: fold(event.shop_connected()); return true;  case Kind::kShopRemoved: fold(event.shop_removed()); return true;
    case Kind::kShopOrderNotified: fold(event.shop_order_notified()); return true;
    case Kind::kShopCaughtUp: fold(event.shop_caught_up()); return true;
    case Kind::kLocationOpened: fold(event.location_opened()); return true;
    case Kind::kStockMoved: fold(event.stock_moved()); return true;
    case Kind::kStockHeld: fold(event.stock_held()); return true;
    case Kind::kProductionStepDone: fold(event.production_step_done()); return true;
    case Kind::kCartItemSet: fold(event.cart_item_set()); return true;  case Kind::kCartMerged: fold(event.cart_merged()); return true;
    case Kind::kCartCheckedOut: fold(event.cart_checked_out()); return true;
    case Kind::kCartHoldLapsed: fold(event.cart_hold_lapsed()); return true;
    case Kind::kCartOrdered: fold(event.cart_ordered()); return true;
    case Kind::kCartExpired: fold(event.cart_expired()); return true;
    case Kind::kCustomerContactChanged: fold(event.customer_contact_changed()); return true;
    case Kind::kCustomerAddressSaved: fold(event.customer_address_saved()); return true;
    case Kind::kCustomerAddressRemoved: fold(event.customer_address_removed()); return true;
    case Kind::kCustomerAddressPreferred: fold(event.customer_address_preferred()); return true;
    case Kind::kDailyReported: fold(event.daily_reported()); return true;
    case Kind::kOrderShortOfStock: fold(event.order_short_of_stock()); return true;
    case Kind::kOrderShortageAnswered: fold(event.order_shortage_answered()); return true;
    case Kind::kQualityPhotoTaken: fold(event.quality_photo_taken()); return true;
    case Kind::kProductionChecked: fold(event.production_checked()); return true;
    case Kind::kOrderReopened: fold(event.order_reopened()); return true;
    case Kind::kSupplierAdded: fold(event.supplier_added()); return true;
    case Kind::kPurchaseDrafted: fold(event.purchase_drafted()); return true;
    case Kind::kPurchasePlaced: fold(event.purchase_placed()); return true;
    case Kind::kPurchaseReceived: fold(event.purchase_received()); return true;
    case Kind::kPurchaseCancelled: fold(event.purchase_cancelled()); return true;
    case Kind::kUnitsShortageNoted: fold(event.units_shortage_noted()); return true;
    case Kind::kUnitsLow: fold(event.units_low()); return true;
    case Kind::kItemRulesSet: fold(event.item_rules_set()); return true;
    case Kind::kPlannedOrderFirmed: fold(event.planned_order_firmed()); return true;
    case Kind::kPlannedOrderTaken: fold(event.planned_order_taken()); return true;
    case Kind::kPlannedOrderDropped: fold(event.planned_order_dropped()); return true;
    case Kind::KIND_NOT_SET: return false;
  }
  return false;
}

}  // namespace layerline::projections
