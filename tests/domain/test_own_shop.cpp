#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
using payments::Report;
namespace {

constexpr std::int64_t hold_ms = 900'000;

// "turtle" lies on the shelf `on_hand` times, at 1,500; "vase" is made to order, at 2,000.
void shop(Scenario& s, std::int64_t on_hand = 1) {
  s.stock(1'000'000);
  for (const std::string id : {"turtle", "vase"}) {
    products::DefineProduct command{ProductId(id), "", {}};
    command.entry.name = id;
    command.entry.price = id == "turtle" ? 1'500 : 2'000;
    command.entry.stocked = id == "turtle";
    s.given(command);
  }
  products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"}, 40'000,
                           3'600'000};
  for (const char* id : {"turtle", "vase"}) {
    s.given(products::SetProductFile{ProductId(id), "default", file});
    s.given(products::DefineBom{ProductId(id), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 40'000}}});
  }
  if (on_hand > 0) s.given(products::AdjustUnits{ProductId("turtle"), on_hand, "count"});
}

const products::Product& turtle(const Scenario& s) { return *s.workshop.product(ProductId("turtle")); }
const carts::Cart& cart(const Scenario& s, const std::string& id = "g") { return *s.workshop.cart(CartId(id)); }

carts::CheckOutCart checkout(const std::string& id = "g") { return {CartId(id), "standard", address(), "ada@example.org"}; }

PaymentId checked_out(Scenario& s, const std::string& id = "g", const std::string& product = "turtle", std::int64_t quantity = 1) {
  s.given(carts::AddToCart{CartId(id), ProductId(product), quantity}).given(checkout(id));
  return cart(s, id).checkout;
}

payments::ObservePayment money(const PaymentId& payment, Report report = Report::succeeded, std::int64_t received = 1'000'000) {
  return {payment, "evt", report, received, 0, 0, "usd", "card_declined"};
}

const orders::Order& order_of(const Scenario& s, const PaymentId& payment) { return *s.workshop.order(s.workshop.payment(payment)->order); }

std::vector<std::string> hold_timers(const Scenario& s) {
  std::vector<std::string> out;
  for (const auto& [id, timer] : s.workshop.timers)
    if (timer.purpose == "cart-hold") out.push_back(id);
  return out;
}

std::string only_timer(const Scenario& s) {
  REQUIRE(hold_timers(s).size() == 1);
  return hold_timers(s).front();
}

void let_the_hold_lapse(Scenario& s) {
  s.now = s.now + Duration{hold_ms};
  s.given(settings::FireTimer{only_timer(s)});
}

int mails_of(const Scenario& s, const std::string& mail) {
  int found = 0;
  for (const NewEvent& event : s.journal) found += event.event.effect_requested().send_mail().mail() == mail ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("own shop: a checkout holds the shelf and asks for money; the payment makes the order out of what was held") {
  Scenario s;
  shop(s, 3);
  const PaymentId payment = checked_out(s, "g", "turtle", 2);
  CHECK(turtle(s).allocated == 2);
  CHECK(s.workshop.orders.empty());
  CHECK(s.workshop.payment(payment)->amount == 3'500);   // with the shipping
  CHECK(s.effects_of("create_payment_intent").size() == 1);
  s.when(money(payment)).with("units.released").with("order.placed").with("order.paid").with("units.allocated").with("cart.ordered");
  s.with("production.order_created", 0).with("order.short_of_stock", 0);
  const orders::Order& order = order_of(s, payment);
  CHECK(order.source == "shop");
  CHECK(order.number == "SO-2026-001");
  CHECK(order.customer == CustomerId("g"));
  CHECK(order.total == 3'500);
  CHECK(turtle(s).holders.at(order.id.str() + "/1") == 2);
  CHECK(turtle(s).available() == 1);
  CHECK(cart(s).items.empty());
  CHECK(mails_of(s, "order_confirmed") == 1);
  s.when(money(payment)).nothing_happened();
}

TEST_CASE("own shop: what is held is free again after fifteen minutes, and not before") {
  Scenario s;
  shop(s);
  (void)checked_out(s);
  s.when(carts::AddToCart{CartId("h"), ProductId("turtle"), 1}).rejected("sold-out");
  s.now = s.now + Duration{hold_ms - 1};
  s.when(settings::FireTimer{only_timer(s)}).rejected("timer-not-due");
  s.now = s.now + Duration{1};
  s.when(settings::FireTimer{only_timer(s)}).then({"timer.fired", "units.released", "cart.hold_lapsed"});
  CHECK(turtle(s).available() == 1);
  CHECK(cart(s).items.size() == 1);   // the cart stays
  s.given(carts::AddToCart{CartId("h"), ProductId("turtle"), 1}).given(checkout("h"));
}

TEST_CASE("own shop: of 64 checkouts of the last unit one wins, the others are told, and the hold of who does not pay is released") {
  Scenario s;
  shop(s);
  for (int i = 0; i < 64; ++i) s.given(carts::AddToCart{CartId(fmt::format("g{}", i)), ProductId("turtle"), 1});
  int won = 0, told = 0;
  for (int i = 0; i < 64; ++i) {
    s.when(checkout(fmt::format("g{}", i)));
    won += s.answer ? 1 : 0;
    told += !s.answer && s.answer.error().type == "sold-out" ? 1 : 0;
    REQUIRE(turtle(s).available() >= 0);
  }
  CHECK(won == 1);
  CHECK(told == 63);
  let_the_hold_lapse(s);
  CHECK(turtle(s).allocated == 0);
  s.given(checkout("g63"));
  s.when(money(cart(s, "g63").checkout)).with("order.paid");
  CHECK(turtle(s).available() == 0);
}

TEST_CASE("own shop: only stocked products are sold out, the others are made") {
  Scenario s;
  shop(s, 0);
  s.when(carts::AddToCart{CartId("g"), ProductId("turtle"), 1}).rejected("sold-out");
  const PaymentId payment = checked_out(s, "g", "vase", 3);
  CHECK(hold_timers(s).empty());   // there is nothing to hold
  s.when(money(payment)).with("production.order_created").with("order.short_of_stock", 0);
  CHECK(s.production_of(order_of(s, payment).id).quantity == 3);
}

TEST_CASE("own shop: a cart takes what is on offer, as often as it is there") {
  Scenario s;
  shop(s, 2);
  s.given(carts::AddToCart{CartId("g"), ProductId("FG-00001"), 1}).given(carts::AddToCart{CartId("g"), ProductId("turtle"), 1});
  CHECK(cart(s).items.at(0).quantity == 2);
  s.when(carts::AddToCart{CartId("g"), ProductId("turtle"), 1}).rejected("sold-out");
  s.when(carts::AddToCart{CartId("g"), ProductId("nothing"), 1}).rejected("not-found");
  s.when(carts::SetCartItem{CartId("g"), ProductId("vase"), 1}).rejected("not-found");
  s.when(carts::SetCartItem{CartId("g"), ProductId("turtle"), 1}).then({"cart.item_set"});
  s.when(carts::SetCartItem{CartId("g"), ProductId("turtle"), 1}).nothing_happened();
  s.given(carts::SetCartItem{CartId("g"), ProductId("turtle"), 0});
  CHECK(cart(s).items.empty());
  s.when(checkout()).rejected("cart-empty");
  products::ChangeProduct gone{ProductId("vase"), s.workshop.product(ProductId("vase"))->entry};
  gone.entry.active = false;
  s.given(carts::AddToCart{CartId("g"), ProductId("vase"), 1}).given(gone);
  s.when(checkout()).rejected("not-offered");
  s.when(carts::AddToCart{CartId("h"), ProductId("vase"), 1}).rejected("not-found");
}

TEST_CASE("own shop: shipping costs what the workshop says, to where it ships") {
  Scenario s;
  shop(s, 5);
  Rules rules = s.workshop.rules;
  rules.shipping_options = {{"post", "Post", 700, 5'000, 3, {"US"}}};
  s.given(settings::Configure{rules});
  s.given(carts::AddToCart{CartId("g"), ProductId("turtle"), 2});
  carts::CheckOutCart by_post = checkout();
  s.when(by_post).rejected("shipping-not-offered");   // "standard" is no more
  by_post.shipping_option = "post";
  by_post.ship_to.country = "IT";
  s.when(by_post).rejected("shipping-not-offered");
  by_post.ship_to.country = "US";
  s.given(by_post);
  CHECK(s.workshop.payment(cart(s).checkout)->amount == 3'700);
  s.given(carts::SetCartItem{CartId("g"), ProductId("turtle"), 4}).given(by_post);
  CHECK(s.workshop.payment(cart(s).checkout)->amount == 6'000);   // free from 5,000
  by_post.ship_to.city.clear();
  s.when(by_post).rejected("address-incomplete");
}

TEST_CASE("own shop: a refused card is told to the customer; the cart and its hold stay, and the next try is taken") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s);
  s.when(money(payment, Report::failed, 0)).with("payment.failed").with("effect.requested");
  CHECK(mails_of(s, "payment_failed") == 1);
  CHECK(cart(s).items.size() == 1);
  CHECK(turtle(s).allocated == 1);
  s.when(money(payment)).with("order.paid");
}

TEST_CASE("own shop: money that comes after its hold lapsed takes the piece if it is still there") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s);
  let_the_hold_lapse(s);
  s.when(money(payment)).with("order.paid").with("units.allocated").with("order.short_of_stock", 0);
  CHECK(turtle(s).available() == 0);
}

TEST_CASE("own shop: money that comes when the last piece went to another shows a shortage: its customer waits, or has it back") {
  for (const bool refund : {false, true}) {
    Scenario s;
    shop(s);
    const PaymentId late = checked_out(s, "late");
    s.given(payments::RecordIntent{s.effects_of("create_payment_intent").at(0), late, "stripe", "pi_late", "secret"});
    let_the_hold_lapse(s);
    s.given(money(checked_out(s, "quick")));
    s.when(money(late)).with("order.paid").with("order.short_of_stock").with("production.order_created");
    CHECK(s.last("order.short_of_stock").order_short_of_stock().lines(0).quantity() == 1);
    CHECK(mails_of(s, "short_of_stock") == 1);
    CHECK(mails_of(s, "order_short") == 1);
    const OrderId order = order_of(s, late).id;
    s.when(orders::AnswerShortage{order, refund}).with("order.shortage_answered");
    s.with("order.cancelled", refund ? 1 : 0).with("production.cancelled", refund ? 1 : 0).with("payment.refund_requested", refund ? 1 : 0);
    CHECK(s.effects_of("create_refund").size() == (refund ? 1 : 0));
    s.when(orders::AnswerShortage{order, refund}).nothing_happened();
    CHECK(turtle(s).available() == 0);
  }
}

TEST_CASE("own shop: who has all of it has nothing to choose, and who bought elsewhere is paid back there") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s);
  s.given(money(payment));
  s.when(orders::AnswerShortage{order_of(s, payment).id, true}).rejected("no-shortage");
  orders::ObserveShopOrder elsewhere;
  elsewhere.source = "woocommerce";
  elsewhere.shop = "w";
  elsewhere.external_id = "1";
  elsewhere.report = orders::ShopReport::paid;
  elsewhere.modified = {1};
  elsewhere.lines = {{"1", "FG-00001", "", 1, 1'500}};
  elsewhere.ship_to = address();
  elsewhere.customer_mail = "b@example.org";
  s.when(elsewhere).with("order.short_of_stock");
  const OrderId order = orders::order_of(s.workshop, "woocommerce", "w", "1");
  s.when(orders::AnswerShortage{order, true}).rejected("paid-elsewhere");
  s.when(orders::AnswerShortage{order, false}).then({"order.shortage_answered"});
}

TEST_CASE("own shop: a second checkout takes the place of the first, whose money is still worth its order") {
  Scenario s;
  shop(s, 2);
  const PaymentId first = checked_out(s, "g", "turtle", 2);
  s.given(payments::RecordIntent{s.effects_of("create_payment_intent").at(0), first, "stripe", "pi_1", "secret"});
  s.given(carts::SetCartItem{CartId("g"), ProductId("turtle"), 1});
  s.when(checkout()).with("units.released").with("units.allocated").with("cart.checked_out");
  CHECK(s.effects_of("cancel_payment_intent").size() == 1);
  CHECK(turtle(s).allocated == 1);
  s.when(money(first, Report::cancelled, 0)).then({"payment.failed"});   // our own doing: nobody is told
  s.when(money(first)).with("order.paid");
  CHECK(order_of(s, first).quantity == 2);
  CHECK(turtle(s).available() == 0);
  CHECK(cart(s).items.empty());
}

TEST_CASE("own shop: an intent that is made for a checkout that was given up is cancelled at once") {
  Scenario s;
  shop(s, 2);
  const PaymentId first = checked_out(s);
  const EffectId effect = s.effects_of("create_payment_intent").at(0);
  s.given(checkout());
  s.given(payments::RecordIntent{effect, first, "stripe", "pi_1", "secret"});
  CHECK(s.effects_of("cancel_payment_intent").size() == 1);
}

TEST_CASE("own shop: what was put into the cart after its checkout stays there") {
  Scenario s;
  shop(s, 5);
  const PaymentId payment = checked_out(s, "g", "turtle", 2);
  s.given(carts::AddToCart{CartId("g"), ProductId("turtle"), 1}).given(carts::AddToCart{CartId("g"), ProductId("vase"), 1});
  s.given(money(payment));
  REQUIRE(cart(s).items.size() == 2);
  CHECK(cart(s).items.at(0).quantity == 1);
  CHECK(order_of(s, payment).quantity == 2);
}

TEST_CASE("own shop: a guest's cart becomes the customer's, and his checkout is given up") {
  Scenario s;
  shop(s, 5);
  (void)checked_out(s, "g", "turtle", 2);
  s.given(carts::AddToCart{CartId("customer-1"), ProductId("turtle"), 1});
  s.when(carts::MergeCart{CartId("g"), CartId("customer-1")}).then({"cart.item_set", "units.released", "cart.merged"});
  CHECK(cart(s, "customer-1").items.at(0).quantity == 3);
  CHECK(cart(s).items.empty());
  CHECK(turtle(s).allocated == 0);
  s.when(carts::MergeCart{CartId("g"), CartId("customer-1")}).nothing_happened();
}

TEST_CASE("own shop: a mail address that anybody could have written makes nobody a known buyer") {
  Scenario s;
  shop(s, 5);
  s.given(money(checked_out(s)));
  CHECK(s.workshop.buyers.empty());
}

TEST_CASE("own shop: who is erased between checkout and payment gets an order without his data") {
  Scenario s;
  shop(s);
  const PaymentId payment = checked_out(s);
  s.given(settings::EraseSubject{"g"});
  s.given(money(payment));
  CHECK(order_of(s, payment).ship_to.line1.empty());
  CHECK(order_of(s, payment).customer_mail.empty());
}

TEST_CASE("own shop: what costs nothing is ordered by its checkout") {
  Scenario s;
  shop(s);
  Rules rules = s.workshop.rules;
  rules.shipping_options = {{"pickup", "Pick up", 0, 0, 0}};
  s.given(settings::Configure{rules});
  products::ChangeProduct free{ProductId("turtle"), turtle(s).entry};
  free.entry.price = 0;
  s.given(free).given(carts::AddToCart{CartId("g"), ProductId("turtle"), 1});
  carts::CheckOutCart command = checkout();
  command.shipping_option = "pickup";
  s.when(command).with("cart.checked_out").with("order.paid").with("cart.ordered");
  CHECK(turtle(s).available() == 0);
}

TEST_CASE("late money: an order that was cancelled before its payment came is made after all, or shows what is missing") {
  Scenario s;
  s.stock(0);
  const OrderId order = s.ordered(black_pieces());
  const PaymentId payment = s.order(order).payment;
  s.given(orders::CancelOrder{order, ""});
  s.when(money(payment)).with("order.reopened").with("order.paid").with("production.order_created").with("stock.shortage_noted");
  CHECK(s.order(order).status == orders::Status::queued);
  s.when(money(payment)).nothing_happened();
}

TEST_CASE("late money: an order that was released, cancelled and then paid is made anew") {
  Scenario s;
  s.stock(1'000'000);
  const OrderId order = s.ordered(black_pieces());
  s.given(orders::ReleaseOrder{order, ""}).given(orders::CancelOrder{order, ""});
  CHECK(s.black().reserved.milligrams == 0);
  s.when(money(s.order(order).payment)).with("production.order_created");
  CHECK(s.order(order).production.size() == 1);
  CHECK(s.black().reserved.milligrams > 0);
}

}  // namespace layerline::test
