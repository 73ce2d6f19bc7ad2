#include <doctest/doctest.h>

#include <set>
#include <string>

#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

const settings::FireTimer stock_check{"stock-check"};
const settings::FireTimer daily_report{"daily-report"};
const MaterialId black("PLA-black");

Scenario& after_hours(Scenario& s, std::int64_t hours) {
  s.now = s.now + Duration{hours * 3'600'000};
  return s;
}

Scenario& at_midnight(Scenario& s) {
  s.now = Time{(s.now.ms / day_ms + 1) * day_ms};
  return s;
}

// An alert below 500 g, told and suggested.
void low_stock(Scenario& s) {
  s.given(inventory::DefineMaterial{"PLA", "black", "", {500'000}});
  s.given(inventory::ReceiveStock{black, {600'000}, "delivery"});
  s.given(inventory::AdjustStock{black, {-200'000}, "count"});
}

// Bought, ten of them to be kept.
void screws(Scenario& s, std::int64_t on_hand) {
  products::DefineProduct screw{ProductId("screw"), "SCREW", {}};
  screw.entry.kind = products::Kind::material;
  screw.entry.name = "Screw M3";
  s.given(screw).given(products::AdjustUnits{ProductId("screw"), on_hand, "count"});
  s.given(mrp::SetItemRules{"SCREW", {.safety_stock = 10, .lead_time_days = 0, .lot = planning::Multiple{50}, .supplier = {}}});
}

int mails_of(const Scenario& s, const std::string& mail) {
  int found = 0;
  for (const NewEvent& event : s.journal) found += event.event.effect_requested().send_mail().mail() == mail ? 1 : 0;
  return found;
}

// As a journal from before there were any.
void without_timers(Scenario& s) { s.workshop.timers.clear(); }

}  // namespace

TEST_CASE("routine: a workshop's timers begin when it is opened, and follow themselves") {
  Scenario s;
  CHECK(s.workshop.timers.at("stock-check").due == start + Duration{3'600'000});
  CHECK(s.workshop.timers.at("daily-report").due.ms % day_ms == 0);
  s.when(stock_check).rejected("timer-not-due");
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  CHECK(s.workshop.timers.at("stock-check").due == s.now + Duration{3'600'000});
  s.when(stock_check).rejected("timer-not-due");
  s.when(settings::FireTimer{"cart-expiry"}).then({"timer.fired", "timer.set"});
  CHECK(s.workshop.timers.at("cart-expiry").due == s.now + Duration{3'600'000});
  at_midnight(s).when(daily_report).then({"timer.fired", "timer.set"});
  CHECK(s.workshop.timers.at("daily-report").due == s.now + Duration{day_ms});
}

TEST_CASE("routine: the workshop of what belongs to none has no timers") {
  Scenario s;
  s.workshop = {};
  s.given(settings::OpenWorkshop{WorkshopId("platform"), "Platform", "USD", ""}).then({"workshop.opened"});
}

TEST_CASE("routine: in a workshop from before, they begin with its next order, once") {
  Scenario s;
  const QuoteId quote = s.quoted();
  without_timers(s);
  s.given(quotes::AcceptQuote{quote, address()}).with("timer.set", 3);
  CHECK(s.workshop.timers.size() == 3);
  s.ordered(black_pieces(), {}, "other");
  CHECK(s.workshop.timers.contains("stock-check"));
  CHECK(s.workshop.timers.size() == 4);   // and the other quote's
}

TEST_CASE("routine: a timer that is new begins, in a workshop from before, when another one fires") {
  Scenario s;
  s.workshop.timers.erase("cart-expiry");
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "timer.set"});
  CHECK(s.workshop.timers.contains("cart-expiry"));
}

TEST_CASE("routine: a timer that was due while nobody was there fires once, and goes on from now") {
  Scenario s;
  s.after_days(3).when(stock_check).then({"timer.fired", "timer.set"});
  s.when(stock_check).rejected("timer-not-due");
  CHECK(s.workshop.timers.at("stock-check").due == s.now + Duration{3'600'000});
}

TEST_CASE("routine: stock: nothing is said of what was told and is on its way") {
  Scenario s;
  low_stock(s);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  CHECK(mails_of(s, "stock_low") == 1);
}

TEST_CASE("routine: stock: a rule that was raised is noticed within the hour, with an alert and a suggestion") {
  Scenario s;
  s.stock(600'000);
  s.given(inventory::DefineMaterial{"PLA", "black", "", {700'000}}).with("stock.low", 0);
  after_hours(s, 1).when(stock_check).with("stock.low").with("purchase.drafted");
  CHECK(mails_of(s, "stock_low") == 1);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
}

TEST_CASE("routine: stock: a material under the safety stock of its rules is told, and told again once there was enough") {
  const auto keep = [](std::int64_t milligrams) {
    return mrp::SetItemRules{"PLA-black", {.safety_stock = milligrams, .lead_time_days = 0, .lot = {}, .supplier = {}}};
  };
  const auto use = [](std::int64_t milligrams) { return inventory::AdjustStock{MaterialId("PLA-black"), {milligrams}, "count"}; };
  Scenario s;
  s.given(inventory::DefineMaterial{"PLA", "black", "", {500'000}});
  s.given(keep(2'000'000)).given(use(2'500'000));
  s.given(use(-600'000)).with("stock.low").with("purchase.drafted");
  CHECK(s.last("stock.low").stock_low().low_stock_mg() == 2'000'000);
  s.given(use(-1'000'000)).with("stock.low", 0);
  s.given(use(1'000'000)).given(use(-100'000)).with("stock.low", 0);   // there were not enough in between
  s.given(use(200'000)).given(use(-1)).with("stock.low");
  CHECK(mails_of(s, "stock_low") == 2);
  s.given(keep(1'900'000)).given(keep(2'000'000));                     // it was enough for a moment
  after_hours(s, 1).when(stock_check).with("stock.low");
  s.given(keep(0)).given(use(-1'400'000)).with("stock.low", 0);
  s.given(use(-200'000)).with("stock.low");
  CHECK(s.last("stock.low").stock_low().low_stock_mg() == 500'000);
  s.given(inventory::DefineMaterial{"PLA", "black", "", {300'000}}).given(use(-200'000)).with("stock.low");
}

TEST_CASE("routine: stock: what is still low after its suggestion was cancelled is suggested again, without another alert") {
  Scenario s;
  low_stock(s);
  s.given(purchasing::CancelPurchase{s.workshop.purchases.begin()->first});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "purchase.drafted"});
  CHECK(mails_of(s, "stock_low") == 1);
}

TEST_CASE("routine: stock: bought parts under their safety stock are suggested, each purchase order under its own number") {
  Scenario s;
  screws(s, 3);
  s.stock(600'000);
  s.given(inventory::DefineMaterial{"PLA", "black", "", {700'000}});
  s.given(mrp::SetItemRules{"PLA-black", {.safety_stock = 700'000, .lead_time_days = 0, .lot = {}, .supplier = {}}});
  after_hours(s, 1).when(stock_check).with("purchase.drafted", 2);
  std::set<std::string> numbers;
  for (const auto& [id, purchase] : s.workshop.purchases) numbers.insert(purchase.number);
  CHECK(numbers == std::set<std::string>{"PUR-2026-001", "PUR-2026-002"});
  for (const auto& [id, purchase] : s.workshop.purchases)
    if (purchase.lines.at(0).item.product == ProductId("screw")) CHECK(purchase.lines.at(0).quantity == 50);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
}

TEST_CASE("routine: stock: bought parts under their safety stock are told by the mail that materials have, once") {
  Scenario s;
  screws(s, 3);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "units.low", "purchase.drafted", "effect.requested"});
  const events::SendMail mail = s.last("effect.requested").effect_requested().send_mail();
  CHECK(mail.mail() == "stock_low");
  CHECK(mail.number() == "SCREW");
  CHECK(mail.detail() == "3 available, 10 are to be there");
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  s.given(purchasing::CancelPurchase{s.workshop.purchases.begin()->first});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "purchase.drafted"});
  CHECK(mails_of(s, "stock_low") == 1);
}

TEST_CASE("routine: stock: bought parts are told again only after there were enough of them") {
  Scenario s;
  screws(s, 3);
  after_hours(s, 1).given(stock_check);
  s.given(products::AdjustUnits{ProductId("screw"), 6, "count"});   // nine
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  s.given(products::AdjustUnits{ProductId("screw"), 1, "count"});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  s.given(products::AdjustUnits{ProductId("screw"), -1, "count"});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "units.low", "effect.requested"});   // its purchase is still open
  CHECK(mails_of(s, "stock_low") == 2);
}

TEST_CASE("routine: stock: a safety stock that was lowered to what is there takes the alert back, one that was raised tells it") {
  const auto keep = [](std::int64_t pieces) {
    return mrp::SetItemRules{"SCREW", {.safety_stock = pieces, .lead_time_days = 0, .lot = planning::Multiple{50}, .supplier = {}}};
  };
  Scenario s;
  screws(s, 3);
  after_hours(s, 1).given(stock_check);
  s.given(keep(3));
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  s.given(keep(4));
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "units.low", "effect.requested"});
  CHECK(s.last("units.low").units_low().safety_stock() == 4);
}

namespace {

// Made here, ten of them to be kept.
products::DefineProduct vases(Scenario& s, bool stocked) {
  products::DefineProduct made{ProductId("vase"), "VASE", {}};
  made.entry.name = "Vase";
  made.entry.stocked = stocked;
  s.given(made).given(products::AdjustUnits{made.product, 3, "count"});
  s.given(mrp::SetItemRules{"VASE", {.safety_stock = 10, .lead_time_days = 0, .lot = {}, .supplier = {}}});
  return made;
}

}  // namespace

TEST_CASE("routine: stock: of what is made for the shelf too few are told once, and none are bought") {
  Scenario s;
  vases(s, true);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "units.low", "effect.requested"});
  const events::SendMail& mail = s.last("effect.requested").effect_requested().send_mail();
  CHECK(mail.number() == "VASE");
  CHECK(mail.detail() == "3 available, 10 are to be there");
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  s.given(production::CreateProduction{ProductionOrderId("more"), ProductId("vase"), 7});
  s.given(production::CompleteProduction{ProductionOrderId("more")});
  s.given(products::AdjustUnits{ProductId("vase"), -1, "broken"});
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set", "units.low", "effect.requested"});
}

TEST_CASE("routine: stock: of what is made to order nobody is told, however few are there, until it is kept on the shelf") {
  Scenario s;
  products::DefineProduct made = vases(s, false);
  after_hours(s, 1).when(stock_check).then({"timer.fired", "timer.set"});
  made.entry.stocked = true;
  s.given(products::ChangeProduct{made.product, made.entry});
  after_hours(s, 1).when(stock_check).with("units.low");
}

TEST_CASE("routine: report: a day's orders, money, prints, material and parcels are told at midnight, and then forgotten") {
  Scenario s;
  s.stock(1'000'000);
  s.printer();
  const PrintJobId job = s.printing();
  s.given(printing::ObservePrint{.job = job, .sight = printing::Sight::finished, .reason = {}});
  at_midnight(s).when(daily_report).then({"timer.fired", "timer.set", "daily.reported", "effect.requested"});
  const events::DailyReported& report = s.last("daily.reported").daily_reported();
  CHECK(report.orders_placed() == 1);
  CHECK(report.received() == s.workshop.orders.begin()->second.total);
  CHECK(report.refunded() == 0);
  CHECK(report.currency() == "USD");
  CHECK(report.prints_finished() == 1);
  CHECK(report.prints_failed() == 0);
  CHECK(report.milligrams() == 45'300);
  CHECK(report.parcels_sent() == 0);
  CHECK(report.day() == "2026-09-21");
  CHECK(mails_of(s, "daily_report") == 1);
  at_midnight(s).when(daily_report).then({"timer.fired", "timer.set"});   // nothing happened
}

TEST_CASE("routine: report: what a server that was off tells late is told under the day on which it happened") {
  Scenario s;
  s.stock(1'000'000);
  s.paid();   // on a Monday
  s.after_days(2).given(daily_report).with("daily.reported");
  CHECK(s.last("daily.reported").daily_reported().day() == "2026-09-21");
  s.paid({}, {}, "later");   // on Wednesday
  at_midnight(s).given(daily_report).with("daily.reported");
  CHECK(s.last("daily.reported").daily_reported().day() == "2026-09-23");
}

TEST_CASE("routine: report: money is counted by what came since, and what was given back beside it") {
  Scenario s;
  const OrderId order = s.paid();
  at_midnight(s).given(daily_report);
  s.given(payments::RefundPayment{s.order(order).payment, 100});
  payments::ObservePayment refunded{s.order(order).payment, "evt-refund", payments::Report::refunded, 0, 0, 100, "usd", ""};
  s.given(refunded);
  at_midnight(s).given(daily_report).with("daily.reported");
  CHECK(s.last("daily.reported").daily_reported().received() == 0);
  CHECK(s.last("daily.reported").daily_reported().refunded() == 100);
}

TEST_CASE("routine: report: orders that wait for stock are told every day") {
  Scenario s;
  s.paid(black_pieces());   // there is no filament
  at_midnight(s).given(daily_report).with("daily.reported");
  CHECK(s.last("daily.reported").daily_reported().orders_waiting() == 1);
  at_midnight(s).given(daily_report).with("daily.reported");
  CHECK(s.last("daily.reported").daily_reported().orders_placed() == 0);
  s.stock(1'000'000);
  at_midnight(s).when(daily_report).then({"timer.fired", "timer.set"});
}

}  // namespace layerline::test
