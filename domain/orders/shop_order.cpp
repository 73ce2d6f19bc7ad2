#include "domain/orders/shop_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::orders {
namespace {

std::string stream(const OrderId& id) { return "order/" + id.str(); }

Order& edit(Workshop& workshop, const std::string& id) { return workshop.orders.at(OrderId(id)); }

// Whether a line is still to be made as it was planned.
bool same_goods(const Line& a, const Line& b) { return a.product == b.product && a.quantity == b.quantity && a.sku == b.sku; }

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::OrderObserved& event, Time) {
  Order& order = edit(workshop, event.order());
  order.report = report_from(event.report());
  order.modified = {event.modified_ms()};
  order.refunded_there = std::max(order.refunded_there, event.refunded());
  order.carrier_there = event.carrier();
  order.tracking_there = event.tracking_number();
}

void evolve(Workshop& workshop, const events::OrderLinesChanged& event, Time) {
  Order& order = edit(workshop, event.order());
  std::vector<Line> lines;
  for (const auto& stored : event.lines()) {
    Line& line = lines.emplace_back(line_from(stored));
    const Line* before = orders::line(order, line.id);
    line.planned = before != nullptr && before->planned && same_goods(*before, line);
    line.sent = before == nullptr ? 0 : before->sent;
    order.last_line = std::max<std::int64_t>(order.last_line, std::atoll(line.id.c_str()));
  }
  order.lines = std::move(lines);
  order.quantity = quantity_of(order.lines);
  order.shipping = event.shipping();
  order.total = event.total();
  note_held_lines(workshop, order);
}

void evolve(Workshop& workshop, const events::OrderLineMapped& event, Time) {
  Order& order = edit(workshop, event.order());
  for (Line& line : order.lines)
    if (line.id == event.line()) line.product = ProductId(event.product());
  note_held_lines(workshop, order);
}

void evolve(Workshop& workshop, const events::OrderLinePlanned& event, Time) {
  for (Line& line : edit(workshop, event.order()).lines)
    if (line.id == event.line()) line.planned = true;
}

// ---- what is observed ----

namespace {

bool within(std::int64_t value, std::int64_t least, std::int64_t most) { return value >= least && value <= most; }

bool short_text(const std::string& text) { return text.size() <= limits::shop_text_max; }

bool sane(const ShopLine& line) {
  return within(line.quantity, 1, limits::quote_quantity_max) && within(line.unit_price, -1, limits::rule_price_max) &&
         short_text(line.external_line) && short_text(line.sku) && short_text(line.title);
}

}  // namespace

std::expected<void, Rejection> check(const ObserveShopOrder& command, bool known, std::string_view currency) {
  if (!products::plain_code(command.source) || !products::plain_code(command.shop) || command.external_id.empty() ||
      !short_text(command.external_id) || !short_text(command.external_number))
    return refuse("bad-shop-order", "An order names its source, its shop and its id there.");
  // Of an order that was deleted nothing is known but that.
  const bool gone = command.lines.empty() && command.report == ShopReport::cancelled && known;
  if ((command.lines.empty() && !gone) || command.lines.size() > limits::order_lines_max || !std::ranges::all_of(command.lines, sane))
    return refuse("bad-order-lines", fmt::format("An order has 1 to {} lines of 1 to {} pieces each, at prices of 0 or more.",
                                                 limits::order_lines_max, limits::quote_quantity_max));
  if (!within(command.total, -1, limits::price_max) || !within(command.shipping, 0, limits::price_max) ||
      !within(command.refunded, 0, limits::price_max))
    return refuse("amount-out-of-range", "Totals, shipping and refunds are 0 or more.");
  if (!short_text(command.company) || (command.buyer && (*command.buyer == BuyerKind::business) == command.company.empty()))
    return refuse("bad-customer-kind", "A business, and nobody else, has the name of a company.");
  if (!command.currency.empty() && command.currency != currency)
    return refuse("other-currency", fmt::format("The workshop keeps its books in {}.", currency));
  return production::check(command.urgency);
}

namespace {

Line line_of(const ShopLine& said, const ObserveShopOrder& command, const Workshop& workshop) {
  Line line{.id = {}, .external_line = said.external_line, .sku = said.sku, .title = said.title, .quantity = said.quantity,
            .unit_price = said.unit_price, .product = products::product_of(workshop, command.source, command.shop, said.sku)};
  const products::Product* product = workshop.product(line.product);
  if (line.unit_price < 0) line.unit_price = product == nullptr ? 0 : products::unit_price(*product, line.quantity);
  return line;
}

// Lines keep their ids as long as the source calls them the same, and new ones get new ids: what was planned for a line stays with it.
std::vector<Line> lines_of(const ObserveShopOrder& command, const Order* known, const Workshop& workshop) {
  std::vector<Line> lines;
  std::int64_t last = known == nullptr ? 0 : known->last_line;
  std::vector<bool> taken(known == nullptr ? 0 : known->lines.size());
  for (const ShopLine& said : command.lines) {
    Line& line = lines.emplace_back(line_of(said, command, workshop));
    for (std::size_t i = 0; i < taken.size() && line.id.empty(); ++i) {
      const Line& before = known->lines[i];
      if (taken[i] || before.external_line != line.external_line || before.sku != line.sku) continue;
      taken[i] = true;
      line.id = before.id;
      if (line.product.empty() || before.planned) line.product = before.product;   // an operator may have mapped it
    }
    if (line.id.empty()) line.id = std::to_string(++last);
  }
  return lines;
}

std::int64_t total_of(std::int64_t total, std::int64_t shipping, const std::vector<Line>& lines) {
  if (total >= 0) return total;
  total = shipping;
  for (const Line& line : lines) total += line.unit_price * line.quantity;
  return std::min(total, limits::price_max);
}

// A buyer without an account is known again by his mail address.
CustomerId buyer(const std::string& mail, const Context& context) {
  const auto known = context.workshop.buyers.find(mail);
  return !mail.empty() && known != context.workshop.buyers.end() ? known->second : CustomerId(context.ids.next(context.now));
}

struct Placed {
  std::string source, shop, external_id, external_number;
  std::vector<Line> lines;
  std::int64_t shipping = 0, total = 0;
  CustomerId customer;
  Buyer buyer;
  Address ship_to;
  std::string customer_mail;
};

events::OrderPlaced& place(const OrderId& id, const Placed& placed, const Context& context, Events& out) {
  auto* event = out.on(stream(id)).mutable_order_placed();
  event->set_order(id.str());
  event->set_number(context.workshop.numbers.next("SO", context.now));
  event->set_type("line_item");
  event->set_source(placed.source);
  event->set_shop(placed.shop);
  event->set_external_id(placed.external_id);
  event->set_external_number(placed.external_number);
  event->set_customer(placed.customer.str());
  event->set_quantity(quantity_of(placed.lines));
  event->set_total(placed.total);
  event->set_shipping(placed.shipping);
  event->set_currency(context.workshop.currency);
  event->set_payment(context.ids.next(context.now));
  for (const Line& line : placed.lines) store_line(line, placed.customer, event->add_lines());
  store_buyer(placed.buyer, placed.customer, event->mutable_buyer());
  store_address(placed.ship_to, placed.customer, event->mutable_ship_to());
  seal(event->mutable_customer_mail(), placed.customer.str(), placed.customer_mail);
  return *event;
}

Decided place_observed(const ObserveShopOrder& command, const Context& context) {
  Placed placed{command.source, command.shop, command.external_id, command.external_number,
                lines_of(command, nullptr, context.workshop), command.shipping, 0, buyer(command.customer_mail, context),
                {command.buyer.value_or(kind_of(command.company)), command.customer_name, command.company}, command.ship_to,
                command.customer_mail};
  placed.total = total_of(command.total, command.shipping, placed.lines);
  if (placed.ship_to.name.empty()) placed.ship_to.name = command.customer_name;
  Events out;
  events::OrderPlaced& event = place(OrderId(context.ids.next(context.now)), placed, context, out);
  event.set_report(std::string(name(command.report)));
  event.set_modified_ms(command.modified.ms);
  event.set_refunded(command.refunded);
  event.set_carrier(command.carrier);
  event.set_tracking_number(command.tracking_number);
  event.set_priority(command.urgency.priority.value_or(0));
  event.set_due_ms(start_of_day(command.urgency.due.value_or(Time{})).ms);
  return out;
}

Placed placed_of(const carts::Checkout& checkout, const Workshop& workshop) {
  Placed placed{.source = "shop", .shop = "main", .external_id = checkout.payment.str(), .external_number = {}, .lines = checkout.lines,
                .shipping = checkout.shipping, .total = checkout.total, .customer = CustomerId(checkout.cart.str()),
                .buyer = cart_buyer(workshop, CustomerId(checkout.cart.str()), checkout.ship_to.name), .ship_to = checkout.ship_to,
                .customer_mail = checkout.customer_mail};
  if (checkout.ship_to.line1 == erased_text) {
    placed.buyer.name.clear();
    placed.ship_to = {};
    placed.customer_mail.clear();
  }
  for (Line& line : placed.lines) line.title = workshop.products.at(line.product).entry.name;
  return placed;
}

bool same_lines(const std::vector<Line>& a, const std::vector<Line>& b) {
  return std::ranges::equal(a, b, [](const Line& x, const Line& y) {
    return x.id == y.id && same_goods(x, y) && x.unit_price == y.unit_price && (x.title == y.title || x.title == erased_text);
  });
}

// What has left can't be taken back: a line keeps at least what was sent of it.
void keep_sent(const Order& order, std::vector<Line>& lines) {
  for (const Line& before : order.lines) {
    if (before.sent == 0) continue;
    auto now = std::ranges::find(lines, before.id, &Line::id);
    if (now == lines.end()) {
      lines.push_back(before);
      lines.back().quantity = before.sent;
    } else {
      now->quantity = std::max(now->quantity, before.sent);
    }
  }
}

// The lines as the source has them now. What is no longer wanted as it was planned is no longer made.
void change_lines(const Order& order, const ObserveShopOrder& command, const Context& context, Events& out) {
  std::vector<Line> lines = lines_of(command, &order, context.workshop);
  keep_sent(order, lines);
  if (order.customer_name == erased_text || order.ship_to.line1 == erased_text)
    for (Line& line : lines) line.title.clear();
  const std::int64_t total = total_of(command.total, command.shipping, lines);
  if (same_lines(order.lines, lines) && total == order.total && command.shipping == order.shipping) return;
  for (const Line& before : order.lines) {
    const auto now = std::ranges::find(lines, before.id, &Line::id);
    if (before.planned && (now == lines.end() || !same_goods(before, *now))) out.append(stop_making(order, before, context));
  }
  auto* event = out.on(stream(order.id)).mutable_order_lines_changed();
  event->set_order(order.id.str());
  for (const Line& line : lines) store_line(line, order.customer, event->add_lines());
  event->set_shipping(command.shipping);
  event->set_total(total);
  if (!order.paid || command.report == ShopReport::paid) out.append(payments::change_amount(order.payment, total, context));
}

void change_address(const Order& order, const ObserveShopOrder& command, const Context& context, Events& out) {
  Address ship_to = command.ship_to;
  if (ship_to.name.empty()) ship_to.name = command.customer_name;
  if (!ship_to.complete() || ship_to == order.ship_to || order.ship_to.line1 == erased_text) return;
  auto* event = out.on(stream(order.id)).mutable_order_shipping_changed();
  event->set_order(order.id.str());
  event->set_by(context.actor);
  store_address(ship_to, order.customer, event->mutable_ship_to());
}

bool older(const ObserveShopOrder& command, const Order& order) {
  // Shops tell the time in seconds: of two reports of the same one the farther is the later.
  return command.modified < order.modified || (command.modified == order.modified && command.report < order.report);
}

// At Squarespace an order counts as fulfilled with the first parcel that we tell it of. Only a number that is not ours is a fulfilment
// made on their side, and ends the order while others of our parcels are to follow.
bool told_by_us(const ObserveShopOrder& command, const Order& order, const Workshop& workshop) {
  if (command.report != ShopReport::fulfilled || order.status >= Status::shipped || command.tracking_number.empty()) return false;
  return std::ranges::any_of(
      order.parcels, [&](const ShipmentId& id) { return workshop.shipments.at(id).tracking_number == command.tracking_number; });
}

// Called off by its source, which wants it after all; or by us before its money, which has come there since. What an operator called off
// while it was paid stays so until its source has called it off, too.
bool comes_back(const ObserveShopOrder& command, const Order& order) {
  if (order.status != Status::cancelled) return false;
  const bool wanted = command.report != ShopReport::cancelled && command.report != ShopReport::refunded;
  const bool late_money = !order.paid && order.report == ShopReport::open && command.report == ShopReport::paid;
  return late_money || (wanted && order.report == ShopReport::cancelled);
}

Decided observe_again(ObserveShopOrder command, const Order& order, const Context& context) {
  Events out;
  if (told_by_us(command, order, context.workshop)) command.report = ShopReport::paid;
  if (older(command, order)) return out;
  const bool back = comes_back(command, order);
  if (back) {
    auto* event = out.on(stream(order.id)).mutable_order_reopened();
    event->set_order(order.id.str());
    event->set_payment(order.payment.str());
  }
  const bool alive = back || order.status < Status::shipped;
  if (alive && (command.report == ShopReport::open || command.report == ShopReport::paid)) {
    change_lines(order, command, context, out);
    change_address(order, command, context, out);
  }
  const bool news = order.modified < command.modified || order.report != command.report || command.refunded > order.refunded_there ||
                    command.tracking_number != order.tracking_there;
  if (out.empty() && !news) return out;
  auto* event = out.on(stream(order.id)).mutable_order_observed();
  event->set_order(order.id.str());
  event->set_report(std::string(name(command.report)));
  event->set_modified_ms(command.modified.ms);
  event->set_refunded(command.refunded);
  event->set_carrier(command.carrier);
  event->set_tracking_number(command.tracking_number);
  return out;
}

}  // namespace

Decided decide(const ObserveShopOrder& command, const Context& context) {
  const Order* known = context.workshop.order(order_of(context.workshop, command.source, command.shop, command.external_id));
  if (auto checked = check(command, known != nullptr, context.workshop.currency); !checked)
    return std::unexpected(std::move(checked.error()));
  return known == nullptr ? place_observed(command, context) : observe_again(command, *known, context);
}

Events place(const carts::Checkout& checkout, const Context& context) {
  Events out;
  place(checkout.order, placed_of(checkout, context.workshop), context, out).set_payment(checkout.payment.str());
  return out;
}

// ---- what follows from it ----

namespace {

// Sent by somebody else: nothing more is made for it, and what is held for it goes with the parcel.
Events fulfilled_there(const Order& order, const Context& context) {
  Events out;
  for (const ProductionOrderId& production : order.production) out.append(production::cancel(production, context));
  const ShipmentId id = order.label.empty() ? ShipmentId(context.ids.next(context.now)) : order.label;
  auto* shipped = out.on("shipment/" + id.str()).mutable_shipment_shipped();
  shipped->set_shipment(id.str());
  shipped->set_order(order.id.str());
  shipped->set_carrier(order.carrier_there);
  shipped->set_tracking_number(order.tracking_there);
  shipped->set_by(order.source);
  store_pieces(left(order), shipped->mutable_pieces());
  auto* event = out.on(stream(order.id)).mutable_order_shipped();
  event->set_order(order.id.str());
  event->set_shipment(id.str());
  return out;
}

}  // namespace

Events settle_as_reported(const OrderId& id, const Context& context) {
  Events out;
  const Order* order = context.workshop.order(id);
  if (order == nullptr || !order->report) return out;
  const bool money_came = *order->report != ShopReport::open && *order->report != ShopReport::cancelled;
  if (money_came) out.append(payments::record_elsewhere(order->payment, order->source, context));
  const std::int64_t back = *order->report == ShopReport::refunded ? std::max(order->refunded_there, order->total) : order->refunded_there;
  out.append(payments::refund_elsewhere(order->payment, back, money_came, context));
  const bool free_of_charge = order->total == 0;   // nothing to give back
  const bool called_off = *order->report == ShopReport::cancelled || (*order->report == ShopReport::refunded && free_of_charge);
  if (called_off && order->status < Status::shipped) {
    if (Decided cancelled = decide(CancelOrder{id, ""}, context); cancelled) out.append(std::move(*cancelled));
  }
  if (*order->report == ShopReport::fulfilled && order->status < Status::shipped) out.append(fulfilled_there(*order, context));
  return out;
}

Decided decide(const MapOrderLine& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  const Line* line = orders::line(*order, command.line);
  const products::Product* product = products::find(context.workshop, command.product.str());
  if (line == nullptr) return not_found("line of the order");
  if (product == nullptr) return not_found("product");
  if (line->product == product->id) return Events{};
  if (!line->product.empty()) return refuse("line-known", "The product of this line is known already.");
  if (order->status >= Status::shipped) return refuse("order-over", fmt::format("Order {} is {}.", order->number, name(order->status)));
  Events out;
  auto* event = out.on(stream(order->id)).mutable_order_line_mapped();
  event->set_order(order->id.str());
  event->set_line(line->id);
  event->set_product(product->id.str());
  event->set_by(context.actor);
  return out;
}

Events resolve_lines(const Context& context) {
  Events out;
  for (const auto& [id, line_id] : context.workshop.held_lines) {
    const Order& order = context.workshop.orders.at(id);
    const Line* line = orders::line(order, line_id);
    if (line == nullptr || order.status >= Status::shipped) continue;
    const ProductId product = products::product_of(context.workshop, order.source, order.shop, line->sku);
    if (product.empty()) continue;
    auto* event = out.on(stream(id)).mutable_order_line_mapped();
    event->set_order(id.str());
    event->set_line(line_id);
    event->set_product(product.str());
    event->set_by(context.actor);
  }
  return out;
}

// ---- again ----

namespace {

// A quote's order has one line: so many of its custom product, at the quote's price.
std::vector<Line> lines_again(const Order& order, const Workshop& workshop) {
  std::vector<Line> lines = order.lines;
  if (const quotes::Quote* quote = workshop.quote(order.quote); lines.empty() && quote != nullptr)
    lines.push_back({.id = "1", .external_line = {}, .sku = workshop.products.at(order.product).sku, .title = quote->product_name,
                     .quantity = order.quantity, .unit_price = quote->price.line_unit_price, .product = order.product});
  for (Line& line : lines) {
    line.planned = false;
    line.sent = 0;
    const products::Product* product = workshop.product(line.product);
    if (product != nullptr && product->catalogue) line.unit_price = products::unit_price(*product, line.quantity);
  }
  return lines;
}

}  // namespace

Decided decide(const ReorderOrder& command, const Context& context) {
  const Order* order = context.workshop.order(command.order);
  if (order == nullptr) return not_found("order");
  if (context.workshop.order(command.again) != nullptr) return Events{};
  if (order->ship_to.line1 == erased_text) return refuse("customer-erased", "The customer's data was erased.");
  const std::vector<Line> lines = lines_again(*order, context.workshop);
  const auto gone = [&](const Line& line) {
    const products::Product* product = context.workshop.product(line.product);
    return product == nullptr || (product->catalogue && !product->entry.active);
  };
  if (lines.empty() || std::ranges::any_of(lines, gone))
    return refuse("not-to-be-ordered-again", "A product of this order is unknown or no longer offered.");
  for (const Line& line : lines)
    if (auto checked = carts::check_stock(*context.workshop.product(line.product), line.quantity, {}); !checked)
      return std::unexpected(std::move(checked.error()));
  Placed placed{.source = "reorder", .shop = "main", .external_id = command.again.str(), .external_number = {}, .lines = lines,
                .shipping = order->shipping, .total = total_of(-1, order->shipping, lines), .customer = order->customer,
                .buyer = {order->buyer, order->customer_name, order->company}, .ship_to = order->ship_to,
                .customer_mail = order->customer_mail};
  Events out;
  place(command.again, placed, context, out).set_reorder_of(order->id.str());
  return out;
}

// ---- queries ----

OrderId order_of(const Workshop& workshop, std::string_view source, std::string_view shop, std::string_view external_id) {
  const auto known = workshop.shop_orders.find(products::mapping_key(source, shop, external_id));
  return known == workshop.shop_orders.end() ? OrderId() : known->second;
}

bool paid_elsewhere(std::string_view source) {
  return source == "squarespace" || source == "woocommerce" || source == "manual" || source == "csv";
}

std::string_view name(ShopReport report) {
  switch (report) {
    case ShopReport::open: return "open";
    case ShopReport::paid: return "paid";
    case ShopReport::cancelled: return "cancelled";
    case ShopReport::refunded: return "refunded";
    case ShopReport::fulfilled: return "fulfilled";
  }
  return "";
}

}  // namespace layerline::orders
