// Who buys: the kind of a customer, by the source of his order.
#include <doctest/doctest.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using orders::BuyerKind;
namespace {

orders::ObserveShopOrder said(const std::string& external_id = "x1") {
  return {.source = "woocommerce", .shop = "main", .external_id = external_id, .external_number = "100",
          .report = orders::ShopReport::open, .modified = {1}, .lines = {{"l1", "FG-00001", "Turtle", 2, 1'500}}, .currency = "USD",
          .ship_to = address(), .customer_name = "Grace Hopper", .customer_mail = "grace@example.org", .tracking_number = {},
          .carrier = {}};
}

const orders::Order& the_order(const Scenario& s, const std::string& external_id = "x1") {
  return *s.workshop.order(orders::order_of(s.workshop, "woocommerce", "main", external_id));
}

void turtle(Scenario& s) {
  products::DefineProduct command{ProductId("turtle"), "", {}};
  command.entry.name = "turtle";
  command.entry.price = 1'500;
  s.given(command);
}

customers::ChangeContact of_company(const std::string& customer) {
  return {.customer = CustomerId(customer), .first_name = "Ada", .company = "Engines Ltd"};
}

// What the cart `id` checks out and pays.
const events::OrderPlaced& bought_in_own_shop(Scenario& s, const std::string& id) {
  s.given(carts::AddToCart{CartId(id), ProductId("turtle"), 1});
  s.given(carts::CheckOutCart{CartId(id), "standard", address(), "somebody@example.org"});
  const PaymentId payment = s.workshop.cart(CartId(id))->checkout;
  s.given(payments::ObservePayment{payment, "evt", payments::Report::succeeded, 1'000'000, 0, 0, "usd", ""});
  return s.last("order.placed").order_placed();
}

}  // namespace

TEST_CASE("buyers: a shop's order is a person's, unless the shop names a company or knows no account") {
  Scenario s;
  s.given(said("person"));
  CHECK(the_order(s, "person").buyer == BuyerKind::person);
  orders::ObserveShopOrder guest = said("guest");
  guest.buyer = BuyerKind::guest;
  s.given(guest);
  CHECK(the_order(s, "guest").buyer == BuyerKind::guest);
  orders::ObserveShopOrder business = said("business");
  business.company = "Navy";
  s.given(business);
  CHECK(the_order(s, "business").buyer == BuyerKind::business);
  CHECK(the_order(s, "business").company == "Navy");
  CHECK(s.last("order.placed").order_placed().buyer().kind() == "business");
}

TEST_CASE("buyers: the name and the company are sealed apart from each other, and neither is the address") {
  Scenario s;
  orders::ObserveShopOrder command = said();
  command.company = "Navy";
  command.ship_to.name = "Mary Shaw, Annex";
  s.given(command);
  const events::OrderPlaced& placed = s.last("order.placed").order_placed();
  CHECK(placed.buyer().name().clear() == "Grace Hopper");
  CHECK(placed.buyer().company().clear() == "Navy");
  for (const events::Sealed* sealed : {&placed.buyer().name(), &placed.buyer().company()}) CHECK(sealed->subject() == placed.customer());
  CHECK(placed.ship_to().name().clear() == "Mary Shaw, Annex");
  CHECK(the_order(s).customer_name == "Grace Hopper");   // who is written to
}

TEST_CASE("buyers: a business without a company, and a company of anybody else, are refused") {
  Scenario s;
  orders::ObserveShopOrder command = said();
  command.buyer = BuyerKind::business;
  s.when(command).rejected("bad-customer-kind");
  command.company = "Navy";
  s.when(command).with("order.placed");
  for (const BuyerKind kind : {BuyerKind::guest, BuyerKind::person}) {
    command = said("x2");
    command.company = "Navy";
    command.buyer = kind;
    s.when(command).rejected("bad-customer-kind");
  }
  command = said("x3");
  command.company = std::string(401, 'x');
  s.when(command).rejected("bad-customer-kind");
}

TEST_CASE("buyers: whose quote it is, is a person, or a business if his contact names its company") {
  Scenario s;
  CHECK(s.order(s.ordered()).buyer == BuyerKind::person);
  s.given(of_company("c-second"));
  const orders::Order& order = s.order(s.ordered({}, {}, "second"));
  CHECK(order.buyer == BuyerKind::business);
  CHECK(order.company == "Engines Ltd");
}

TEST_CASE("buyers: in our own shop a cart without a key is a guest's, and one with a key is a person's or a business's") {
  Scenario s;
  turtle(s);
  CHECK(bought_in_own_shop(s, "g").buyer().kind() == "guest");
  s.given(settings::IssueKey{"key-1", std::string(32, 'h'), settings::Role::customer, CustomerId("ada")});
  CHECK(bought_in_own_shop(s, "ada").buyer().kind() == "person");
  s.given(of_company("bob"));
  const events::OrderPlaced& placed = bought_in_own_shop(s, "bob");
  CHECK(placed.buyer().kind() == "business");
  CHECK(placed.buyer().company().clear() == "Engines Ltd");
}

TEST_CASE("buyers: what is ordered again is ordered by the same") {
  Scenario s;
  turtle(s);
  orders::ObserveShopOrder command = said();
  command.company = "Navy";
  s.given(command);
  s.when(orders::ReorderOrder{the_order(s).id, OrderId("again")}).with("order.placed");
  CHECK(s.order(OrderId("again")).buyer == BuyerKind::business);
  CHECK(s.order(OrderId("again")).company == "Navy");
  CHECK(s.order(OrderId("again")).customer_name == "Grace Hopper");
}

TEST_CASE("buyers: an erasure takes the company as well, and leaves the kind") {
  Scenario s;
  orders::ObserveShopOrder command = said();
  command.company = "Navy";
  s.given(command);
  s.given(settings::EraseSubject{the_order(s).customer.str()});
  CHECK(the_order(s).company == erased_text);
  CHECK(the_order(s).customer_name == erased_text);
  CHECK(the_order(s).buyer == BuyerKind::business);
}

TEST_CASE("buyers: an order from before there were kinds is a person's, named in its address") {
  Scenario s;
  events::Event event;
  auto* placed = event.mutable_order_placed();
  placed->set_order("old");
  placed->set_customer("c-old");
  placed->mutable_ship_to()->mutable_name()->set_clear("Old Ada");
  evolve(s.workshop, "order/old", event, s.now);
  CHECK(s.order(OrderId("old")).buyer == BuyerKind::person);
  CHECK(s.order(OrderId("old")).company.empty());
  CHECK(s.order(OrderId("old")).customer_name == "Old Ada");
}

}  // namespace layerline::test
