// Guests' carts that nobody comes back to, in virtual time.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "domain/workshop/limits.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
using payments::Report;
namespace {

const settings::FireTimer cart_expiry{"cart-expiry"};
constexpr std::int64_t hour_ms = 3'600'000;

// "turtle" lies on the shelf five times, at 1,500; "vase" is made to order, at 2,000.
void shop(Scenario& s) {
  for (const std::string id : {"turtle", "vase"}) {
    products::DefineProduct command{ProductId(id), "", {}};
    command.entry.name = id;
    command.entry.price = id == "turtle" ? 1'500 : 2'000;
    command.entry.stocked = id == "turtle";
    s.given(command);
  }
  s.given(products::AdjustUnits{ProductId("turtle"), 5, "count"});
}

carts::AddToCart add(const std::string& cart, const std::string& product = "vase") { return {CartId(cart), ProductId(product), 1}; }

// By a guest who said who he is, whose card was asked for.
PaymentId checked_out(Scenario& s, const std::string& cart, const std::string& product = "vase") {
  s.given(add(cart, product)).given(carts::CheckOutCart{CartId(cart), "standard", address(), "ada@example.org"});
  const PaymentId payment = s.workshop.cart(CartId(cart))->checkout;
  s.given(payments::RecordIntent{s.effects_of("create_payment_intent").back(), payment, "stripe", "pi_1", "secret"});
  return payment;
}

payments::ObservePayment money(const PaymentId& payment) { return {payment, "evt", Report::succeeded, 1'000'000, 0, 0, "usd", ""}; }

const carts::Cart& cart(const Scenario& s, const std::string& id) { return *s.workshop.cart(CartId(id)); }

int expired(const Scenario& s) {
  int found = 0;
  for (const NewEvent& event : s.journal) found += event.event.has_cart_expired() ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("cart expiry: a guest's cart that is left alone for 30 days is empty then, and takes nothing any more") {
  Scenario s;
  shop(s);
  s.given(add("g"));
  s.now = s.now + Duration{30 * day_ms - 1};
  s.when(cart_expiry).then({"timer.fired", "timer.set"});
  s.now = s.now + Duration{hour_ms};
  s.when(cart_expiry).then({"timer.fired", "timer.set", "cart.expired"});
  CHECK(cart(s, "g").items.empty());
  s.when(add("g")).rejected("cart-expired");
  s.when(carts::CheckOutCart{CartId("g"), "standard", address(), "ada@example.org"}).rejected("cart-empty");
  s.when(carts::MergeCart{CartId("g"), CartId("customer")}).nothing_happened();
  s.after_days(31).when(cart_expiry).then({"timer.fired", "timer.set"});
}

TEST_CASE("cart expiry: whatever its guest does with it keeps it for another 30 days") {
  Scenario s;
  shop(s);
  s.given(add("g")).after_days(29).given(add("g")).after_days(29);
  s.given(carts::SetCartItem{CartId("g"), ProductId("vase"), 1}).after_days(29);
  (void)checked_out(s, "g");
  s.after_days(29).given(cart_expiry);
  CHECK(expired(s) == 0);
  s.after_days(1).given(cart_expiry);
  CHECK(expired(s) == 1);
}

TEST_CASE("cart expiry: the cart of who has a key waits for him, also when the key was revoked") {
  Scenario s;
  shop(s);
  for (const char* customer : {"customer", "other"}) {
    s.given(settings::IssueKey{std::string("key of ") + customer, std::string(32, 'h'), settings::Role::customer, CustomerId(customer)});
    s.given(add(customer));
  }
  s.given(settings::RevokeKey{"key of other"});
  s.after_days(400).when(cart_expiry).then({"timer.fired", "timer.set"});
}

TEST_CASE("cart expiry: the key of a guest who said who he is, and bought nothing, is destroyed") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s, "g");
  s.after_days(30).when(cart_expiry);
  s.with("cart.expired").with("subject.erased").with("effect.requested", 2);   // his card is not to be charged either
  CHECK(s.last("subject.erased").subject_erased().subject() == "g");
  CHECK(s.effects_of("cancel_payment_intent").size() == 1);
  REQUIRE(s.effects_of("destroy_key").size() == 1);
  CHECK(s.workshop.checkouts.at(payment).customer_mail == erased_text);
  CHECK(s.workshop.checkouts.at(payment).ship_to.line1 == erased_text);
  s.given(effects::AttemptEffect{s.effects_of("destroy_key").front(), 1, "erasure"});
  s.given(effects::FinishEffect{s.effects_of("destroy_key").front(), effects::Outcome::succeeded, ""});
  CHECK(s.effects_of("destroy_key").empty());
}

TEST_CASE("cart expiry: also when the cart was emptied, or merged into a customer's, after he had said who he is") {
  Scenario s;
  shop(s);
  (void)checked_out(s, "emptied");
  s.given(carts::SetCartItem{CartId("emptied"), ProductId("vase"), 0});
  (void)checked_out(s, "merged");
  s.given(carts::MergeCart{CartId("merged"), CartId("customer")});
  s.after_days(30).when(cart_expiry).with("subject.erased", 2);
}

TEST_CASE("cart expiry: nothing is erased of a guest who never said who he is") {
  Scenario s;
  shop(s);
  s.given(add("g")).after_days(30).when(cart_expiry).with("cart.expired").with("subject.erased", 0).with("effect.requested", 0);
}

TEST_CASE("cart expiry: a guest who bought keeps his data for his order; what he left in the cart goes") {
  Scenario s;
  shop(s);
  s.given(money(checked_out(s, "g"))).given(add("g", "turtle"));
  s.after_days(30).when(cart_expiry).with("cart.expired").with("subject.erased", 0);
  CHECK(s.effects_of("destroy_key").empty());

  Scenario empty;   // nothing is left, so there is nothing to say
  shop(empty);
  empty.given(money(checked_out(empty, "g"))).after_days(90).when(cart_expiry).with("cart.expired", 0);
}

TEST_CASE("cart expiry: money that comes for an expired cart makes its order all the same, without the guest's data") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s, "g", "turtle");
  s.after_days(30);
  for (const auto& [id, timer] : std::map(s.workshop.timers))
    if (timer.purpose == "cart-hold") s.given(settings::FireTimer{id});
  s.given(cart_expiry);
  REQUIRE(expired(s) == 1);
  s.when(money(payment)).with("order.placed").with("order.paid").with("cart.ordered");
  CHECK(s.workshop.order(s.workshop.payment(payment)->order)->customer_mail.empty());
  s.after_days(90).when(cart_expiry).with("cart.expired", 0);
}

TEST_CASE("cart expiry: a checkout that still holds pieces of the shelf, or has some of its money, is not cut off") {
  Scenario s;
  shop(s);
  Rules rules;
  rules.cart_days = 1;
  rules.checkout_hold_ms = limits::checkout_hold_max_ms;
  s.given(settings::Configure{rules});
  (void)checked_out(s, "held", "turtle");
  const PaymentId part = checked_out(s, "part");
  s.given(payments::ObservePayment{part, "evt", Report::succeeded, 100, 0, 0, "usd", ""});
  REQUIRE(s.workshop.payment(part)->received == 100);
  s.after_days(1).given(cart_expiry);
  CHECK(expired(s) == 0);
  for (const auto& [id, timer] : std::map(s.workshop.timers))
    if (timer.purpose == "cart-hold") s.given(settings::FireTimer{id});
  s.now = s.now + Duration{hour_ms};
  s.when(cart_expiry).with("cart.expired");
  CHECK(cart(s, "held").expired);
  CHECK_FALSE(cart(s, "part").expired);
}

TEST_CASE("cart expiry: the workshop says after how many days") {
  Scenario s;
  shop(s);
  Rules rules;
  rules.cart_days = 0;
  s.when(settings::Configure{rules}).rejected("bad-rules");
  rules.cart_days = 3'651;
  s.when(settings::Configure{rules}).rejected("bad-rules");
  rules.cart_days = 2;
  s.given(settings::Configure{rules}).given(add("g"));
  s.after_days(1).when(cart_expiry).with("cart.expired", 0);
  s.after_days(1).when(cart_expiry).with("cart.expired");
}

TEST_CASE("cart expiry: rules of a journal from before say nothing of it, and mean 30 days") {
  events::PricingRules stored;
  store_rules(Rules{}, &stored);
  stored.clear_cart_days();
  CHECK(rules_from(stored).cart_days == 30);
}

TEST_CASE("cart expiry: of many the ones that were left first go first, and the others an hour later") {
  Scenario s;
  shop(s);
  const int all = static_cast<int>(limits::carts_expired_at_once) + 10;
  for (int i = 0; i < all; ++i) {
    s.now = s.now + Duration{1};
    s.given(add(fmt::format("g{:03}", all - i)));
  }
  s.after_days(31).when(cart_expiry).with("cart.expired", static_cast<int>(limits::carts_expired_at_once));
  CHECK(cart(s, fmt::format("g{:03}", all)).expired);
  CHECK_FALSE(cart(s, "g001").expired);
  s.now = s.now + Duration{hour_ms};
  s.when(cart_expiry).with("cart.expired", 10);
}

}  // namespace layerline::test
