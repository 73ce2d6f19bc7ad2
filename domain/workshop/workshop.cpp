#include "domain/workshop/workshop.hpp"

#include <algorithm>

namespace layerline {

// Without `default`: an event that is new does not compile until it is folded here.
void evolve(Workshop& w, const std::string& stream, const events::Event& event, Time at) {
  using K = events::Event;
  w.versions[stream] += 1;
  reports::count(w, event, at);
  switch (event.kind_case()) {
    case K::kWorkshopOpened: settings::evolve(w, event.workshop_opened(), at); break;
    case K::kWorkshopConfigured: settings::evolve(w, event.workshop_configured(), at); break;
    case K::kWorkshopListed: settings::evolve(w, event.workshop_listed(), at); break;
    case K::kKeyIssued: settings::evolve(w, event.key_issued(), at); break;
    case K::kKeyRevoked: settings::evolve(w, event.key_revoked(), at); break;
    case K::kSubjectErased: settings::evolve(w, event.subject_erased(), at); break;
    case K::kTimerSet: settings::evolve(w, event.timer_set(), at); break;
    case K::kTimerFired: settings::evolve(w, event.timer_fired(), at); break;
    case K::kQuoteDrafted: quotes::evolve(w, event.quote_drafted(), at); break;
    case K::kQuoteChanged: quotes::evolve(w, event.quote_changed(), at); break;
    case K::kModelAnalysed: quotes::evolve(w, event.model_analysed(), at); break;
    case K::kQuotePriced: quotes::evolve(w, event.quote_priced(), at); break;
    case K::kQuoteSubmitted: quotes::evolve(w, event.quote_submitted(), at); break;
    case K::kQuoteApproved: quotes::evolve(w, event.quote_approved(), at); break;
    case K::kQuoteAccepted: quotes::evolve(w, event.quote_accepted(), at); break;
    case K::kQuoteRejected: quotes::evolve(w, event.quote_rejected(), at); break;
    case K::kQuoteCancelled: quotes::evolve(w, event.quote_cancelled(), at); break;
    case K::kQuoteExpired: quotes::evolve(w, event.quote_expired(), at); break;
    case K::kProductCreated: products::evolve(w, event.product_created(), at); break;
    case K::kProductBomDefined: products::evolve(w, event.product_bom_defined(), at); break;
    case K::kOrderPlaced: orders::evolve(w, event.order_placed(), at); break;
    case K::kOrderReleased: orders::evolve(w, event.order_released(), at); break;
    case K::kOrderPaid: orders::evolve(w, event.order_paid(), at); break;
    case K::kOrderQueued: orders::evolve(w, event.order_queued(), at); break;
    case K::kOrderPrinting: orders::evolve(w, event.order_printing(), at); break;
    case K::kOrderPrinted: orders::evolve(w, event.order_printed(), at); break;
    case K::kOrderQualityCheckStarted: orders::evolve(w, event.order_quality_check_started(), at); break;
    case K::kOrderQualityFailed: orders::evolve(w, event.order_quality_failed(), at); break;
    case K::kOrderReadyToShip: orders::evolve(w, event.order_ready_to_ship(), at); break;
    case K::kOrderShipped: orders::evolve(w, event.order_shipped(), at); break;
    case K::kOrderDelivered: orders::evolve(w, event.order_delivered(), at); break;
    case K::kOrderCompleted: orders::evolve(w, event.order_completed(), at); break;
    case K::kOrderHeld: orders::evolve(w, event.order_held(), at); break;
    case K::kOrderResumed: orders::evolve(w, event.order_resumed(), at); break;
    case K::kOrderCancelled: orders::evolve(w, event.order_cancelled(), at); break;
    case K::kOrderRefunded: orders::evolve(w, event.order_refunded(), at); break;
    case K::kPaymentRequested: payments::evolve(w, event.payment_requested(), at); break;
    case K::kPaymentIntentCreated: payments::evolve(w, event.payment_intent_created(), at); break;
    case K::kPaymentIntentRefused: payments::evolve(w, event.payment_intent_refused(), at); break;
    case K::kPaymentProgressed: payments::evolve(w, event.payment_progressed(), at); break;
    case K::kPaymentSucceeded: payments::evolve(w, event.payment_succeeded(), at); break;
    case K::kPaymentFailed: payments::evolve(w, event.payment_failed(), at); break;
    case K::kPaymentRecorded: payments::evolve(w, event.payment_recorded(), at); break;
    case K::kPaymentRefundRequested: payments::evolve(w, event.payment_refund_requested(), at); break;
    case K::kPaymentRefunded: payments::evolve(w, event.payment_refunded(), at); break;
    case K::kMaterialDefined: inventory::evolve(w, event.material_defined(), at); break;
    case K::kStockReceived: inventory::evolve(w, event.stock_received(), at); break;
    case K::kStockAdjusted: inventory::evolve(w, event.stock_adjusted(), at); break;
    case K::kStockReserved: inventory::evolve(w, event.stock_reserved(), at); break;
    case K::kStockShortageNoted: inventory::evolve(w, event.stock_shortage_noted(), at); break;
    case K::kStockReleased: inventory::evolve(w, event.stock_released(), at); break;
    case K::kStockConsumed:
      inventory::evolve(w, event.stock_consumed(), at);
      printing::unload_consumed(w, event.stock_consumed());
      break;
    case K::kStockConsumptionCorrected: inventory::evolve(w, event.stock_consumption_corrected(), at); break;
    case K::kStockLow: inventory::evolve(w, event.stock_low(), at); break;
    case K::kProductionOrderCreated: production::evolve(w, event.production_order_created(), at); break;
    case K::kProductionFileAttached: production::evolve(w, event.production_file_attached(), at); break;
    case K::kProductionDeferred: production::evolve(w, event.production_deferred(), at); break;
    case K::kProductionUnitPrinted: production::evolve(w, event.production_unit_printed(), at); break;
    case K::kProductionUnitFailed: production::evolve(w, event.production_unit_failed(), at); break;
    case K::kProductionPiecesMade: production::evolve(w, event.production_pieces_made(), at); break;
    case K::kProductionReprintNeeded: production::evolve(w, event.production_reprint_needed(), at); break;
    case K::kProductionCompleted: production::evolve(w, event.production_completed(), at); break;
    case K::kProductionRescheduled: production::evolve(w, event.production_rescheduled(), at); break;
    case K::kProductionCancelled: production::evolve(w, event.production_cancelled(), at); break;
    case K::kPrinterAdded: printing::evolve(w, event.printer_added(), at); break;
    case K::kPrinterStatusChanged: printing::evolve(w, event.printer_status_changed(), at); break;
    case K::kPrinterFilamentLoaded: printing::evolve(w, event.printer_filament_loaded(), at); break;
    case K::kPrinterPlateClosed: printing::evolve(w, event.printer_plate_closed(), at); break;
    case K::kPrinterPlateCleared: printing::evolve(w, event.printer_plate_cleared(), at); break;
    case K::kPrinterChanged: printing::evolve(w, event.printer_changed(), at); break;
    case K::kPrintDispatched: printing::evolve(w, event.print_dispatched(), at); break;
    case K::kPrintStarted: printing::evolve(w, event.print_started(), at); break;
    case K::kPrintProgressed: printing::evolve(w, event.print_progressed(), at); break;
    case K::kPrintPaused: printing::evolve(w, event.print_paused(), at); break;
    case K::kPrintResumed: printing::evolve(w, event.print_resumed(), at); break;
    case K::kPrintFinished: printing::evolve(w, event.print_finished(), at); break;
    case K::kPrintFailed: printing::evolve(w, event.print_failed(), at); break;
    case K::kPrintCancelled: printing::evolve(w, event.print_cancelled(), at); break;
    case K::kPrintEndUnknown: printing::evolve(w, event.print_end_unknown(), at); break;
    case K::kPrintStopRequested: printing::evolve(w, event.print_stop_requested(), at); break;
    case K::kShipmentLabelRequested: shipments::evolve(w, event.shipment_label_requested(), at); break;
    case K::kShipmentShipped: shipments::evolve(w, event.shipment_shipped(), at); break;
    case K::kShipmentDelivered: shipments::evolve(w, event.shipment_delivered(), at); break;
    case K::kEffectRequested: effects::evolve(w, event.effect_requested(), at); break;
    case K::kEffectAttempted: effects::evolve(w, event.effect_attempted(), at); break;
    case K::kEffectSucceeded: effects::evolve(w, event.effect_succeeded(), at); break;
    case K::kEffectFailed: effects::evolve(w, event.effect_failed(), at); break;
    case K::kEffectUnknown: effects::evolve(w, event.effect_unknown(), at); break;
    case K::kEffectParked: effects::evolve(w, event.effect_parked(), at); break;
    case K::kEffectRetried: effects::evolve(w, event.effect_retried(), at); break;
    case K::kProductDefined: products::evolve(w, event.product_defined(), at); break;
    case K::kProductChanged: products::evolve(w, event.product_changed(), at); break;
    case K::kProductFileSet: products::evolve(w, event.product_file_set(), at); break;
    case K::kProductFileRemoved: products::evolve(w, event.product_file_removed(), at); break;
    case K::kProductBomVersionDefined: products::evolve(w, event.product_bom_version_defined(), at); break;
    case K::kProductBomVersionActivated: products::evolve(w, event.product_bom_version_activated(), at); break;
    case K::kProductCostRolled: products::evolve(w, event.product_cost_rolled(), at); break;
    case K::kOrderObserved: orders::evolve(w, event.order_observed(), at); break;
    case K::kOrderLinesChanged: orders::evolve(w, event.order_lines_changed(), at); break;
    case K::kOrderLineMapped: orders::evolve(w, event.order_line_mapped(), at); break;
    case K::kOrderLinePlanned: orders::evolve(w, event.order_line_planned(), at); break;
    case K::kPaymentAmountChanged: payments::evolve(w, event.payment_amount_changed(), at); break;
    case K::kSkuMapped: products::evolve(w, event.sku_mapped(), at); break;
    case K::kSkuUnmapped: products::evolve(w, event.sku_unmapped(), at); break;
    case K::kUnitsReceived: products::evolve(w, event.units_received(), at); break;
    case K::kUnitsAllocated: products::evolve(w, event.units_allocated(), at); break;
    case K::kUnitsReleased: products::evolve(w, event.units_released(), at); break;
    case K::kUnitsIssued: products::evolve(w, event.units_issued(), at); break;
    case K::kUnitsScrapped: products::evolve(w, event.units_scrapped(), at); break;
    case K::kUnitsAdjusted: products::evolve(w, event.units_adjusted(), at); break;
    case K::kUnitsShortageNoted: products::evolve(w, event.units_shortage_noted(), at); break;
    case K::kUnitsMoved: products::evolve(w, event.units_moved(), at); break;
    case K::kUnitsLow: products::evolve(w, event.units_low(), at); break;
    case K::kSupplierAdded: purchasing::evolve(w, event.supplier_added(), at); break;
    case K::kPurchaseDrafted: purchasing::evolve(w, event.purchase_drafted(), at); break;
    case K::kPurchasePlaced: purchasing::evolve(w, event.purchase_placed(), at); break;
    case K::kPurchaseReceived: purchasing::evolve(w, event.purchase_received(), at); break;
    case K::kPurchaseCancelled: purchasing::evolve(w, event.purchase_cancelled(), at); break;
    case K::kItemRulesSet: mrp::evolve(w, event.item_rules_set(), at); break;
    case K::kPlannedOrderFirmed: mrp::evolve(w, event.planned_order_firmed(), at); break;
    case K::kPlannedOrderTaken: mrp::evolve(w, event.planned_order_taken(), at); break;
    case K::kPlannedOrderDropped: mrp::evolve(w, event.planned_order_dropped(), at); break;
    case K::kOrderShippingChanged: orders::evolve(w, event.order_shipping_changed(), at); break;
    case K::kShopConnected: shops::evolve(w, event.shop_connected(), at); break;
    case K::kShopRemoved: shops::evolve(w, event.shop_removed(), at); break;
    case K::kShopCaughtUp: shops::evolve(w, event.shop_caught_up(), at); break;
    case K::kLocationOpened: inventory::evolve(w, event.location_opened(), at); break;
    case K::kStockMoved: inventory::evolve(w, event.stock_moved(), at); break;
    case K::kStockHeld: inventory::evolve(w, event.stock_held(), at); break;
    case K::kProductionStepDone: production::evolve(w, event.production_step_done(), at); break;
    case K::kCartItemSet: carts::evolve(w, event.cart_item_set(), at); break;
    case K::kCartMerged: carts::evolve(w, event.cart_merged(), at); break;
    case K::kCartCheckedOut: carts::evolve(w, event.cart_checked_out(), at); break;
    case K::kCartHoldLapsed: carts::evolve(w, event.cart_hold_lapsed(), at); break;
    case K::kCartOrdered: carts::evolve(w, event.cart_ordered(), at); break;
    case K::kCartExpired: carts::evolve(w, event.cart_expired(), at); break;
    case K::kCustomerContactChanged: customers::evolve(w, event.customer_contact_changed(), at); break;
    case K::kCustomerAddressSaved: customers::evolve(w, event.customer_address_saved(), at); break;
    case K::kCustomerAddressRemoved: customers::evolve(w, event.customer_address_removed(), at); break;
    case K::kCustomerAddressPreferred: customers::evolve(w, event.customer_address_preferred(), at); break;
    case K::kOrderShortOfStock: orders::evolve(w, event.order_short_of_stock(), at); break;
    case K::kOrderShortageAnswered: orders::evolve(w, event.order_shortage_answered(), at); break;
    case K::kQualityPhotoTaken: orders::evolve(w, event.quality_photo_taken(), at); break;
    case K::kProductionChecked: production::evolve(w, event.production_checked(), at); break;
    case K::kOrderReopened: orders::evolve(w, event.order_reopened(), at); break;
    case K::kDailyReported: reports::evolve(w, event.daily_reported(), at); break;
    // Facts that no decision asks for:
    case K::kFileUploaded:
    case K::kModelRefused:
    case K::kQuoteNoted:
    case K::kOrderPartlyShipped:
    case K::kOrderRestCancelled:
    case K::kProductionFileRefused:
    case K::kShopOrderNotified:
    case K::KIND_NOT_SET: break;
  }
}

std::string event_type(const events::Event& event) {
  const auto* field = events::Event::descriptor()->FindFieldByNumber(event.kind_case());
  if (field == nullptr) return "";
  std::string type = field->name();
  if (const std::size_t underscore = type.find('_'); underscore != std::string::npos) type[underscore] = '.';
  return type;
}

}  // namespace layerline
