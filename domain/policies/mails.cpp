#include "domain/policies/mails.hpp"

#include <fmt/format.h>

#include "domain/workshop/workshop.hpp"

namespace layerline::mails {
namespace {

events::SendMail* to_customer(Events& out, std::string_view mail, const CustomerId& customer, const std::string& address,
                              const std::string& name, const Context& context) {
  if (address.empty() || address == erased_text) return nullptr;
  events::SendMail* send = effects::request(out, context).mutable_send_mail();
  send->set_mail(std::string(mail));
  seal(send->mutable_to(), customer.str(), address);
  seal(send->mutable_name(), customer.str(), name);
  send->set_currency(context.workshop.currency);
  return send;
}

events::SendMail* to_operator(Events& out, std::string_view mail, const Context& context) {
  if (context.workshop.operator_mail.empty() || context.workshop.operator_mail == erased_text) return nullptr;
  events::SendMail* send = effects::request(out, context).mutable_send_mail();
  send->set_mail(std::string(mail));
  seal(send->mutable_to(), "workshop/" + context.workshop.id.str(), context.workshop.operator_mail);
  send->set_currency(context.workshop.currency);
  return send;
}

void describe(events::SendMail* send, const orders::Order& order) {
  send->set_order(order.id.str());
  send->set_number(order.number);
  send->set_total(order.total);
}

void describe(events::SendMail* send, const quotes::Quote& quote) {
  send->set_quote(quote.id.str());
  send->set_number(quote.number);
  send->set_total(quote.price.total);
}

Events order_mail(std::string_view mail, const OrderId& id, const Context& context) {
  Events out;
  const orders::Order& order = context.workshop.orders.at(id);
  if (auto* send = to_customer(out, mail, order.customer, order.customer_mail, order.customer_name, context)) describe(send, order);
  return out;
}

}  // namespace

Events quote_ready(const QuoteId& id, const Context& context) {
  Events out;
  const quotes::Quote& quote = context.workshop.quotes.at(id);
  if (auto* send = to_customer(out, "quote_ready", quote.customer, quote.customer_mail, quote.customer_name, context))
    describe(send, quote);
  return out;
}

Events order_confirmed(const OrderId& id, const Context& context) { return order_mail("order_confirmed", id, context); }
Events printing(const OrderId& id, const Context& context) { return order_mail("printing", id, context); }
Events delivered(const OrderId& id, const Context& context) { return order_mail("delivered", id, context); }

Events shipped(const events::ShipmentShipped& shipment, const Context& context) {
  Events out;
  const orders::Order& order = context.workshop.orders.at(OrderId(shipment.order()));
  if (auto* send = to_customer(out, "shipped", order.customer, order.customer_mail, order.customer_name, context)) {
    describe(send, order);
    send->set_carrier(shipment.carrier());
    send->set_tracking_number(shipment.tracking_number());
    if (order.status < orders::Status::shipped) send->set_detail("part");
  }
  return out;
}

Events quote_waiting(const QuoteId& id, const Context& context) {
  Events out;
  if (auto* send = to_operator(out, "quote_waiting", context)) describe(send, context.workshop.quotes.at(id));
  return out;
}

Events new_order(const OrderId& id, const Context& context) {
  Events out;
  if (auto* send = to_operator(out, "new_order", context)) describe(send, context.workshop.orders.at(id));
  return out;
}

Events payment_failed(const PaymentId& id, const std::string& code, const Context& context) {
  Events out;
  const carts::Checkout& checkout = context.workshop.checkouts.at(id);
  auto* send = to_customer(out, "payment_failed", CustomerId(checkout.cart.str()), checkout.customer_mail, checkout.ship_to.name, context);
  if (send == nullptr) return out;
  send->set_total(checkout.total);
  send->set_detail(code);
  return out;
}

Events payment_failed(const OrderId& id, const std::string& code, const Context& context) {
  Events out = order_mail("payment_failed", id, context);
  if (!out.empty()) out.list().back().event.mutable_effect_requested()->mutable_send_mail()->set_detail(code);
  return out;
}

Events short_of_stock(const events::OrderShortOfStock& event, const Context& context) {
  std::int64_t missing = 0;
  for (const auto& line : event.lines()) missing += line.quantity();
  Events out;
  const orders::Order& order = context.workshop.orders.at(OrderId(event.order()));
  if (auto* send = to_customer(out, "short_of_stock", order.customer, order.customer_mail, order.customer_name, context)) {
    describe(send, order);
    send->set_detail(std::to_string(missing));
  }
  if (auto* send = to_operator(out, "order_short", context)) {
    describe(send, order);
    send->set_detail(std::to_string(missing));
  }
  return out;
}

Events stock_low(const MaterialId& id, std::int64_t available_mg, const Context& context) {
  Events out;
  if (auto* send = to_operator(out, "stock_low", context)) {
    send->set_number(id.str());
    send->set_detail(fmt::format("{}.{:03} g available", available_mg / 1000, available_mg % 1000));
  }
  return out;
}

// The same mail: the operator knows both by their SKU.
Events units_low(const events::UnitsLow& event, const Context& context) {
  Events out;
  if (auto* send = to_operator(out, "stock_low", context)) {
    send->set_number(context.workshop.products.at(ProductId(event.product())).sku);
    send->set_detail(fmt::format("{} available, {} are to be there", event.available(), event.safety_stock()));
  }
  return out;
}

Events daily_report(const events::DailyReported& report, const Context& context) {
  Events out;
  if (auto* send = to_operator(out, "daily_report", context)) {
    send->set_number(report.day());
    send->set_total(report.received() - report.refunded());
    send->set_detail(fmt::format("orders placed: {}\nprints finished: {}\nprints failed: {}\nmaterial used: {}.{:03} g\nparcels sent: {}\n"
                                 "orders that wait for stock: {}",
                                 report.orders_placed(), report.prints_finished(), report.prints_failed(), report.milligrams() / 1000,
                                 report.milligrams() % 1000, report.parcels_sent(), report.orders_waiting()));
  }
  return out;
}

Events print_failed(const PrintJobId& id, const std::string& reason, const Context& context) {
  Events out;
  const printing::Job& job = context.workshop.jobs.at(id);
  if (auto* send = to_operator(out, "print_failed", context)) {
    send->set_number(context.workshop.production.at(job.production).number);
    send->set_detail(reason);
  }
  return out;
}

}  // namespace layerline::mails
