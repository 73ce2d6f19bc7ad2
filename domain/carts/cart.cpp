#include "domain/carts/cart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::carts {
namespace {

std::string stream(const CartId& id) { return "cart/" + id.str(); }

std::int64_t quantity_in(const Cart* cart, const ProductId& product) {
  if (cart == nullptr) return 0;
  const auto item = std::ranges::find(cart->items, product, &Item::product);
  return item == cart->items.end() ? 0 : item->quantity;
}

void set_item(const CartId& cart, const ProductId& product, std::int64_t quantity, Events& out) {
  auto* event = out.on(stream(cart)).mutable_cart_item_set();
  event->set_cart(cart.str());
  event->set_product(product.str());
  event->set_quantity(quantity);
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::CartItemSet& event, Time at) {
  const CartId id(event.cart());
  Cart& cart = workshop.carts.try_emplace(id, Cart{.id = id, .items = {}, .checkout = {}, .touched = at}).first->second;
  cart.touched = at;
  const ProductId product(event.product());
  const auto item = std::ranges::find(cart.items, product, &Item::product);
  if (event.quantity() == 0) {
    std::erase_if(cart.items, [&](const Item& known) { return known.product == product; });
  } else if (item == cart.items.end()) {
    cart.items.push_back({product, event.quantity()});
  } else {
    item->quantity = event.quantity();
  }
}

void evolve(Workshop& workshop, const events::CartMerged& event, Time) {
  Cart& cart = workshop.carts.at(CartId(event.cart()));
  if (const auto checkout = workshop.checkouts.find(cart.checkout); checkout != workshop.checkouts.end()) checkout->second.holds = false;
  cart.checkout = PaymentId();
  cart.items.clear();
}

void evolve(Workshop& workshop, const events::CartCheckedOut& event, Time at) {
  Cart& cart = workshop.carts.at(CartId(event.cart()));
  cart.touched = at;
  cart.personal = true;
  if (const auto before = workshop.checkouts.find(cart.checkout); before != workshop.checkouts.end()) before->second.holds = false;
  cart.checkout = PaymentId(event.payment());
  Checkout checkout{.payment = cart.checkout, .cart = cart.id, .order = OrderId(event.order()), .lines = {}, .shipping = event.shipping(),
                    .total = event.total(), .ship_to = orders::address_from(event.ship_to()),
                    .customer_mail = event.customer_mail().clear(), .held_until = {event.held_until_ms()},
                    .holds = event.held_until_ms() > 0};
  for (const auto& line : event.lines()) checkout.lines.push_back(orders::line_from(line));
  workshop.checkouts.insert_or_assign(cart.checkout, std::move(checkout));
}

void evolve(Workshop& workshop, const events::CartHoldLapsed& event, Time) {
  workshop.checkouts.at(PaymentId(event.payment())).holds = false;
}

void evolve(Workshop& workshop, const events::CartOrdered& event, Time at) {
  Cart& cart = workshop.carts.at(CartId(event.cart()));
  cart.touched = at;
  cart.ordered = true;
  if (const auto other = workshop.checkouts.find(cart.checkout); other != workshop.checkouts.end()) other->second.holds = false;
  workshop.checkouts.erase(PaymentId(event.payment()));
  cart.checkout = PaymentId();
  cart.items.clear();
  for (const auto& item : event.left()) cart.items.push_back({ProductId(item.product()), item.quantity()});
}

void evolve(Workshop& workshop, const events::CartExpired& event, Time) {
  Cart& cart = workshop.carts.at(CartId(event.cart()));
  cart.checkout = PaymentId();
  cart.items.clear();
  cart.expired = true;
}

// ---- queries ----

bool offered(const products::Product& product) {
  return product.catalogue && product.entry.active && product.entry.kind == products::Kind::standard;
}

bool awaited(const Workshop& workshop, const PaymentId& payment) {
  const auto checkout = workshop.checkouts.find(payment);
  return checkout != workshop.checkouts.end() && workshop.carts.at(checkout->second.cart).checkout == payment;
}

std::expected<void, Rejection> check_stock(const products::Product& product, std::int64_t quantity, const std::string& holder) {
  if (!product.entry.stocked) return {};   // made when it is wanted
  const auto held = product.holders.find(holder);
  const std::int64_t free = product.available() + (held == product.holders.end() ? 0 : held->second);
  if (quantity <= free) return {};
  Rejection rejection{.refusal = Refusal::refused, .type = "sold-out",
                      .detail = free == 0 ? fmt::format("{} is sold out.", product.sku)
                                          : fmt::format("Only {} of {} are left.", free, product.sku)};
  rejection.data.emplace_back("sku", product.sku);
  rejection.data.emplace_back("available", std::to_string(free));
  return std::unexpected(std::move(rejection));
}

std::string holder_of(const CartId& id) { return "cart/" + id.str(); }

// ---- what is in it ----

namespace {

Decided put(const CartId& id, const products::Product& product, std::int64_t quantity, const Context& context) {
  const Cart* cart = context.workshop.cart(id);
  const std::int64_t before = quantity_in(cart, product.id);
  if (quantity < 0 || quantity > limits::quote_quantity_max)
    return refuse("quantity-out-of-range", fmt::format("A cart holds up to {} pieces of a product.", limits::quote_quantity_max));
  if (quantity == before) return Events{};
  // His key may be destroyed at any moment: nothing new may be sealed with it.
  if (cart != nullptr && cart->expired) return refuse("cart-expired", "Nobody came back to this cart in time; begin another one.");
  if (quantity > before) {
    if (!offered(product)) return not_found("product on offer");
    if (auto checked = check_stock(product, quantity, holder_of(id)); !checked) return std::unexpected(std::move(checked.error()));
  }
  if (before == 0 && cart != nullptr && cart->items.size() >= limits::order_lines_max)
    return refuse("cart-full", fmt::format("A cart holds up to {} products.", limits::order_lines_max));
  Events out;
  set_item(id, product.id, quantity, out);
  return out;
}

}  // namespace

Decided decide(const AddToCart& command, const Context& context) {
  const products::Product* product = products::find(context.workshop, command.product.str());
  if (product == nullptr) return not_found("product on offer");
  if (command.quantity < 1 || command.quantity > limits::quote_quantity_max)
    return refuse("quantity-out-of-range", fmt::format("From 1 to {} pieces are put into a cart at once.", limits::quote_quantity_max));
  return put(command.cart, *product, quantity_in(context.workshop.cart(command.cart), product->id) + command.quantity, context);
}

Decided decide(const SetCartItem& command, const Context& context) {
  const products::Product* product = products::find(context.workshop, command.product.str());
  if (product == nullptr || quantity_in(context.workshop.cart(command.cart), product->id) == 0) return not_found("product in this cart");
  return put(command.cart, *product, command.quantity, context);
}

// What a guest was about to buy is the customer's now; a checkout that he was at is given up. Stock is looked at when it is checked out.
Decided decide(const MergeCart& command, const Context& context) {
  const Cart* cart = context.workshop.cart(command.cart);
  Events out;
  if (cart == nullptr || command.cart == command.into || (cart->items.empty() && cart->checkout.empty())) return out;
  const Cart* into = context.workshop.cart(command.into);
  std::size_t products = into == nullptr ? 0 : into->items.size();
  for (const Item& item : cart->items) {
    const std::int64_t before = quantity_in(into, item.product);
    if (before == 0 && ++products > limits::order_lines_max) continue;
    set_item(command.into, item.product, std::min(before + item.quantity, limits::quote_quantity_max), out);
  }
  out.append(products::release_all(holder_of(cart->id), context));
  out.append(payments::abandon(cart->checkout, context));
  auto* event = out.on(stream(cart->id)).mutable_cart_merged();
  event->set_cart(cart->id.str());
  event->set_into(command.into.str());
  return out;
}

}  // namespace layerline::carts
