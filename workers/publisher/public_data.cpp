#include <algorithm>

#include "domain/kernel/iso_time.hpp"
#include "domain/kernel/one_if_untold.hpp"
#include "infra/json/writer.hpp"
#include "workers/publisher/limits.hpp"
#include "workers/publisher/public_event.hpp"

namespace layerline::publisher {
namespace {

// Letters, digits and a few marks, and short: what a program or a fixed list has chosen, not what a person wrote.
bool is_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '+' || c == '.';
  };
  return text.size() <= limits::word_max && std::ranges::all_of(text, plain);
}

// The members of `data`, in the order of the calls. There is no way to hand it a text as it is.
class Data {
 public:
  Data(Topic topic, std::string_view currency) : topic_(topic), currency_(currency) {}

  Data& id(std::string_view name, std::string_view id) {
    key(name);
    json::append_string(json_, id);
    return *this;
  }
  Data& word(std::string_view name, std::string_view text) { return id(name, is_word(text) ? text : "other"); }
  Data& number(std::string_view name, std::int64_t number) { return raw(name, std::to_string(number)); }
  Data& flag(std::string_view name, bool flag) { return raw(name, flag ? "true" : "false"); }
  Data& money(std::string_view name, std::int64_t minor_units) { return money(name, minor_units, currency_); }
  Data& money(std::string_view name, std::int64_t minor_units, std::string_view currency) {
    lacks_currency_ = lacks_currency_ || currency.empty();
    raw(name, "{\"amount\":" + std::to_string(minor_units) + ",\"currency\":");
    json::append_string(json_, currency);
    json_ += '}';
    return *this;
  }
  Data& time(std::string_view name, std::int64_t time_ms) { return time_ms == 0 ? raw(name, "null") : id(name, iso_time(time_ms)); }
  template <class Texts>
  Data& words(std::string_view name, const Texts& texts) {
    raw(name, "[");
    for (const std::string& text : texts) {
      if (json_.back() != '[') json_ += ',';
      json::append_string(json_, is_word(text) ? std::string_view(text) : "other");
    }
    json_ += ']';
    return *this;
  }
  operator std::optional<PublicData>() const { return PublicData{topic_, json_ + '}', lacks_currency_}; }   // the end of the chain

 private:
  void key(std::string_view name) {
    if (json_.size() > 1) json_ += ',';
    json::append_string(json_, name);
    json_ += ':';
  }
  Data& raw(std::string_view name, std::string_view value) {
    key(name);
    json_ += value;
    return *this;
  }

  Topic topic_;
  std::string_view currency_;
  bool lacks_currency_ = false;
  std::string json_ = "{";
};

Data options(Data data, const events::QuoteOptions& options) {
  return data.number("quantity", options.quantity())
      .word("material_type", options.material_type())
      .word("colour", options.colour())
      .number("infill_percent", options.infill_percent())
      .word("finish", options.finish())
      .flag("rush", options.rush());
}

Data price(Data data, const events::PriceBreakdown& price) {
  return data.number("milligrams_per_unit", price.milligrams())
      .number("print_ms_per_unit", price.print_ms())
      .money("material_cost", price.material_cost())
      .money("machine_cost", price.machine_cost())
      .money("labour_cost", price.labour_cost())
      .money("overhead_cost", price.overhead_cost())
      .money("unit_cost", price.unit_cost())
      .money("unit_price", price.line_unit_price())
      .money("total", price.total());
}

Data facts(Data data, const events::ProductionOrderCreated& created) {
  return data.id("production_order", created.production_order())
      .id("number", created.number())
      .id("order", created.order())
      .id("product", created.product())
      .number("quantity", created.quantity())
      .word("material", created.material())
      .number("milligrams_per_unit", created.milligrams_per_unit())
      .number("print_ms_per_unit", created.print_ms_per_unit())
      .flag("rush", created.rush());
}

// How many lie in a parcel, or no longer will.
std::int64_t pieces(const auto& event) {
  std::int64_t sum = 0;
  for (const events::Piece& piece : event.pieces()) sum += piece.quantity();
  return sum;
}

}  // namespace

// Every kind of event stands here, so that a new one does not compile until somebody has said what of it is public.
std::optional<PublicData> public_data(const events::Event& event, std::string_view workshop_currency) {
  using Kind = events::Event;
  const auto on = [&](Topic topic) { return Data(topic, workshop_currency); };
  const auto quote = [&](const auto& e) { return on(Topic::quotes).id("quote", e.quote()); };
  const auto order = [&](const auto& e) { return on(Topic::orders).id("order", e.order()); };
  const auto payment = [&](const auto& e) { return on(Topic::payments).id("payment", e.payment()); };
  const auto material = [&](const auto& e) { return on(Topic::inventory).word("material", e.material()); };
  const auto production = [&](const auto& e) { return on(Topic::production).id("production_order", e.production_order()); };
  const auto printer = [&](const auto& e) { return on(Topic::printing).id("printer", e.printer()); };
  const auto job = [&](const auto& e) { return on(Topic::printing).id("job", e.job()); };
  const auto shipment = [&](const auto& e) { return on(Topic::shipments).id("shipment", e.shipment()).id("order", e.order()); };
  switch (event.kind_case()) {
    // How the workshop is run, who may do what, models and products: its own business.
    case Kind::kWorkshopOpened: case Kind::kWorkshopConfigured: case Kind::kWorkshopListed: case Kind::kKeyIssued:
    case Kind::kKeyRevoked: case Kind::kSubjectErased: case Kind::kTimerSet: case Kind::kTimerFired: case Kind::kFileUploaded:
    case Kind::kDailyReported:
    case Kind::kModelAnalysed: case Kind::kModelRefused: case Kind::kProductCreated: case Kind::kProductBomDefined:
      return std::nullopt;

    case Kind::kQuoteDrafted: {
      const auto& e = event.quote_drafted();
      return options(quote(e).id("number", e.number()), e.options()).number("files", e.files_size());
    }
    case Kind::kQuoteChanged: return options(quote(event.quote_changed()), event.quote_changed().options());
    case Kind::kQuotePriced: {
      const auto& e = event.quote_priced();
      return price(quote(e), e.price()).number("delivery_days", e.delivery_days()).flag("by_rules", e.by() == "rules");
    }
    case Kind::kQuoteSubmitted: return quote(event.quote_submitted()).words("reasons", event.quote_submitted().reasons());
    case Kind::kQuoteApproved: return quote(event.quote_approved()).time("expires_at", event.quote_approved().expires_ms());
    case Kind::kQuoteAccepted: {
      const auto& e = event.quote_accepted();
      return quote(e).id("order", e.order()).id("product", e.product());
    }
    case Kind::kQuoteRejected: return quote(event.quote_rejected()).word("reason", event.quote_rejected().reason());
    case Kind::kQuoteCancelled: return quote(event.quote_cancelled());
    case Kind::kQuoteExpired: return quote(event.quote_expired());
    case Kind::kQuoteNoted: return std::nullopt;

    case Kind::kOrderPlaced: {
      const auto& e = event.order_placed();
      return order(e).id("number", e.number()).word("type", e.type()).word("source", e.source()).id("quote", e.quote())
          .id("product", e.product()).id("payment", e.payment()).number("quantity", e.quantity())
          .money("total", e.total(), e.currency()).time("quoted_at", e.quoted_ms());
    }
    case Kind::kOrderReleased: return order(event.order_released());
    case Kind::kOrderPaid: return order(event.order_paid()).id("payment", event.order_paid().payment());
    case Kind::kOrderQueued: return order(event.order_queued());
    case Kind::kOrderPrinting: return order(event.order_printing());
    case Kind::kOrderPrinted: return order(event.order_printed());
    case Kind::kOrderQualityCheckStarted: return order(event.order_quality_check_started());
    case Kind::kOrderQualityFailed:
      return order(event.order_quality_failed()).number("reprint_quantity", event.order_quality_failed().reprint_quantity());
    case Kind::kOrderReadyToShip: return order(event.order_ready_to_ship());
    case Kind::kOrderShipped: return order(event.order_shipped()).id("shipment", event.order_shipped().shipment());
    case Kind::kOrderPartlyShipped: {
      const auto& e = event.order_partly_shipped();
      return order(e).id("shipment", e.shipment()).number("pieces", pieces(e));
    }
    case Kind::kOrderRestCancelled: return order(event.order_rest_cancelled()).number("pieces", pieces(event.order_rest_cancelled()));
    case Kind::kOrderDelivered: return order(event.order_delivered()).id("shipment", event.order_delivered().shipment());
    case Kind::kOrderCompleted: return order(event.order_completed());
    case Kind::kOrderHeld: return order(event.order_held());
    case Kind::kOrderResumed: return order(event.order_resumed());
    case Kind::kOrderCancelled: return order(event.order_cancelled());
    case Kind::kOrderRefunded: return order(event.order_refunded()).id("payment", event.order_refunded().payment());
    case Kind::kOrderShippingChanged: return std::nullopt;

    case Kind::kPaymentRequested: {
      const auto& e = event.payment_requested();
      return payment(e).id("order", e.order()).money("amount", e.amount(), e.currency());
    }
    case Kind::kPaymentSucceeded: {
      const auto& e = event.payment_succeeded();
      return payment(e).id("order", e.order()).money("received", e.received());
    }
    case Kind::kPaymentFailed: return payment(event.payment_failed()).word("code", event.payment_failed().code());
    case Kind::kPaymentRecorded: {
      const auto& e = event.payment_recorded();
      return payment(e).id("order", e.order()).money("received", e.received()).word("method", e.method());
    }
    case Kind::kPaymentRefundRequested:
      return payment(event.payment_refund_requested()).money("amount", event.payment_refund_requested().amount());
    case Kind::kPaymentRefunded: {
      const auto& e = event.payment_refunded();
      return payment(e).id("order", e.order()).money("refunded", e.refunded());
    }
    // Between us and the provider.
    case Kind::kPaymentIntentCreated: case Kind::kPaymentProgressed: case Kind::kPaymentIntentRefused: return std::nullopt;

    case Kind::kMaterialDefined: {
      const auto& e = event.material_defined();
      return material(e).word("type", e.type()).word("colour", e.colour()).number("low_stock_mg", e.low_stock_mg());
    }
    case Kind::kStockReceived: return material(event.stock_received()).number("milligrams", event.stock_received().milligrams());
    case Kind::kStockAdjusted: return material(event.stock_adjusted()).number("milligrams", event.stock_adjusted().milligrams());
    case Kind::kStockReserved: {
      const auto& e = event.stock_reserved();
      return material(e).id("production_order", e.production_order()).number("milligrams", e.milligrams());
    }
    case Kind::kStockShortageNoted: {
      const auto& e = event.stock_shortage_noted();
      return material(e).id("production_order", e.production_order()).number("milligrams", e.milligrams());
    }
    case Kind::kStockReleased: {
      const auto& e = event.stock_released();
      return material(e).id("production_order", e.production_order()).number("milligrams", e.milligrams());
    }
    case Kind::kStockConsumed: {
      const auto& e = event.stock_consumed();
      return material(e).id("production_order", e.production_order()).id("job", e.job()).number("milligrams", e.milligrams())
          .word("origin", e.origin()).number("missing_mg", e.missing_mg());
    }
    case Kind::kStockConsumptionCorrected: {
      const auto& e = event.stock_consumption_corrected();
      return material(e).id("job", e.job()).number("milligrams", e.milligrams()).number("difference_mg", e.difference_mg())
          .word("origin", e.origin());
    }
    case Kind::kStockLow: {
      const auto& e = event.stock_low();
      return material(e).number("available_mg", e.available_mg()).number("low_stock_mg", e.low_stock_mg());
    }

    case Kind::kProductionOrderCreated: return facts(on(Topic::production), event.production_order_created());
    case Kind::kProductionFileAttached: {
      const auto& e = event.production_file_attached();
      return production(e).word("origin", e.origin()).word("filament_type", e.filament_type()).number("nozzle_um", e.nozzle_um())
          .number("milligrams", e.milligrams()).number("print_ms", e.print_ms()).number("layers", e.layers())
          .number("pieces", one_if_untold(e.pieces()));
    }
    case Kind::kProductionFileRefused: return production(event.production_file_refused());
    case Kind::kProductionDeferred:
      return production(event.production_deferred()).words("reasons", event.production_deferred().reasons());
    case Kind::kProductionUnitPrinted: {
      const auto& e = event.production_unit_printed();
      return production(e).id("job", e.job()).number("quantity", one_if_untold(e.quantity())).number("surplus", e.surplus());
    }
    case Kind::kProductionPiecesMade:
      return production(event.production_pieces_made()).number("quantity", event.production_pieces_made().quantity());
    case Kind::kProductionUnitFailed: {
      const auto& e = event.production_unit_failed();
      return production(e).id("job", e.job()).number("quantity", one_if_untold(e.quantity()));
    }
    case Kind::kProductionCompleted: return production(event.production_completed()).id("order", event.production_completed().order());
    case Kind::kProductionCancelled: return production(event.production_cancelled());
    case Kind::kProductionChecked: {
      const auto& e = event.production_checked();
      return production(e).flag("passed", e.passed()).words("defects", e.defects()).number("scrapped", e.scrapped())
          .flag("rework", e.rework());
    }
    case Kind::kProductionReprintNeeded:
      return production(event.production_reprint_needed()).number("quantity", event.production_reprint_needed().quantity());

    case Kind::kPrinterAdded: {
      const auto& e = event.printer_added();
      return printer(e).word("model", e.model()).number("nozzle_um", e.nozzle_um());
    }
    case Kind::kPrinterStatusChanged:
      return printer(event.printer_status_changed()).word("status", event.printer_status_changed().status());
    case Kind::kPrinterFilamentLoaded: {
      const auto& e = event.printer_filament_loaded();
      return printer(e).number("slot", e.slot()).word("material", e.material()).number("milligrams", e.milligrams());
    }
    case Kind::kPrinterPlateClosed: return printer(event.printer_plate_closed()).id("job", event.printer_plate_closed().job());
    case Kind::kPrinterPlateCleared: return printer(event.printer_plate_cleared());

    case Kind::kPrintDispatched: {
      const auto& e = event.print_dispatched();
      return job(e).id("production_order", e.production_order()).id("printer", e.printer()).number("slot", e.slot())
          .number("print_ms", e.print_ms()).number("layers", e.layers()).number("milligrams", e.milligrams())
          .number("pieces", one_if_untold(e.pieces())).number("surplus", e.surplus());
    }
    case Kind::kPrintStarted: return job(event.print_started()).id("printer", event.print_started().printer());
    case Kind::kPrintProgressed: {
      const auto& e = event.print_progressed();
      return job(e).number("percent", e.percent()).number("layer", e.layer());
    }
    case Kind::kPrintPaused: return job(event.print_paused());
    case Kind::kPrintResumed: return job(event.print_resumed());
    case Kind::kPrintFinished: {
      const auto& e = event.print_finished();
      return job(e).id("printer", e.printer()).flag("inferred", e.inferred()).flag("suspicious", e.suspicious());
    }
    case Kind::kPrintFailed: {
      const auto& e = event.print_failed();
      return job(e).id("printer", e.printer()).flag("started", e.started()).number("layer", e.layer());
    }
    case Kind::kPrintCancelled: {
      const auto& e = event.print_cancelled();
      return job(e).id("printer", e.printer()).flag("started", e.started()).number("layer", e.layer());
    }
    case Kind::kPrintEndUnknown: {
      const auto& e = event.print_end_unknown();
      return job(e).id("printer", e.printer()).number("layer", e.layer());
    }
    case Kind::kPrintStopRequested: return job(event.print_stop_requested());

    // A tracking number leads to the person who gets the parcel.
    case Kind::kShipmentLabelRequested:
      return shipment(event.shipment_label_requested()).word("carrier", event.shipment_label_requested().carrier());
    case Kind::kShipmentShipped: return shipment(event.shipment_shipped()).word("carrier", event.shipment_shipped().carrier());
    case Kind::kShipmentDelivered: return shipment(event.shipment_delivered());

    // The catalogue, its pieces, and what a shop says of its own order: what follows from them stands above.
    case Kind::kProductDefined: case Kind::kProductChanged: case Kind::kProductFileSet: case Kind::kProductFileRemoved:
    case Kind::kProductBomVersionDefined: case Kind::kProductBomVersionActivated: case Kind::kProductCostRolled:
    case Kind::kOrderObserved: case Kind::kOrderLinesChanged: case Kind::kOrderLineMapped: case Kind::kOrderLinePlanned:
    case Kind::kPaymentAmountChanged: case Kind::kSkuMapped: case Kind::kSkuUnmapped: case Kind::kUnitsReceived:
    case Kind::kUnitsAllocated: case Kind::kUnitsReleased: case Kind::kUnitsIssued: case Kind::kUnitsScrapped:
    case Kind::kUnitsAdjusted: case Kind::kOrderShortOfStock: case Kind::kOrderShortageAnswered: case Kind::kOrderReopened:
    // What lies in a cart is its owner's; the payment and the order that come of it are published.
    case Kind::kCartItemSet: case Kind::kCartMerged: case Kind::kCartCheckedOut: case Kind::kCartHoldLapsed: case Kind::kCartOrdered:
    case Kind::kCartExpired:
      return std::nullopt;

    // How a customer is reached, and where he lives.
    case Kind::kCustomerContactChanged: case Kind::kCustomerAddressSaved: case Kind::kCustomerAddressRemoved:
    case Kind::kCustomerAddressPreferred: return std::nullopt;
    // Where things lie, who sands them, what they look like and which is made first.
    case Kind::kLocationOpened: case Kind::kStockMoved: case Kind::kUnitsMoved: case Kind::kStockHeld: case Kind::kProductionStepDone:
    case Kind::kQualityPhotoTaken: case Kind::kProductionRescheduled:
    // What a printer costs, and how large it is, is its workshop's business.
    case Kind::kPrinterChanged:
      return std::nullopt;
    // What a workshop buys and plans is its own business; what comes of it are receipts and production orders.
    case Kind::kSupplierAdded: case Kind::kPurchaseDrafted: case Kind::kPurchasePlaced: case Kind::kPurchaseReceived:
    case Kind::kPurchaseCancelled: case Kind::kUnitsShortageNoted: case Kind::kUnitsLow: case Kind::kItemRulesSet:
    case Kind::kPlannedOrderFirmed: case Kind::kPlannedOrderTaken: case Kind::kPlannedOrderDropped:
      return std::nullopt;

    // What is asked of the outside world shows in its results.
    case Kind::kEffectRequested: case Kind::kEffectAttempted: case Kind::kEffectSucceeded: case Kind::kEffectFailed:
    case Kind::kEffectUnknown: case Kind::kEffectParked: case Kind::kEffectRetried:
    // How a workshop is connected is its own business; the orders that come of it are published.
    case Kind::kShopConnected: case Kind::kShopRemoved: case Kind::kShopOrderNotified: case Kind::kShopCaughtUp: case Kind::KIND_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace layerline::publisher
