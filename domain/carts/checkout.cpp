#include <fmt/format.h>

#include <algorithm>

#include "domain/carts/cart.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::carts {
namespace {

bool short_texts(const CheckOutCart& command) {
  const orders::Address& to = command.ship_to;
  const std::initializer_list<const std::string*> texts = {&command.customer_mail, &to.name, &to.line1, &to.line2, &to.city,
                                                           &to.postal_code, &to.region, &to.country, &to.phone};
  return std::ranges::all_of(texts, [](const std::string* text) { return text->size() <= limits::shop_text_max; });
}

std::expected<const ShippingRule*, Rejection> check(const Cart& cart, const CheckOutCart& command, const Workshop& workshop) {
  if (!command.ship_to.complete()) return refuse("address-incomplete", "Shipping needs at least a street line, a city and a country.");
  if (!command.customer_mail.contains('@') || !short_texts(command))
    return refuse("mail-missing", "A checkout needs a mail address, and texts that are not that long.");
  const ShippingRule* shipping = workshop.rules.shipping_option(command.shipping_option);
  if (shipping == nullptr || !shipping->goes_to(command.ship_to.country))
    return refuse("shipping-not-offered", "The workshop does not ship there in this way.");
  for (const Item& item : cart.items) {
    const products::Product& product = workshop.products.at(item.product);
    if (!offered(product))
      return std::unexpected(Rejection{Refusal::refused, "not-offered", fmt::format("{} is no longer offered.", product.sku),
                                       {{"sku", product.sku}}});
    if (auto checked = check_stock(product, item.quantity, holder_of(cart.id)); !checked)
      return std::unexpected(std::move(checked.error()));
  }
  return shipping;
}

std::expected<CheckOutCart, Rejection> from_address_book(CheckOutCart command, const Workshop& workshop) {
  const CustomerId customer(command.cart.str());
  auto to = customers::ship_to(workshop, customer, command.saved, command.ship_to);
  if (!to) return std::unexpected(std::move(to.error()));
  command.ship_to = std::move(*to);
  if (command.customer_mail.empty()) command.customer_mail = customers::contact(workshop, customer).mail;
  return command;
}

orders::Line line_of(const Item& item, std::size_t number, const Workshop& workshop) {
  const products::Product& product = workshop.products.at(item.product);
  return {.id = std::to_string(number), .external_line = {}, .sku = product.sku, .title = {}, .quantity = item.quantity,
          .unit_price = products::unit_price(product, item.quantity), .product = item.product};
}

// What lies on the shelf is kept for this cart, and only for so long. True: there is something.
bool hold(const Cart& cart, const PaymentId& payment, Time until, const Context& context, Events& out) {
  const std::size_t before = out.size();
  for (const Item& item : cart.items)
    if (context.workshop.products.at(item.product).entry.stocked)
      products::note_allocated(item.product, holder_of(cart.id), item.quantity, out);
  if (out.size() == before) return false;
  auto* timer = out.on("workshop/" + context.workshop.id.str()).mutable_timer_set();
  timer->set_timer(context.ids.next(context.now));
  timer->set_due_ms(until.ms);
  timer->set_purpose("cart-hold");
  timer->set_subject(payment.str());
  return true;
}

}  // namespace

// A checkout takes the place of an earlier one of the same cart.
Decided decide(const CheckOutCart& said, const Context& context) {
  const auto filled = from_address_book(said, context.workshop);
  if (!filled) return std::unexpected(filled.error());
  const CheckOutCart& command = *filled;
  const Cart* cart = context.workshop.cart(command.cart);
  if (cart == nullptr || cart->items.empty()) return refuse("cart-empty", "There is nothing in the cart.");
  const auto shipping = check(*cart, command, context.workshop);
  if (!shipping) return std::unexpected(shipping.error());
  std::vector<orders::Line> lines;
  std::int64_t goods = 0;
  for (const Item& item : cart->items) {
    const orders::Line& line = lines.emplace_back(line_of(item, lines.size() + 1, context.workshop));
    goods += line.unit_price * line.quantity;
  }
  const std::int64_t cost = (*shipping)->cost(goods);
  if (goods + cost > limits::price_max) return refuse("amount-out-of-range", "That is more than one order may cost.");

  Events out = products::release_all(holder_of(cart->id), context);
  out.append(payments::abandon(cart->checkout, context));
  const PaymentId payment(context.ids.next(context.now));
  const Time until = context.now + Duration{context.workshop.rules.checkout_hold_ms};
  const bool held = hold(*cart, payment, until, context, out);
  auto* event = out.on("cart/" + cart->id.str()).mutable_cart_checked_out();
  event->set_cart(cart->id.str());
  event->set_payment(payment.str());
  event->set_order(context.ids.next(context.now));
  const CustomerId customer(cart->id.str());
  for (const orders::Line& line : lines) orders::store_line(line, customer, event->add_lines());
  event->set_shipping_option((*shipping)->id);
  event->set_shipping(cost);
  event->set_total(goods + cost);
  event->set_currency(context.workshop.currency);
  orders::store_address(command.ship_to, customer, event->mutable_ship_to());
  seal(event->mutable_customer_mail(), customer.str(), command.customer_mail);
  event->set_held_until_ms(held ? until.ms : 0);
  return out;
}

namespace {

// What was put in since the checkout, and so was not bought with it.
std::vector<Item> left_in(const Cart& cart, const Checkout& checkout) {
  std::vector<Item> left = cart.items;
  for (const orders::Line& line : checkout.lines)
    for (Item& item : left)
      if (item.product == line.product) item.quantity -= std::min(item.quantity, line.quantity);
  std::erase_if(left, [](const Item& item) { return item.quantity == 0; });
  return left;
}

}  // namespace

Events place_order(const PaymentId& id, const Context& context) {
  Events out;
  const auto found = context.workshop.checkouts.find(id);
  if (found == context.workshop.checkouts.end()) return out;
  const Checkout& checkout = found->second;
  const Cart& cart = context.workshop.carts.at(checkout.cart);
  // A later checkout of the same cart was not paid, and won't be: the cart is bought.
  out = products::release_all(holder_of(cart.id), context);
  if (cart.checkout != id) out.append(payments::abandon(cart.checkout, context));
  out.append(orders::place(checkout, context));
  auto* event = out.on("cart/" + cart.id.str()).mutable_cart_ordered();
  event->set_cart(cart.id.str());
  event->set_payment(id.str());
  event->set_order(checkout.order.str());
  for (const Item& item : left_in(cart, checkout)) {
    auto* left = event->add_left();
    left->set_product(item.product.str());
    left->set_quantity(item.quantity);
  }
  return out;
}

Events lapse(const PaymentId& id, const Context& context) {
  Events out;
  const auto found = context.workshop.checkouts.find(id);
  if (found == context.workshop.checkouts.end() || !found->second.holds || context.now < found->second.held_until) return out;
  out = products::release_all(holder_of(found->second.cart), context);
  auto* event = out.on("cart/" + found->second.cart.str()).mutable_cart_hold_lapsed();
  event->set_cart(found->second.cart.str());
  event->set_payment(id.str());
  return out;
}

}  // namespace layerline::carts
