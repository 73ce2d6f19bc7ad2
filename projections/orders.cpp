#include "projections/orders.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "domain/kernel/words.hpp"
#include "projections/dispatch.hpp"
#include "projections/documents.hpp"
#include "projections/format.hpp"
#include "projections/order_parcels.hpp"
#include "projections/order_production.hpp"
#include "projections/order_terms.hpp"

namespace layerline::projections::orders {
namespace {

struct Fold {
  const Commit& commit;
  const EventView& event;
  Documents& documents;

  // ---- the order ----

  Entry& changed(const std::string& order) {
    Entry& entry = documents.edit("order", order);
    if (event.stream == "order/" + order) entry.version = event.version;
    entry.json["updated_at"] = iso_time(commit.time_ms);
    return entry;
  }
  // Adds a line to the timeline and returns its path.
  std::string line(Entry& entry, std::string_view what, std::string_view by = {}) {
    const std::size_t index = entry.json["timeline"].items().size();
    entry.json["timeline"].push_back(Json{{"event", what}, {"at", iso_time(commit.time_ms)}, {"by", text_or_null(by)}});
    return fmt::format("timeline/{}", index);
  }
  std::string state(Entry& entry, std::string_view word, std::string_view by = {});
  void state(const std::string& order, std::string_view word, std::string_view by = {}) { state(changed(order), word, by); }
  void store_address(Entry& entry, const events::Address& address);

  void operator()(const events::SubjectErased& erased) { documents.erase_subject(erased.subject()); }
  void operator()(const events::ProductCreated& created) {
    Entry& product = documents.create("product", created.product(), commit.time_ms);
    product.json = Json{{"sku", created.sku()}, {"name", Json()}, {"subject", created.name().subject()}};
    documents.personal(product, "name", created.name());
  }
  void operator()(const events::ProductDefined& defined) {
    Entry& product = documents.create("product", defined.product(), commit.time_ms);
    product.json = Json{{"sku", defined.sku()}, {"name", defined.entry().name()}, {"subject", ""}};
  }
  void operator()(const events::OrderPlaced& placed);

  // ---- its lines ----

  void store_lines(Entry& entry, const google::protobuf::RepeatedPtrField<events::OrderLine>& lines, const Json& before);
  Json* line_of(Entry& entry, std::string_view id) {
    for (Json& line : entry.json["lines"].items())
      if (line.text("id") == id) return &line;
    return nullptr;
  }
  void set_product(Json& line, std::string_view product) {
    line["product_id"] = text_or_null(product);
    const Entry* known = documents.find("product", product);
    line["product_sku"] = known == nullptr ? Json() : Json(known->json.text("sku"));
  }
  void operator()(const events::OrderObserved& observed) {
    Entry& entry = changed(observed.order());
    entry.json["source_report"] = observed.report();
    entry.json["source_modified_at"] = iso_time(observed.modified_ms());
  }
  void operator()(const events::OrderLinesChanged& change) {
    Entry& entry = changed(change.order());
    const Terms terms = terms_of(entry.json);
    const Json before = entry.json["lines"];
    store_lines(entry, change.lines(), before);
    index(documents, entry, terms);
    entry.json["shipping_price"] = money(change.shipping(), entry.json.text("currency"));
    entry.json["total_price"] = money(change.total(), entry.json.text("currency"));
    line(entry, "LINES_CHANGED");
  }
  void operator()(const events::OrderLineMapped& mapped) {
    Entry& entry = changed(mapped.order());
    const Terms terms = terms_of(entry.json);
    if (Json* line = line_of(entry, mapped.line())) {
      set_product(*line, mapped.product());
      (*line)["state"] = "open";
    }
    index(documents, entry, terms);
  }
  void operator()(const events::OrderLinePlanned& planned) {
    Entry& entry = changed(planned.order());
    if (Json* line = line_of(entry, planned.line())) {
      (*line)["state"] = "planned";
      (*line)["from_stock"] = planned.allocated();
      (*line)["to_make"] = planned.to_make();
    }
  }
  void operator()(const events::OrderShortOfStock& short_of) {
    Entry& entry = changed(short_of.order());
    Json lines = Json::Array{};
    for (const auto& missing : short_of.lines()) lines.push_back(Json{{"line_id", missing.line()}, {"quantity", missing.quantity()}});
    entry.json["shortage"] = Json{{"lines", std::move(lines)}, {"choices", Json::Array{"wait", "refund"}}, {"answer", Json()},
                                  {"noted_at", iso_time(commit.time_ms)}};
    line(entry, "SHORT_OF_STOCK");
  }
  void operator()(const events::OrderShortageAnswered& answered) {
    Entry& entry = changed(answered.order());
    entry.json["shortage"]["answer"] = answered.answer();
    line(entry, "SHORTAGE_ANSWERED", answered.by());
  }
  void operator()(const events::OrderReopened& reopened) {
    state(reopened.order(), "QUOTED");
    for (Json& line : changed(reopened.order()).json["lines"].items()) line["state"] = "open";
  }
  void operator()(const events::PaymentAmountChanged& change) {
    Entry& payment = documents.edit("payment", change.payment());
    payment_changed(change.payment(), payment.status);
    payment.json["amount"] = money(change.amount(), payment.json.text("currency"));
    received(change.payment(), 0, payment.status == "requested" ? "requested" : "");
  }
  void operator()(const events::OrderReleased& released) {
    Entry& entry = changed(released.order());
    entry.json["released"] = true;
    documents.personal(entry, line(entry, "RELEASED", released.by()) + "/reason", released.reason());
  }
  void operator()(const events::OrderPaid& paid) {
    Entry& entry = changed(paid.order());
    // A released order is already on its way when it is paid.
    if (entry.status == "QUOTED") state(entry, "PAID");
    else line(entry, "PAID");
  }
  void operator()(const events::OrderQueued& queued) { state(queued.order(), "QUEUED"); }
  void operator()(const events::OrderPrinting& printing) { state(printing.order(), "PRINTING"); }
  void operator()(const events::OrderPrinted& printed) { state(printed.order(), "PRINTED"); }
  void operator()(const events::OrderQualityCheckStarted& started) { state(started.order(), "QUALITY_CHECK", started.by()); }
  void operator()(const events::OrderQualityFailed& failed) {
    Entry& entry = changed(failed.order());
    const std::string path = line(entry, "QUALITY_FAILED", failed.by());
    Json& at = entry.json["timeline"].items().back();
    at["reprint_quantity"] = failed.reprint_quantity();
    for (const std::string& defect : failed.defects()) at["defects"].push_back(defect);
    documents.personal(entry, path + "/reason", failed.reason());
    state(entry, "QUEUED");
  }
  void operator()(const events::QualityPhotoTaken& e) { if (!e.order().empty()) add_photo(changed(e.order()).json, e, commit.time_ms); }
  void operator()(const events::OrderReadyToShip& ready) { state(ready.order(), "READY_TO_SHIP", ready.by()); }
  void operator()(const events::OrderPartlyShipped& shipped) { line(changed(shipped.order()), "PARTLY_SHIPPED"); }
  void operator()(const events::OrderRestCancelled& e) {
    Entry& entry = changed(e.order());
    documents.personal(entry, line(entry, "REST_CANCELLED", e.by()) + "/reason", e.reason());
  }
  void operator()(const events::OrderShipped& shipped) { state(shipped.order(), "SHIPPED"); }
  void operator()(const events::OrderDelivered& delivered) { state(delivered.order(), "DELIVERED"); }
  void operator()(const events::OrderCompleted& completed) { state(completed.order(), "COMPLETE", completed.by()); }
  void operator()(const events::OrderHeld& held);
  void operator()(const events::OrderResumed& resumed);
  void operator()(const events::OrderCancelled& cancelled) {
    Entry& entry = changed(cancelled.order());
    documents.personal(entry, state(entry, "CANCELLED", cancelled.by()) + "/reason", cancelled.reason());
  }
  void operator()(const events::OrderRefunded& refunded) { state(refunded.order(), "REFUNDED"); }
  void operator()(const events::OrderShippingChanged& change) {
    Entry& entry = changed(change.order());
    store_address(entry, change.ship_to());
    line(entry, "SHIPPING_CHANGED", change.by());
  }

  // ---- its payment ----

  Entry& payment_changed(const std::string& payment, std::string_view status);
  void received(const std::string& payment, std::int64_t minor_units, std::string_view status);

  void operator()(const events::PaymentRequested& requested);
  void operator()(const events::PaymentIntentCreated& created);
  void operator()(const events::PaymentIntentRefused& refused) {
    Entry& payment = documents.edit("payment", refused.payment());
    payment_changed(refused.payment(), payment.status == "requested" ? "failed" : payment.status).json["failure"] = refused.reason();
  }
  void operator()(const events::PaymentProgressed& progressed) {
    received(progressed.payment(), progressed.received(), "");
    Entry& payment = documents.edit("payment", progressed.payment());
    payment.json["provider_state"] = progressed.state();
    payment.json["capturable"] = money(progressed.capturable(), payment.json.text("currency"));
  }
  void operator()(const events::PaymentSucceeded& succeeded) { received(succeeded.payment(), succeeded.received(), "succeeded"); }
  void operator()(const events::PaymentFailed& failed) {
    Entry& payment = payment_changed(failed.payment(), "failed");
    payment.json["failure"] = failed.code();
    if (Entry* order = documents.find("order", payment.json.text("order_id"))) line(*order, "PAYMENT_FAILED");
  }
  void operator()(const events::PaymentRecorded& recorded);
  void operator()(const events::PaymentRefundRequested& requested);
  void operator()(const events::PaymentRefunded& refunded);

  // ---- its production and parcel, at a glance ----

  // nullopt: it is made for the stock.
  std::optional<Making> making_of(const std::string& production_order);
  void operator()(const events::ProductionOrderCreated& created);
  template <class T>
    requires OneOf<T, events::ProductionRescheduled, events::PrintDispatched, events::ProductionUnitPrinted, events::ProductionUnitFailed,
                   events::ProductionPiecesMade, events::ProductionReprintNeeded, events::ProductionCompleted, events::ProductionCancelled>
  void operator()(const T& step) {
    if (const auto making = making_of(step.production_order())) show(*making, step);
  }
  void operator()(const events::LabelRequested& e) { add_label(changed(e.order()).json, e); }
  void operator()(const events::ShipmentShipped& e) {
    Entry& entry = changed(e.order());
    const Terms terms = terms_of(entry.json);
    add_parcel(entry.json, e, commit.time_ms);
    index(documents, entry, terms);
  }
  void operator()(const events::ShipmentDelivered& e) { parcel_arrived(changed(e.order()).json, e.shipment(), commit.time_ms); }

  template <class T>
    requires ShopEvent<T> || PurchaseEvent<T> || PlanningEvent<T> ||
             OneOf<T, events::WorkshopOpened, events::WorkshopConfigured, events::WorkshopListed, events::ApiKeyIssued,
                   events::ApiKeyRevoked, events::TimerSet, events::TimerFired, events::DailyReported, events::BomDefined,
                   events::ProductChanged, events::ProductFileSet, events::ProductFileRemoved, events::BomVersionDefined,
                   events::BomVersionActivated, events::ProductCostRolled, events::SkuMapped, events::SkuUnmapped,
                   events::PrintFileAttached, events::PrintFileRefused, events::ProductionDeferred,
                   events::ProductionChecked,
                   events::WorkStepDone, events::PrintStarted, events::PrintProgressed, events::PrintPaused,
                   events::PrintResumed, events::PrintFinished, events::PrintFailed, events::PrintCancelled, events::PrintEndUnknown,
                   events::PrintStopRequested> ||
             UnitsEvent<T> || ModelEvent<T> || QuoteEvent<T> || StockEvent<T> || PrinterEvent<T> || EffectEvent<T>
  void operator()(const T&) {}
};

std::string_view erp_word(std::string_view state) { return words::theirs(words::erp_order, state); }

std::string Fold::state(Entry& entry, std::string_view word, std::string_view by) {
  set_status(documents, entry, word);
  entry.json["status"] = word;
  entry.json["erp_status"] = entry.json.flag("on_hold") ? "on_hold" : erp_word(word);
  return line(entry, word, by);
}

void Fold::store_address(Entry& entry, const events::Address& address) {
  entry.json["shipping"] = Json::Object{};
  documents.personal(entry, "shipping/name", address.name());
  documents.personal(entry, "shipping/line1", address.line1());
  documents.personal(entry, "shipping/line2", address.line2());
  documents.personal(entry, "shipping/city", address.city());
  documents.personal(entry, "shipping/postal_code", address.postal_code());
  documents.personal(entry, "shipping/region", address.region());
  entry.json["shipping"]["country"] = text_or_null(address.country());
  documents.personal(entry, "shipping/phone", address.phone());
}

// What was planned for a line stays true as long as the same goods are wanted.
void Fold::store_lines(Entry& entry, const google::protobuf::RepeatedPtrField<events::OrderLine>& lines, const Json& before) {
  const std::string currency(entry.json.text("currency"));
  entry.json["lines"] = Json::Array{};
  for (const events::OrderLine& stored : lines) {
    Json line{{"id", stored.line()}, {"source_line_id", text_or_null(stored.external_line())}, {"sku", text_or_null(stored.sku())},
              {"title", Json()}, {"quantity", stored.quantity()}, {"unit_price", money(stored.unit_price(), currency)},
              {"total", money(stored.unit_price() * stored.quantity(), currency)}, {"product_id", Json()}, {"product_sku", Json()},
              {"state", stored.product().empty() ? "unknown_sku" : "open"}, {"from_stock", 0}, {"to_make", 0}, {"sent", 0}};
    set_product(line, stored.product());
    for (const Json& old : *before.array()) {
      if (old.text("id") == stored.line()) line["sent"] = old.integer("sent");
      const bool same = old.text("id") == stored.line() && old.text("product_id") == stored.product() && old.text("sku") == stored.sku() &&
                        old.integer("quantity") == stored.quantity();
      if (!same) continue;
      for (const std::string_view kept : {"state", "from_stock", "to_make"}) line[kept] = *old.find(kept);
    }
    entry.json["lines"].push_back(std::move(line));
    documents.personal(entry, fmt::format("lines/{}/title", entry.json["lines"].items().size() - 1), stored.title());
  }
  entry.json["quantity"] = std::accumulate(lines.begin(), lines.end(), std::int64_t{0},
                                           [](std::int64_t sum, const events::OrderLine& line) { return sum + line.quantity(); });
}

std::int64_t amount_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member == nullptr ? 0 : member->integer("amount");
}

// The order's word for what its payment has received and given back.
void show_on_order(Documents& documents, const Entry& payment, std::int64_t time_ms) {
  Entry* order = documents.find("order", payment.json.text("order_id"));
  if (order == nullptr) return;
  const std::string_view currency = payment.json.text("currency");
  const std::int64_t received = amount_of(payment.json, "received");
  const std::int64_t refunded = amount_of(payment.json, "refunded");
  order->json["amount_paid"] = money(received, currency);
  order->json["amount_refunded"] = money(refunded, currency);
  std::string_view word = "pending";
  if (refunded > 0 && refunded >= received) {
    word = "refunded";
  } else if (payment.status == "succeeded" || (received > 0 && received >= amount_of(payment.json, "amount"))) {
    word = "paid";
  } else if (received > 0) {
    word = "partial";
  }
  order->json["payment_status"] = word;
  order->json["updated_at"] = iso_time(time_ms);
}

void Fold::operator()(const events::OrderPlaced& placed) {
  Entry& entry = documents.create("order", placed.order(), commit.time_ms);
  entry.version = event.version;
  entry.customer = placed.customer();
  const Json none = money(0, placed.currency());
  entry.json = Json{
      {"id", placed.order()}, {"order_number", placed.number()}, {"status", "QUOTED"}, {"erp_status", "pending"}, {"on_hold", false},
      {"hold_reason", Json()}, {"released", false}, {"order_type", placed.type()}, {"source", placed.source()},
      {"quote_id", text_or_null(placed.quote())}, {"quote_number", text_or_null(placed.quote_number())},
      {"product_id", text_or_null(placed.product())}, {"sku", Json()}, {"product_name", Json()}, {"customer_id", placed.customer()},
      {"customer_email", Json()}, {"quantity", placed.quantity()}, {"currency", placed.currency()},
      {"total_price", money(placed.total(), placed.currency())}, {"payment_id", text_or_null(placed.payment())},
      {"payment_status", "pending"}, {"amount_paid", none}, {"amount_refunded", none}, {"shipping", Json()}, {"shipment", Json()},
      {"production_orders", Json::Array{}}, {"timeline", Json::Array{}}, {"created_at", iso_time(commit.time_ms)},
      {"updated_at", iso_time(commit.time_ms)}, {"shop", text_or_null(placed.shop())},
      {"source_order_id", text_or_null(placed.external_id())},
      {"source_order_number", text_or_null(placed.external_number())}, {"source_report", text_or_null(placed.report())},
      {"source_modified_at", placed.modified_ms() > 0 ? Json(iso_time(placed.modified_ms())) : Json()},
      {"reorder_of", text_or_null(placed.reorder_of())}, {"shipping_price", money(placed.shipping(), placed.currency())},
      {"lines", Json::Array{}}, {"shortage", Json()}, {"pieces_sent", 0}, {"parcels", Json::Array{}}, {"photos", Json::Array{}},
  };
  set_urgency(entry.json, stored_urgency(placed.priority(), false, placed.due_ms()));
  if (placed.lines_size() > 0) store_lines(entry, placed.lines(), Json(Json::Array{}));
  documents.personal(entry, "customer_email", placed.customer_mail());
  if (placed.has_buyer()) {   // an older document stays as it is
    entry.json["customer_kind"] = placed.buyer().kind();
    documents.personal(entry, "customer_name", placed.buyer().name());
    documents.personal(entry, "company", placed.buyer().company());
  }
  store_address(entry, placed.ship_to());
  if (const Entry* product = documents.find("product", placed.product())) {
    entry.json["sku"] = product->json.text("sku");
    documents.personal(entry, "product_name", product->json.text("subject"), product->json.text("name"));
  }
  const auto past = [&](std::string_view word, std::int64_t time_ms) {
    if (time_ms > 0) entry.json["timeline"].push_back(Json{{"event", word}, {"at", iso_time(time_ms)}, {"by", Json()}});
  };
  past("OPPORTUNITY", placed.uploaded_ms());
  past("QUOTED", placed.quoted_ms());
  line(entry, "ORDERED");
  set_status(documents, entry, "QUOTED");
  documents.list(entry, "all", "all");
  documents.list(entry, "customer", placed.customer());
  documents.name(entry, "number", placed.number());
  if (!placed.quote().empty()) documents.name(entry, "quote", placed.quote());
  documents.list(entry, "source", placed.source());
  index(documents, entry, {});
  // Only our own shop's orders come after their payment.
  const Entry* payment = placed.source() == "shop" ? documents.find("payment", placed.payment()) : nullptr;
  if (payment != nullptr) show_on_order(documents, *payment, commit.time_ms);
}

void Fold::operator()(const events::OrderHeld& held) {
  Entry& entry = changed(held.order());
  entry.json["on_hold"] = true;
  entry.json["erp_status"] = "on_hold";
  documents.personal(entry, "hold_reason", held.reason());
  documents.personal(entry, line(entry, "ON_HOLD", held.by()) + "/reason", held.reason());
}

void Fold::operator()(const events::OrderResumed& resumed) {
  Entry& entry = changed(resumed.order());
  entry.json["on_hold"] = false;
  entry.json["hold_reason"] = Json();
  entry.json["erp_status"] = erp_word(entry.status);
  line(entry, "RESUMED", resumed.by());
}

// ---- payments ----

void Fold::operator()(const events::PaymentRequested& requested) {
  Entry& payment = documents.create("payment", requested.payment(), commit.time_ms);
  payment.version = event.version;
  payment.customer = requested.cart();   // a cart is named by whose it is
  if (const Entry* order = documents.find("order", requested.order())) payment.customer = order->customer;
  const Json none = money(0, requested.currency());
  payment.json = Json{
      {"id", requested.payment()}, {"order_id", requested.order()}, {"status", "requested"}, {"currency", requested.currency()},
      {"amount", money(requested.amount(), requested.currency())}, {"received", none}, {"capturable", none}, {"refund_requested", none},
      {"refunded", none}, {"provider", Json()}, {"intent_id", Json()}, {"client_secret", Json()}, {"provider_state", Json()},
      {"failure", Json()}, {"method", Json()}, {"recorded_by", Json()}, {"reference", Json()},
      {"created_at", iso_time(commit.time_ms)}, {"updated_at", iso_time(commit.time_ms)},
  };
  payment.status = "requested";
}

Entry& Fold::payment_changed(const std::string& payment, std::string_view status) {
  Entry& entry = documents.edit("payment", payment);
  if (event.stream == "payment/" + payment) entry.version = event.version;
  entry.status = status;
  entry.json["status"] = status;
  entry.json["updated_at"] = iso_time(commit.time_ms);
  return entry;
}

// `status` empty: as the sum says.
void Fold::received(const std::string& payment, std::int64_t minor_units, std::string_view status) {
  Entry& entry = documents.edit("payment", payment);
  const std::int64_t sum = std::max(minor_units, amount_of(entry.json, "received"));
  entry.json["received"] = money(sum, entry.json.text("currency"));
  if (status.empty()) status = sum >= amount_of(entry.json, "amount") ? "succeeded" : sum > 0 ? "partly_paid" : "open";
  payment_changed(payment, status);
  show_on_order(documents, entry, commit.time_ms);
}

void Fold::operator()(const events::PaymentIntentCreated& created) {
  Entry& payment = documents.edit("payment", created.payment());
  payment_changed(created.payment(), payment.status == "requested" ? "open" : payment.status);
  payment.json["provider"] = created.provider();
  payment.json["intent_id"] = created.intent();
  documents.personal(payment, "client_secret", created.client_secret());
  documents.name(payment, "intent", created.intent());
}

void Fold::operator()(const events::PaymentRecorded& recorded) {
  Entry& payment = documents.edit("payment", recorded.payment());
  payment.json["method"] = recorded.method();
  payment.json["recorded_by"] = recorded.by();
  documents.personal(payment, "reference", recorded.reference());
  received(recorded.payment(), recorded.received(), "");
  if (Entry* order = documents.find("order", recorded.order())) line(*order, "PAYMENT_RECORDED", recorded.by());
}

void Fold::operator()(const events::PaymentRefundRequested& requested) {
  Entry& payment = documents.edit("payment", requested.payment());
  payment_changed(requested.payment(), payment.status);
  const std::int64_t asked = amount_of(payment.json, "refund_requested") + requested.amount();
  payment.json["refund_requested"] = money(asked, payment.json.text("currency"));
  if (Entry* order = documents.find("order", payment.json.text("order_id"))) line(*order, "REFUND_REQUESTED", requested.by());
}

void Fold::operator()(const events::PaymentRefunded& refunded) {
  Entry& payment = documents.edit("payment", refunded.payment());
  payment.json["refunded"] = money(refunded.refunded(), payment.json.text("currency"));
  const bool all = refunded.refunded() >= amount_of(payment.json, "received");
  payment_changed(refunded.payment(), all ? "refunded" : "partly_refunded");
  show_on_order(documents, payment, commit.time_ms);
  if (Entry* order = documents.find("order", refunded.order()); order != nullptr && !all) line(*order, "PARTLY_REFUNDED");
}

// ---- production ----

void Fold::operator()(const events::ProductionOrderCreated& created) {
  if (created.order().empty()) return;
  documents.create("production", created.production_order(), commit.time_ms).json["order"] = created.order();
  show(changed(created.order()).json, created);
}

std::optional<Making> Fold::making_of(const std::string& production_order) {
  Entry* known = documents.find("production", production_order);
  if (known == nullptr) return std::nullopt;
  Json& order = changed(std::string(known->json.text("order"))).json;
  for (Json& line : order["production_orders"].items())
    if (line.text("id") == production_order) return Making{order, line, known->json};
  return std::nullopt;
}

void apply(const Commit& commit, Documents& documents) {
  for (const EventView& event : commit.events)
    if (!dispatch(event.event, Fold{commit, event, documents})) documents.fail("an event of an unknown type on " + event.stream);
}

}  // namespace

const View view{.name = "orders", .version = 8, .poison = Poison::stop, .apply = apply};

}  // namespace layerline::projections::orders
