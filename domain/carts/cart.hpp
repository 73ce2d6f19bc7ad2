// The cart of our own shop, and its checkout: what is on the shelf is held for a while, and the payment makes the order.
//   items → checked out (held → lapsed) → ordered. Each checkout is a snapshot with a payment of its own; whichever is paid makes its
//   order, in time or late, so that no money comes for nothing.
//   A guest's cart that he leaves alone expires, and what he said of himself is erased unless he bought.
#pragma once

#include <string>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/orders/address.hpp"
#include "domain/orders/lines.hpp"

namespace layerline::products { struct Product; }

namespace layerline::carts {

struct Item { ProductId product; std::int64_t quantity = 0; };

struct Cart {
  CartId id;
  std::vector<Item> items;        // one for each product
  PaymentId checkout;             // that the customer is at; empty: none
  Time touched;                   // when its owner last did something with it
  bool personal = false;          // its owner has said who he is
  bool ordered = false;           // an order came of it, which needs to know that
  bool expired = false;           // for good: it takes nothing any more
};

struct Checkout {
  PaymentId payment;
  CartId cart;
  OrderId order;                  // that its payment will make
  std::vector<orders::Line> lines;
  std::int64_t shipping = 0;
  std::int64_t total = 0;
  orders::Address ship_to;        // personal
  std::string customer_mail;      // personal
  Time held_until;
  bool holds = false;             // units of the shelf
};

// ---- commands; a product is named by its id or its SKU ----

struct AddToCart { CartId cart; ProductId product; std::int64_t quantity = 1; };
struct SetCartItem { CartId cart; ProductId product; std::int64_t quantity = 0; };   // 0: taken out
struct MergeCart { CartId cart, into; };
// A customer who says nothing of them goes by his address book and his contact; saved: which of his addresses.
struct CheckOutCart {
  CartId cart;
  std::string shipping_option;
  orders::Address ship_to;
  std::string customer_mail;
  AddressId saved = {};
};

// ---- decisions ----

[[nodiscard]] Decided decide(const AddToCart&, const Context&);
[[nodiscard]] Decided decide(const SetCartItem&, const Context&);
[[nodiscard]] Decided decide(const MergeCart&, const Context&);
[[nodiscard]] Decided decide(const CheckOutCart&, const Context&);

// The money of a checkout is there: its order is placed, and what it held is free for the order's lines in this same commit.
[[nodiscard]] Events place_order(const PaymentId&, const Context&);
// Nobody paid in time.
[[nodiscard]] Events lapse(const PaymentId&, const Context&);
// Guests' carts that nobody has come back to; those that were left first, and not too many at once.
[[nodiscard]] Events expire_untouched(const Context&);
// Its guest's key is destroyed, if he left personal data and nothing needs it.
[[nodiscard]] Events forget_guest(const CartId&, const Context&);

// ---- queries ----

// Offered to the public at all.
[[nodiscard]] bool offered(const products::Product&);
// A customer is at this checkout, so its payment is waited for.
[[nodiscard]] bool awaited(const Workshop&, const PaymentId&);
// Refused as "sold-out" if the product is stocked and neither free nor held by `holder` so often.
[[nodiscard]] std::expected<void, Rejection> check_stock(const products::Product&, std::int64_t quantity, const std::string& holder);
[[nodiscard]] std::string holder_of(const CartId&);

void evolve(Workshop&, const events::CartItemSet&, Time);
void evolve(Workshop&, const events::CartMerged&, Time);
void evolve(Workshop&, const events::CartCheckedOut&, Time);
void evolve(Workshop&, const events::CartHoldLapsed&, Time);
void evolve(Workshop&, const events::CartOrdered&, Time);
void evolve(Workshop&, const events::CartExpired&, Time);

}  // namespace layerline::carts
