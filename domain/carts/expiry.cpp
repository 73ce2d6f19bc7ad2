// The end of a guest's cart that nobody comes back to.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "domain/carts/cart.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::carts {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

// Who has a key of his own is no guest: his cart waits for him.
std::set<std::string> customers_of(const Workshop& workshop) {
  std::set<std::string> customers;
  for (const auto& [id, key] : workshop.keys) customers.insert(key.customer.str());
  return customers;
}

bool must_be_forgotten(const Cart& cart) { return cart.personal && !cart.ordered; }

// What is held for its checkout is let go by the hold's own timer, and money that is on its way still makes the order.
bool in_use(const Cart& cart, const Workshop& workshop) {
  const auto checkout = workshop.checkouts.find(cart.checkout);
  if (checkout == workshop.checkouts.end()) return false;
  const payments::Payment* payment = workshop.payment(cart.checkout);
  return checkout->second.holds || (payment != nullptr && payment->received > 0);
}

bool holds_something(const Cart& cart) { return !cart.items.empty() || !cart.checkout.empty() || must_be_forgotten(cart); }

}  // namespace

Events expire_untouched(const Context& context) {
  const Workshop& workshop = context.workshop;
  const std::set<std::string> customers = customers_of(workshop);
  const Duration kept{workshop.rules.cart_days * day_ms};
  std::vector<std::pair<std::int64_t, std::string>> due;   // touched, cart
  for (const auto& [id, cart] : workshop.carts) {
    if (cart.expired || context.now < cart.touched + kept || !holds_something(cart)) continue;
    if (!customers.contains(id.str()) && !in_use(cart, workshop)) due.emplace_back(cart.touched.ms, id.str());
  }
  std::ranges::sort(due);
  due.resize(std::min(due.size(), limits::carts_expired_at_once));
  Events out;
  for (const auto& [touched, id] : due) {
    out.append(products::release_all(holder_of(CartId(id)), context));
    out.append(payments::abandon(workshop.carts.at(CartId(id)).checkout, context));
    out.on("cart/" + id).mutable_cart_expired()->set_cart(id);
  }
  return out;
}

Events forget_guest(const CartId& id, const Context& context) {
  Events out;
  if (!must_be_forgotten(context.workshop.carts.at(id))) return out;
  auto* erased = out.on("workshop/" + context.workshop.id.str()).mutable_subject_erased();
  erased->set_subject(id.str());
  erased->set_by(context.actor);
  effects::request(out, context).mutable_destroy_key()->set_subject(id.str());
  return out;
}

}  // namespace layerline::carts
