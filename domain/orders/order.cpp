#include "domain/orders/order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/production/remake.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::orders {
namespace {

std::string stream(const OrderId& id) { return "order/" + id.str(); }

Order& edit(Workshop& workshop, const std::string& id) { return workshop.orders.at(OrderId(id)); }

std::unexpected<Rejection> wrong_status(const Order& order, std::string type, std::string_view wanted) {
  Rejection rejection{.refusal = Refusal::refused,
                      .type = std::move(type),
                      .detail = fmt::format("Order {} is {}{}; this needs {}.", order.number, name(order.status),
                                            order.held ? " and on hold" : "", wanted)};
  rejection.data.emplace_back("order_status", std::string(name(order.status)));
  return std::unexpected(std::move(rejection));
}

}  // namespace

// ---- evolve ----

namespace {

void take_lines(Order& order, const events::OrderPlaced& event) {
  order.source = event.source();
  order.shop = event.shop();
  order.external_id = event.external_id();
  order.external_number = event.external_number();
  order.shipping = event.shipping();
  order.report = report_from(event.report());
  order.modified = {event.modified_ms()};
  order.refunded_there = event.refunded();
  order.carrier_there = event.carrier();
  order.tracking_there = event.tracking_number();
  order.urgency = stored_urgency(event.priority(), false, event.due_ms());
  for (const auto& line : event.lines()) order.lines.push_back(line_from(line));
}

}  // namespace

void note_held_lines(Workshop& workshop, const Order& order) {
  std::erase_if(workshop.held_lines, [&](const auto& held) { return held.first == order.id; });
  for (const Line& line : order.lines)
    if (line.product.empty()) workshop.held_lines.emplace(order.id, line.id);
}

void evolve(Workshop& workshop, const events::OrderPlaced& event, Time) {
  Order order;
  order.id = OrderId(event.order());
  order.number = event.number();
  order.quote = QuoteId(event.quote());
  order.quote_number = event.quote_number();
  order.product = ProductId(event.product());
  order.customer = CustomerId(event.customer());
  order.payment = PaymentId(event.payment());
  order.customer_mail = event.customer_mail().clear();
  const Buyer buyer = buyer_from(event);
  order.buyer = buyer.kind;
  order.company = buyer.company;
  order.customer_name = buyer.name.empty() ? event.ship_to().name().clear() : buyer.name;
  order.quantity = event.quantity();
  order.total = event.total();
  order.ship_to = address_from(event.ship_to());
  take_lines(order, event);
  order.last_line = static_cast<std::int64_t>(order.lines.size());   // a placed order counts them from 1
  workshop.numbers.note(order.number);
  if (!order.lines.empty()) {
    workshop.shop_orders.emplace(products::mapping_key(order.source, order.shop, order.external_id), order.id);
    // A shop elsewhere or an operator knows whose mail address it is; at our own checkout anybody may write any.
    if (paid_elsewhere(order.source) && !order.customer_mail.empty() && order.customer_mail != erased_text)
      workshop.buyers.emplace(order.customer_mail, order.customer);
    note_held_lines(workshop, order);
  }
  workshop.orders.emplace(order.id, std::move(order));
}

void evolve(Workshop& workshop, const events::OrderShippingChanged& event, Time) {
  edit(workshop, event.order()).ship_to = address_from(event.ship_to());
}

void evolve(Workshop& workshop, const events::OrderReleased& event, Time) { edit(workshop, event.order()).released = true; }

void evolve(Workshop& workshop, const events::OrderPaid& event, Time) {
  Order& order = edit(workshop, event.order());
  order.paid = true;
  if (order.status == Status::quoted) order.status = Status::paid;
}

void evolve(Workshop& workshop, const events::OrderQueued& event, Time) { edit(workshop, event.order()).status = Status::queued; }
void evolve(Workshop& workshop, const events::OrderPrinting& event, Time) { edit(workshop, event.order()).status = Status::printing; }
void evolve(Workshop& workshop, const events::OrderPrinted& event, Time) { edit(workshop, event.order()).status = Status::printed; }
void evolve(Workshop& workshop, const events::OrderQualityCheckStarted& event, Time) {
  edit(workshop, event.order()).status = Status::quality_check;
}
void evolve(Workshop& workshop, const events::OrderQualityFailed& event, Time) { edit(workshop, event.order()).status = Status::queued; }
void evolve(Workshop& workshop, const events::OrderReadyToShip& event, Time) {
  edit(workshop, event.order()).status = Status::ready_to_ship;
}

void evolve(Workshop& workshop, const events::OrderShipped& event, Time) {
  Order& order = edit(workshop, event.order());
  order.status = Status::shipped;
}

void evolve(Workshop& workshop, const events::OrderDelivered& event, Time) { edit(workshop, event.order()).status = Status::delivered; }
void evolve(Workshop& workshop, const events::OrderCompleted& event, Time) { edit(workshop, event.order()).status = Status::complete; }
void evolve(Workshop& workshop, const events::OrderHeld& event, Time) { edit(workshop, event.order()).held = true; }
void evolve(Workshop& workshop, const events::OrderResumed& event, Time) { edit(workshop, event.order()).held = false; }
void evolve(Workshop& workshop, const events::OrderCancelled& event, Time) { edit(workshop, event.order()).status = Status::cancelled; }
void evolve(Workshop& workshop, const events::OrderRefunded& event, Time) { edit(workshop, event.order()).status = Status::refunded; }
void evolve(Workshop& workshop, const events::OrderShortOfStock& event, Time) { edit(workshop, event.order()).short_of_stock = true; }
void evolve(Workshop& workshop, const events::OrderShortageAnswered& event, Time) {
  edit(workshop, event.order()).waits_for_stock = event.answer() == "wait";
}

// As it was when it was placed; what was cancelled with it stays cancelled, and is made anew.
void evolve(Workshop& workshop, const events::OrderReopened& event, Time) {
  Order& order = edit(workshop, event.order());
  order.status = Status::quoted;
  order.production.clear();
  for (Line& line : order.lines) line.planned = false;
}

// ---- decisions ----

Events place(const quotes::Quote& quote, const OrderId& id, const ProductId& product, const Address& ship_to, const Context& context) {
  Events out;
  auto* event = out.on(stream(id)).mutable_order_placed();
  event->set_order(id.str());
  event->set_number(context.workshop.numbers.next("SO", context.now));
  event->set_type("quote_based");
  event->set_source("portal");
  event->set_quote(quote.id.str());
  event->set_quote_number(quote.number);
  event->set_product(product.str());
  event->set_customer(quote.customer.str());
  event->set_quantity(quote.options.quantity);
  event->set_total(quote.price.total);
  event->set_currency(context.workshop.currency);
  event->set_payment(context.ids.next(context.now));
  event->set_uploaded_ms(quote.uploaded.ms);
  event->set_quoted_ms(quote.approved.ms);
  Address to = ship_to;
  if (to.name.empty()) to.name = quote.customer_name;
  store_buyer(account_buyer(context.workshop, quote.customer, quote.customer_name.empty() ? to.name : quote.customer_name), quote.customer,
              event->mutable_buyer());
  store_address(to, quote.customer, event->mutable_ship_to());
  seal(event->mutable_customer_mail(), quote.customer.str(), quote.customer_mail);
  return out;
}

Events pay(const OrderId& id, const PaymentId& payment, const Context& context) {
  const Order* order = context.workshop.order(id);
  Events out;
  if (order == nullptr || order->paid || order->status == Status::refunded) return out;
  if (order->status == Status::cancelled) {
    // One of a shop elsewhere comes back by that shop's word alone (shop_order.cpp), whatever money is noted.
    if (paid_elsewhere(order->source)) return out;
    auto* reopened = out.on(stream(id)).mutable_order_reopened();
    reopened->set_order(id.str());
    reopened->set_payment(payment.str());
  }
  auto* event = out.on(stream(id)).mutable_order_paid();
  event->set_order(id.str());
  event->set_payment(payment.str());
  return out;
}

Decided decide(const ReleaseOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->released || order->paid) return Events{};
  if (order->status != Status::quoted) return wrong_status(*order, "order-not-open", "an order that waits for its payment");
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_released();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  seal(event->mutable_reason(), order->customer.str(), command.reason);
  return out;
}

Decided decide(const HoldOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->held) return Events{};
  if (order->status >= Status::shipped) return wrong_status(*order, "order-not-holdable", "an order that has not been shipped");
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_held();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  seal(event->mutable_reason(), order->customer.str(), command.reason);
  return out;
}

Decided decide(const ResumeOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (!order->held) return Events{};
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_resumed();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  return out;
}

namespace {

void ship_last(const Order& order, const Context& context, Events& out) {
  const std::string parcel = order.parcels.back().str();
  auto* shipped = out.on(stream(order.id)).mutable_order_shipped();
  shipped->set_order(order.id.str());
  shipped->set_shipment(parcel);
  if (!shipments::all_delivered(order, context.workshop)) return;
  auto* delivered = out.on(stream(order.id)).mutable_order_delivered();
  delivered->set_order(order.id.str());
  delivered->set_shipment(parcel);
}

// What has left can't be called back: the order ends with it. Its payment stays open, or is given back in part by an operator.
Events cancel_rest(const Order& order, const std::string& reason, const Context& context) {
  Events out;
  auto* event = out.on(stream(order.id)).mutable_order_rest_cancelled();
  event->set_order(order.id.str());
  event->set_by(context.actor);
  seal(event->mutable_reason(), order.customer.str(), reason);
  store_pieces(left(order), event->mutable_pieces());
  out.append(stop_making(order, context));
  ship_last(order, context, out);
  return out;
}

}  // namespace

Events close_if_sent(const OrderId& id, const Context& context) {
  Events out;
  const Order& order = context.workshop.orders.at(id);
  if (order.sent > 0 && order.status < Status::shipped && left(order).empty()) ship_last(order, context, out);
  return out;
}

Decided decide(const CancelOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == Status::cancelled) return Events{};
  if (order->status >= Status::shipped) return wrong_status(*order, "order-not-cancellable", "an order that has not been shipped");
  if (order->sent > 0) return cancel_rest(*order, command.reason, context);
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_cancelled();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  seal(event->mutable_reason(), order->customer.str(), command.reason);
  out.append(stop_making(*order, context));
  const payments::Payment* payment = context.workshop.payment(order->payment);
  if (payment != nullptr && !payments::paid_in_full(*payment)) out.append(payments::abandon(payment->id, context));
  return out;
}

Decided decide(const ChangeShipping& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status >= Status::shipped) return wrong_status(*order, "order-already-shipped", "an order that has not been shipped");
  if (!command.ship_to.complete()) return refuse("address-incomplete", "Shipping needs at least a street line, a city and a country.");
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_shipping_changed();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  store_address(command.ship_to, order->customer, event->mutable_ship_to());
  return out;
}

Decided decide(const StartQualityCheck& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == Status::quality_check) return Events{};
  if (order->status != Status::printed || order->held) return wrong_status(*order, "order-not-printed", "PRINTED");
  if (auto left = production::work_left(*order, context.workshop)) return std::unexpected(std::move(*left));
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_quality_check_started();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const PassQualityCheck& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == Status::ready_to_ship) return Events{};
  if (order->status != Status::quality_check || order->held) return wrong_status(*order, "order-not-in-quality-check", "QUALITY_CHECK");
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_ready_to_ship();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  return out;
}

namespace {

// The only one, or the one that is named, or the one whose pieces are.
const Line* line_that_failed(const Order& order, const FailQualityCheck& command, const Workshop& workshop) {
  if (order.lines.size() == 1) return &order.lines.front();
  if (!command.line.empty() || command.production.empty()) return orders::line(order, command.line);
  const production::ProductionOrder* bad = workshop.production_order(command.production.front());
  return bad == nullptr || bad->order != order.id ? nullptr : orders::line(order, bad->line);
}

Decided remake(const Order& order, const Line* line, const FailQualityCheck& command, const Context& context) {
  if (!command.production.empty()) return production::remake(order, line, command.production, command.reprint_quantity, context);
  if (line != nullptr) return production::remake(order, *line, command.reprint_quantity, context);
  Events out;
  for (const ProductionOrderId& production : order.production) production::reprint(production, command.reprint_quantity, context, out);
  return out;
}

}  // namespace

Decided decide(const FailQualityCheck& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status != Status::quality_check) return wrong_status(*order, "order-not-in-quality-check", "QUALITY_CHECK");
  const Line* line = line_that_failed(*order, command, context.workshop);
  if (!order->lines.empty() && line == nullptr) return refuse("line-needed", "Say which line of the order failed.");
  const std::int64_t most = line == nullptr ? order->quantity - order->sent : line->quantity - line->sent;
  if (command.reprint_quantity < 1 || command.reprint_quantity > most)
    return refuse("quantity-out-of-range", fmt::format("Between 1 and {} pieces can be printed again.", most));
  if (!production::are_defects(command.defects))
    return refuse("bad-defect-code", "Defects are words such as stringing or warped, at most ten of them.");
  Decided again = remake(*order, line, command, context);
  if (!again) return again;
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_quality_failed();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  event->set_reprint_quantity(command.reprint_quantity);
  for (const std::string& defect : command.defects) event->add_defects(defect);
  seal(event->mutable_reason(), order->customer.str(), command.reason);
  out.append(std::move(*again));
  return out;
}

Decided decide(const CompleteOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (order->status == Status::complete) return Events{};
  if (order->status != Status::delivered) return wrong_status(*order, "order-not-delivered", "DELIVERED");
  if (!order->paid)
    return refuse("order-not-paid", fmt::format("Order {} was released before its payment, which is still open.", order->number));
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_completed();
  event->set_order(order->id.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const AnswerShortage& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (!order->short_of_stock) return refuse("no-shortage", fmt::format("Order {} has all that it needs.", order->number));
  if (over(order->status) || (!command.refund && order->waits_for_stock)) return Events{};
  if (order->status >= Status::shipped) return wrong_status(*order, "order-already-shipped", "an order that has not been shipped");
  if (command.refund && paid_elsewhere(order->source))
    return refuse("paid-elsewhere", "The money is given back where it was paid, and the order ends with that.");
  if (command.refund && order->sent > 0)
    return refuse("order-partly-shipped", "A part of it was sent already: the workshop cancels the rest, and gives back what it cost.");
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_shortage_answered();
  event->set_order(order->id.str());
  event->set_answer(command.refund ? "refund" : "wait");
  event->set_by(context.actor);
  if (!command.refund) return out;
  Decided cancelled = decide(CancelOrder{order->id, ""}, context);
  if (!cancelled) return cancelled;
  out.append(std::move(*cancelled));
  if (Decided back = payments::decide(payments::RefundPayment{order->payment, 0}, context); back) out.append(std::move(*back));
  return out;
}

Events print_started(const OrderId& id, const Context& context) {
  const Order* order = context.workshop.order(id);
  Events out;
  if (order == nullptr || order->status != Status::queued) return out;
  out.on(stream(id)).mutable_order_printing()->set_order(id.str());
  return out;
}

Events production_completed(const OrderId& id, const Context& context) {
  const Order* order = context.workshop.order(id);
  Events out;
  if (order == nullptr || (order->status != Status::queued && order->status != Status::printing)) return out;
  const auto complete = [&](const Line& line) { return line.planned && !products::lacks_units(context.workshop, holder_of(id, line)); };
  if (!std::ranges::all_of(order->lines, complete)) return out;
  for (const ProductionOrderId& production : order->production) {
    const production::Status status = context.workshop.production.at(production).status;
    // Of a line that the source changed, what was begun before is cancelled.
    if (status != production::Status::completed && (order->lines.empty() || status != production::Status::cancelled)) return out;
  }
  out.on(stream(id)).mutable_order_printed()->set_order(id.str());
  return out;
}

Events refunded(const OrderId& id, const PaymentId& payment, const Context& context) {
  const Order* order = context.workshop.order(id);
  Events out;
  if (order == nullptr || order->status == Status::refunded || !order->paid) return out;
  auto* event = out.on(stream(id)).mutable_order_refunded();
  event->set_order(id.str());
  event->set_payment(payment.str());
  if (order->status < Status::shipped) out.append(stop_making(*order, context));
  return out;
}

Events stop_making(const Order& order, const Line& line, const Context& context) {
  Events out;
  for (const ProductionOrderId& id : order.production)
    if (context.workshop.production.at(id).line == line.id) out.append(production::cancel(id, context));
  out.append(products::release_all(holder_of(order.id, line), context));
  return out;
}

Events stop_making(const Order& order, const Context& context) {
  Events out;
  for (const ProductionOrderId& production : order.production) out.append(production::cancel(production, context));
  for (const Line& line : order.lines) out.append(products::release_all(holder_of(order.id, line), context));
  return out;
}

Events issue_units(const events::OrderPartlyShipped& event, const Context& context) {
  Events out;
  const Order& order = context.workshop.orders.at(OrderId(event.order()));
  for (const Piece& piece : pieces_from(event.pieces()))
    if (const Line* line = orders::line(order, piece.line))
      products::issue(line->product, holder_of(order.id, *line), piece.quantity, context, out);
  return out;
}

Events issue_units(const events::OrderShipped& event, const Context& context) {
  Events out;
  const Order& order = context.workshop.orders.at(OrderId(event.order()));
  for (const Line& line : order.lines) products::issue_all(holder_of(order.id, line), context, out);
  return out;
}

// ---- queries ----

std::string_view name(Status status) {
  switch (status) {
    case Status::quoted: return "QUOTED";
    case Status::paid: return "PAID";
    case Status::queued: return "QUEUED";
    case Status::printing: return "PRINTING";
    case Status::printed: return "PRINTED";
    case Status::quality_check: return "QUALITY_CHECK";
    case Status::ready_to_ship: return "READY_TO_SHIP";
    case Status::shipped: return "SHIPPED";
    case Status::delivered: return "DELIVERED";
    case Status::complete: return "COMPLETE";
    case Status::cancelled: return "CANCELLED";
    case Status::refunded: return "REFUNDED";
  }
  return "";
}

const Line* line(const Order& order, std::string_view id) {
  const auto found = std::ranges::find(order.lines, id, &Line::id);
  return found == order.lines.end() ? nullptr : &*found;
}

std::vector<Piece> left(const Order& order) {
  std::vector<Piece> pieces;
  if (order.lines.empty() && order.quantity > order.sent) pieces.push_back({"", order.quantity - order.sent});
  for (const Line& line : order.lines)
    if (line.quantity > line.sent) pieces.push_back({line.id, line.quantity - line.sent});
  return pieces;
}

std::optional<ShopReport> report_from(std::string_view word) {
  for (const ShopReport report : {ShopReport::open, ShopReport::paid, ShopReport::cancelled, ShopReport::refunded, ShopReport::fulfilled})
    if (word == name(report)) return report;
  return std::nullopt;
}

bool over(Status status) {
  return status == Status::complete || status == Status::cancelled || status == Status::refunded;
}

}  // namespace layerline::orders
