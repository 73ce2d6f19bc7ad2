// Each thing at each of its states, and each command that could move it from there.
#include <functional>

#include "tests/domain/flow_watch.hpp"

namespace layerline::test {
namespace {

using Commands = std::vector<Command>;
using orders::ShopReport;
using payments::Report;

// One thing on its way: a copy of the scenario at every state.
class Way {
 public:
  explicit Way(FlowWatch& watch) : watch_(watch) {}

  void add(const Scenario& scenario) { rungs_.push_back(scenario); }
  // Every command at every state, each on a copy; what is refused there moves nothing.
  void try_everywhere(const std::function<Commands(const Scenario&)>& commands) {
    for (const Scenario& rung : rungs_) {
      watch_.see(rung);
      for (const Command& command : commands(rung)) {
        Scenario there = rung;
        there.when(command);
        watch_.see(there);
      }
    }
  }

 private:
  FlowWatch& watch_;
  std::vector<Scenario> rungs_;
};

// ---- quotes ----

void quotes_everywhere(FlowWatch& watch) {
  Way way(watch);
  const Part doubtful{.warnings = {"not_watertight"}};
  const QuoteId id("q");
  Scenario draft;
  draft.draft(black_pieces());
  way.add(draft);
  Scenario pending = draft;
  pending.analyse(id, doubtful);
  way.add(pending);
  Scenario approved = draft;
  approved.analyse(id);
  way.add(approved);
  Scenario late = approved;
  late.after_days(40);
  way.add(late);
  way.try_everywhere([&](const Scenario& s) {
    Commands out{quotes::ChangeQuote{id, black_pieces(3), ""}, quotes::ApproveQuote{id},     quotes::AcceptQuote{id, address()},
                 quotes::RejectQuote{id, "", true},            quotes::CancelQuote{id}};
    for (const EffectId& effect : s.effects_of("analyse_model"))
      out.emplace_back(quotes::RecordRefusal{effect, id, FileId("f-q"), ModelId("m-q"), "broken"});
    for (const auto& [timer, set] : s.workshop.timers) out.emplace_back(settings::FireTimer{timer});
    return out;
  });
}

// ---- orders ----

void turtles(Scenario& s) {
  s.stock(1'000'000);
  products::DefineProduct command{ProductId("turtle"), "", {}};
  command.entry.name = "turtle";
  command.entry.price = 1'500;
  s.given(command);
  products::PrintFile file{BlobHash("blob"), {.kind = "gcode_3mf", .warnings = {}, .printer_model = "A1", .filament_type = "PLA"}, 40'000,
                           3'600'000};
  s.given(products::SetProductFile{ProductId("turtle"), "default", file});
  s.given(products::DefineBom{ProductId("turtle"), {{.material = MaterialId("PLA-black"), .milligrams_per_unit = 40'000}}});
}

orders::ObserveShopOrder said(ShopReport report, std::int64_t modified, const std::string& sku = "FG-00001", std::int64_t quantity = 2) {
  return {.source = "squarespace", .shop = "main", .external_id = "x1", .external_number = "100", .report = report,
          .modified = {modified}, .lines = {{"l1", sku, "Turtle", quantity, 1'500}}, .shipping = 500, .total = 3'500, .refunded = 0,
          .currency = "USD", .ship_to = address(), .customer_name = "Ada", .customer_mail = "ada@example.org", .tracking_number = {},
          .carrier = {}};
}

OrderId shop_order(const Scenario& s) { return orders::order_of(s.workshop, "squarespace", "main", "x1"); }

void print_all(Scenario& s) {
  const PrinterId printer("p1");
  while (!s.workshop.printer(printer)->job.empty()) {
    s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = printing::Sight::finished, .reason = {}});
    s.given(printing::ClearPlate{printer});
  }
}

Commands order_commands(const Scenario& s) {
  const OrderId id = shop_order(s);
  return {orders::CancelOrder{id, ""},
          said(ShopReport::fulfilled, 9),
          said(ShopReport::refunded, 9),
          said(ShopReport::cancelled, 9),
          said(ShopReport::paid, 9, "FG-00001", 3),
          said(ShopReport::paid, 9, "UNKNOWN", 2),
          orders::ReleaseOrder{id, ""},
          orders::HoldOrder{id, ""},
          orders::FailQualityCheck{id, "", 1, "1"},
          shipments::RequestLabel{id, "ups"},
          shipments::ShipOrder{id, "ups", "1Z"},
          payments::RecordPayment{id, 0, "cash", ""}};
}

void orders_everywhere(FlowWatch& watch) {
  Way way(watch);
  Scenario s;
  turtles(s);
  Scenario unknown = s;
  unknown.given(said(ShopReport::open, 1));
  way.add(unknown);
  unknown = s;
  unknown.given(said(ShopReport::paid, 1, "UNKNOWN"));   // paid, and nobody knows what is to be made
  way.add(unknown);
  s.given(said(ShopReport::paid, 1));
  way.add(s);
  Scenario called_off = s;   // by its source, which may want it after all
  called_off.given(said(ShopReport::cancelled, 2));
  way.add(called_off);
  Scenario by_hand = s;
  for (const ProductionOrderId& production : s.order(shop_order(s)).production) by_hand.given(production::CompleteProduction{production});
  way.add(by_hand);
  s.printer();
  s.given(printing::ObservePrint{.job = s.workshop.printer(PrinterId("p1"))->job, .sight = printing::Sight::started, .reason = {}});
  way.add(s);
  print_all(s);
  way.add(s);
  const OrderId id = shop_order(s);
  for (const Command& step : Commands{orders::StartQualityCheck{id}, orders::PassQualityCheck{id}, shipments::RequestLabel{id, "ups"},
                                      shipments::ShipOrder{id, "ups", "1Z"}, shipments::DeliverOrder{id}, orders::CompleteOrder{id}}) {
    s.given(step);
    way.add(s);
  }
  way.try_everywhere(order_commands);
}

// What is paid to us and called off, and paid after that.
void orders_that_come_back(FlowWatch& watch) {
  Scenario s;
  const OrderId order = s.ordered(black_pieces());
  s.given(orders::HoldOrder{order, ""}).given(orders::ResumeOrder{order});
  Scenario again = s;
  again.given(orders::CancelOrder{order, ""});
  again.when(payments::ObservePayment{s.order(order).payment, "evt", Report::succeeded, 1'000'000, 0, 0, "usd", ""});
  watch.see(again);
  s.given(payments::RecordPayment{order, 0, "cash", ""}).given(orders::CancelOrder{order, ""});
  s.given(payments::RefundPayment{s.order(order).payment, 0});
  watch.see(s);
  Scenario released;
  const OrderId other = released.ordered(black_pieces());
  released.given(orders::ReleaseOrder{other, ""});
  watch.see(released);
}

// ---- payments ----

void payments_everywhere(FlowWatch& watch) {
  Way way(watch);
  Scenario asked;
  const OrderId order = asked.ordered(black_pieces());
  const PaymentId id = asked.order(order).payment;
  const std::int64_t total = asked.payment(order).amount;
  const auto saw = [&](Report report, std::int64_t received, std::int64_t refunded = 0) {
    return payments::ObservePayment{id, "evt", report, received, 0, refunded, "usd", "card_declined"};
  };
  way.add(asked);
  Scenario open = asked;
  open.given(payments::RecordIntent{asked.effects_of("create_payment_intent").at(0), id, "stripe", "pi_1", "secret"});
  for (const Command& step : Commands{saw(Report::processing, 0), saw(Report::failed, 0), saw(Report::succeeded, total / 2),
                                      saw(Report::succeeded, total), saw(Report::refunded, total, total / 2)}) {
    way.add(open);
    open.given(step);
  }
  way.add(open);
  Scenario back_first = asked;   // the refund is reported before the money
  back_first.given(saw(Report::refunded, 0, total / 2));
  way.add(back_first);
  way.try_everywhere([&](const Scenario& s) {
    Commands out;
    for (const Report report : {Report::processing, Report::failed, Report::succeeded})
      for (const std::int64_t received : {std::int64_t{0}, total / 2, total}) out.emplace_back(saw(report, received));
    for (const std::int64_t received : {std::int64_t{0}, total / 2, total})
      for (const std::int64_t refunded : {total / 4, total / 2, total}) out.emplace_back(saw(Report::refunded, received, refunded));
    out.emplace_back(payments::RecordPayment{order, total / 2, "cash", ""});
    out.emplace_back(payments::RecordPayment{order, 0, "cash", ""});
    for (const EffectId& effect : s.effects_of("create_payment_intent")) {
      out.emplace_back(payments::RecordIntent{effect, id, "stripe", "pi_1", "secret"});
      out.emplace_back(payments::RecordIntentRefusal{effect, id, "declined"});
    }
    return out;
  });
}

// What the source says of the price counts as long as it has not said that all is paid.
void amounts_change(FlowWatch& watch) {
  const auto costs = [](ShopReport report, std::int64_t modified, std::int64_t total) {
    orders::ObserveShopOrder command = said(report, modified);
    command.total = total;
    return command;
  };
  Scenario s;
  turtles(s);
  s.given(said(ShopReport::open, 1));
  Scenario free = s;
  free.given(costs(ShopReport::open, 2, 0));
  watch.see(free);
  s.given(payments::RecordPayment{shop_order(s), 1'000, "cash", ""});
  s.given(costs(ShopReport::open, 2, 900)).given(costs(ShopReport::paid, 3, 5'000));
  watch.see(s);
}

// ---- prints ----

void prints_everywhere(FlowWatch& watch) {
  using printing::Sight;
  Way way(watch);
  Scenario sent;
  sent.stock(1'000'000);
  sent.printer();
  const OrderId order = sent.paid(black_pieces(3));
  sent.sliced(sent.production_of(order).id);
  const PrintJobId job = sent.workshop.printer(PrinterId("p1"))->job;
  const auto saw = [&](Sight sight) { return printing::ObservePrint{.job = job, .sight = sight, .percent = 50, .reason = "r"}; };
  way.add(sent);
  Scenario paused = sent;
  paused.given(saw(Sight::started)).given(saw(Sight::paused));
  way.add(paused);
  for (const Sight sight : {Sight::started, Sight::paused, Sight::end_unknown, Sight::failed}) {
    Scenario there = sent;
    there.given(saw(sight));
    way.add(there);
    there.when(printing::ClearPlate{PrinterId("p1")});
    way.add(there);
  }
  way.try_everywhere([&](const Scenario& s) {
    Commands out;
    for (int sight = 0; sight <= static_cast<int>(Sight::end_unknown); ++sight) out.emplace_back(saw(static_cast<Sight>(sight)));
    for (const auto resolution : {printing::Resolution::finished, printing::Resolution::failed, printing::Resolution::cancelled})
      out.emplace_back(printing::ResolvePrint{job, resolution, 0});
    const ProductionOrderId production = s.production_of(order).id;
    for (Command command : Commands{production::StartProduction{production}, production::CompleteProduction{production},
                                    production::CompleteProduction{production, 1}, orders::CancelOrder{order, ""},
                                    printing::ClearPlate{PrinterId("p1")}})
      out.push_back(std::move(command));
    return out;
  });
}

// One of two pieces that are printed at once fails and is begun again; then the other one fails.
void pieces_fail_at_once(FlowWatch& watch) {
  Scenario s;
  s.stock(1'000'000);
  const std::vector<PrinterId> printers{s.printer("p1"), s.printer("p2")};
  const OrderId order = s.paid(black_pieces(2));
  s.sliced(s.production_of(order).id);
  for (const PrinterId& printer : printers) {
    s.given(printing::ObservePrint{.job = s.workshop.printer(printer)->job, .sight = printing::Sight::failed, .reason = "r"});
    Scenario by_hand = s;
    by_hand.when(production::CompleteProduction{s.production_of(order).id, 1});
    watch.see(by_hand);
    s.given(production::StartProduction{s.production_of(order).id});
  }
  watch.see(s);
}

// ---- effects ----

void effects_everywhere(FlowWatch& watch) {
  using effects::Outcome;
  Way way(watch);
  Scenario s;
  s.draft(black_pieces());
  const EffectId id = s.effects_of("analyse_model").at(0);
  way.add(s);
  s.given(effects::AttemptEffect{id, 1, "w"});
  way.add(s);
  for (const Outcome outcome : {Outcome::unknown, Outcome::failed_for_good}) {
    Scenario there = s;
    there.given(effects::FinishEffect{id, outcome, "r"});
    way.add(there);
  }
  way.try_everywhere([&](const Scenario&) {
    Commands out{effects::AttemptEffect{id, 1, "w"}, effects::AttemptEffect{id, 2, "w"}, effects::RetryEffect{id}};
    for (const Outcome outcome : {Outcome::succeeded, Outcome::failed, Outcome::failed_for_good, Outcome::unknown})
      out.emplace_back(effects::FinishEffect{id, outcome, "r"});
    return out;
  });
}

// ---- buying ----

void purchases_everywhere(FlowWatch& watch) {
  Way way(watch);
  Scenario s;
  s.stock(0);
  const PurchaseId id("purchase");
  const SupplierId supplier("supplier");
  s.given(purchasing::AddSupplier{supplier, "Ada's filaments", ""});
  s.given(purchasing::DraftPurchase{id, supplier, {{"PLA-black", 90'000, 10}}, {}});
  for (const Command& step : Commands{purchasing::PlacePurchase{id, supplier, {}, {}}, purchasing::ReceivePurchase{id, {{"1", 40'000}}, ""},
                                      purchasing::ReceivePurchase{id, {}, ""}}) {
    way.add(s);
    s.given(step);
  }
  way.try_everywhere([&](const Scenario&) {
    return Commands{purchasing::CancelPurchase{id}, purchasing::PlacePurchase{id, supplier, {}, {}},
                    purchasing::ReceivePurchase{id, {}, ""}};
  });
}

// What planning says is to be made and bought, held on to.
void plans_everywhere(FlowWatch& watch) {
  Way way(watch);
  Scenario s;
  turtles(s);
  const FirmOrderId firm("firm");
  const SupplierId supplier("supplier");
  s.given(purchasing::AddSupplier{supplier, "Ada's filaments", ""});
  s.given(mrp::FirmPlanned{firm, "FG-00001", 2, s.now, s.now, {{"SO-1", 2}}, 0, false});
  way.add(s);
  s.given(mrp::FirmPlanned{FirmOrderId("buy"), "PLA-black", 90'000, s.now, s.now, {{"SO-1", 90'000}}, 0, false});
  way.add(s);
  way.try_everywhere([&](const Scenario& at) {
    Commands out{mrp::DropFirm{firm}, mrp::ReleaseFirm{firm, ProductionOrderId("made")}};
    for (const auto& [id, purchase] : at.workshop.purchases) {
      out.emplace_back(purchasing::PlacePurchase{id, supplier, {}, {}});
      out.emplace_back(purchasing::CancelPurchase{id});
    }
    return out;
  });
}

// ---- carts ----

void carts_everywhere(FlowWatch& watch) {
  Way way(watch);
  const CartId id("guest");
  Scenario s;
  for (const bool stocked : {true, false}) {
    products::DefineProduct command{ProductId(stocked ? "shelf" : "made"), "", {}};
    command.entry.name = "thing";
    command.entry.price = 1'500;
    command.entry.stocked = stocked;
    s.given(command);
  }
  s.given(products::AdjustUnits{ProductId("shelf"), 5, "count"});
  const carts::CheckOutCart check_out{id, "standard", address(), "guest@example.org"};
  Scenario made = s;
  made.given(carts::AddToCart{id, ProductId("made"), 1});
  way.add(made);
  way.add(Scenario(made).after_days(30));
  made.given(check_out);
  way.add(made);
  way.add(Scenario(made).after_days(30));
  made.given(carts::AddToCart{id, ProductId("shelf"), 1});
  way.add(made);
  s.given(carts::AddToCart{id, ProductId("shelf"), 1});
  way.add(s);
  s.given(check_out);
  way.add(s);
  Scenario other = s;
  other.given(carts::SetCartItem{id, ProductId("shelf"), 0}).given(carts::AddToCart{id, ProductId("made"), 1});
  way.add(other);
  s.after_days(1);
  way.add(s);
  way.try_everywhere([&](const Scenario& at) {
    Commands out{check_out, carts::MergeCart{id, CartId("customer")}};
    for (const auto& [payment, checkout] : at.workshop.checkouts)
      out.emplace_back(payments::ObservePayment{payment, "evt", Report::succeeded, 1'000'000, 0, 0, "usd", ""});
    for (const auto& [timer, set] : at.workshop.timers) out.emplace_back(settings::FireTimer{timer});
    return out;
  });
}

}  // namespace

void see_every_step(FlowWatch& watch) {
  quotes_everywhere(watch);
  orders_everywhere(watch);
  orders_that_come_back(watch);
  payments_everywhere(watch);
  amounts_change(watch);
  pieces_fail_at_once(watch);
  prints_everywhere(watch);
  effects_everywhere(watch);
  purchases_everywhere(watch);
  plans_everywhere(watch);
  carts_everywhere(watch);
}

}  // namespace layerline::test
