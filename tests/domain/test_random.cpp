// Thousands of random commands, legal and not, on one workshop: what must hold after each, whatever came before.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "domain/workshop/limits.hpp"
#include "tests/domain/digest.hpp"
#include "tests/domain/flow_watch.hpp"
#include "tests/domain/random_customers.hpp"
#include "tests/domain/random_inspection.hpp"
#include "tests/domain/random_lots.hpp"
#include "tests/domain/random_parcels.hpp"
#include "tests/domain/random_print_files.hpp"
#include "tests/domain/random_purchases.hpp"
#include "tests/domain/random_units.hpp"
#include "tests/domain/scenario.hpp"

namespace layerline::test {
namespace {

quotes::Options options(Dice& dice) {
  quotes::Options out;
  out.quantity = dice.chance(70) ? dice.upto(4) : dice.upto(200);
  out.material_type = dice.chance(90) ? "PLA" : "XYZ";
  out.colour = dice.chance(30) ? "" : dice.chance(80) ? "black" : "white";
  out.infill_percent = dice.upto(2) * 20;
  out.finish = dice.chance(80) ? "standard" : "sanded";
  out.rush = dice.chance(30);
  return out;
}

models::Facts facts(Dice& dice) {
  models::Facts out;
  out.kind = dice.chance(60) ? "gcode_3mf" : "stl";
  out.layers = dice.upto(100);
  out.size_x_um = out.size_y_um = out.size_z_um = dice.chance(95) ? 50'000 : 900'000;
  if (dice.chance(10)) out.warnings = {"not_watertight"};
  return out;
}

// Mostly what the effect asked for, as a worker would answer.
quotes::RecordAnalysis analysis(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  quotes::RecordAnalysis out{.effect = dice.key_of(w.effects),
                             .quote = dice.key_of(w.quotes),
                             .file = {},
                             .model = ModelId("m"),
                             .material_type = "PLA",
                             .infill_percent = dice.upto(2) * 20,
                             .facts = facts(dice),
                             .milligrams = dice.upto(60'000),
                             .print_ms = dice.upto(9'000'000)};
  for (auto event = s.journal.rbegin(); event != s.journal.rend(); ++event) {
    const auto& requested = event->event.effect_requested();
    if (!requested.has_analyse_model() || !w.effects.contains(EffectId(requested.effect())) || dice.chance(20)) continue;
    out.effect = EffectId(requested.effect());
    out.quote = QuoteId(requested.analyse_model().quote());
    out.file = FileId(requested.analyse_model().file());
    out.infill_percent = requested.analyse_model().infill_percent();
    break;
  }
  return out;
}

Rules rules(Dice& dice) {
  Rules out;
  if (dice.chance(20)) out.materials.erase(out.materials.begin());
  if (dice.chance(20)) out.machine_price_per_hour = -1;
  if (dice.chance(50)) out.machine_price_per_hour = dice.upto(1000);
  if (dice.chance(10)) out.materials[0].price_per_kg = 0;
  return out;
}

std::string any_timer(Dice& dice, const Workshop& w) {
  if (w.timers.empty()) return "none";
  return std::next(w.timers.begin(), dice.upto(std::ssize(w.timers) - 1))->first;
}

Command shop_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  switch (dice.upto(25)) {
    case 0: return settings::OpenWorkshop{WorkshopId("w"), "again", "USD", ""};
    case 1: return dice.chance(10) ? settings::Configure{rules(dice)} : settings::Configure{Rules{}};
    case 2: return settings::ListWorkshop{WorkshopId(fmt::format("w{}", dice.upto(2))), static_cast<std::uint32_t>(dice.upto(1))};
    case 3: return settings::IssueKey{fmt::format("k{}", dice.upto(3)), std::string(32, 'h'), settings::Role::admin, {}};
    case 4: return settings::RevokeKey{fmt::format("k{}", dice.upto(3))};
    case 5: return settings::EraseSubject{dice.chance(50) && !w.quotes.empty() && dice.chance(10) ? "c-1" : "c-none"};
    case 6: return settings::FireTimer{any_timer(dice, w)};
    case 7: return quotes::ChangeQuote{dice.key_of(w.quotes), options(dice), dice.chance(20) ? "Name" : ""};
    case 8: return quotes::RepriceQuote{dice.key_of(w.quotes), dice.upto(5000) - 1};
    case 9: return quotes::ApproveQuote{dice.key_of(w.quotes)};
    case 10: return quotes::NoteQuote{dice.key_of(w.quotes), "note"};
    case 11: return quotes::RejectQuote{dice.key_of(w.quotes), "", dice.chance(50)};
    case 12: return quotes::CancelQuote{dice.key_of(w.quotes)};
    case 13: return quotes::RecordRefusal{dice.key_of(w.effects), dice.key_of(w.quotes), FileId("f"), ModelId("m"), "broken"};
    case 14: return orders::ChangeShipping{dice.key_of(w.orders), address()};
    case 15: return inventory::DefineMaterial{"PLA", dice.chance(70) ? "black" : "white", "", {dice.upto(100'000)}};
    case 16: case 17: return inventory::ReceiveStock{dice.key_of(w.materials), {dice.upto(300'000)}, ""};
    case 18: return inventory::AdjustStock{dice.key_of(w.materials), {dice.upto(200'000) - 150'000}, "count"};
    case 19: return inventory::WeighPrint{dice.key_of(w.jobs), {dice.upto(90'000)}};
    case 20: return effects::AttemptEffect{dice.key_of(w.effects), dice.upto(9), "w"};
    case 21: return effects::FinishEffect{dice.key_of(w.effects), static_cast<effects::Outcome>(dice.upto(3)), "r", dice.upto(1) == 1};
    case 22: {
      for (const auto& [id, effect] : w.effects)
        if (effect.status == effects::Status::parked && id.str().back() % 2 == 0) return effects::RetryEffect{id};
      return effects::RetryEffect{dice.key_of(w.effects)};
    }
    case 23: return production::RecordPrintFileRefusal{dice.key_of(w.effects), dice.key_of(w.production), "r"};
    case 24: return payments::RecordIntentRefusal{dice.key_of(w.effects), dice.key_of(w.payments), "r"};
    default: return payments::RecordIntent{dice.key_of(w.effects), dice.key_of(w.payments), "stripe", "pi", "secret"};
  }
}

ProductId any_product(Dice& dice) { return ProductId(fmt::format("product-{}", dice.upto(6))); }

products::Entry entry(Dice& dice) {
  products::Entry out;
  out.name = "Turtle";
  out.price = dice.upto(2'000);
  out.purchase_cost = dice.upto(50);
  if (dice.chance(10)) out.kind = products::Kind::material;
  out.stocked = dice.chance(40);
  if (dice.chance(20)) out.options.emplace_back("finish", dice.chance(50) ? "sanded" : "none");
  if (dice.chance(20)) out.work_steps = {"sanding", dice.chance(90) ? "oiling" : "sanding"};
  return out;
}

// Guests and customers in our own shop; a card is charged or refused now and then.
Command cart_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  // Others each month, as those of the last one expire.
  const auto named = [&](std::int64_t number) { return CartId(fmt::format("c-{}-{}", number, s.now.ms / (30 * day_ms))); };
  const CartId cart = named(dice.upto(7));
  switch (dice.upto(9)) {
    case 0: case 1: case 2: return carts::AddToCart{cart, any_product(dice), dice.upto(3)};
    case 3: {
      const carts::Cart* known = w.cart(cart);
      const bool in_it = known != nullptr && !known->items.empty() && dice.chance(80);
      return carts::SetCartItem{cart, in_it ? known->items.front().product : any_product(dice), dice.upto(3)};
    }
    case 4: return carts::MergeCart{cart, named(0)};
    case 5: case 6: return carts::CheckOutCart{cart, dice.chance(90) ? "standard" : "balloon", address(), "guest@example.org"};
    case 7: return orders::AnswerShortage{dice.key_of(w.orders), dice.chance(20)};
    default:
      return payments::ObservePayment{dice.key_of(w.checkouts), "evt",
                                      dice.chance(70) ? payments::Report::succeeded : payments::Report::failed,
                                      dice.chance(90) ? 1'000'000 : 1, 0, 0, "usd", "card_declined"};
  }
}

products::DefineBom bom(Dice& dice) {
  products::DefineBom out{any_product(dice), {}, dice.chance(60)};
  const std::int64_t ppm = dice.chance(70) ? 0 : dice.upto(900'000);
  if (dice.chance(70))
    out.lines.push_back({.material = MaterialId("PLA-black"), .milligrams_per_unit = dice.upto(9'000), .scrap_ppm = ppm});
  if (dice.chance(60)) out.lines.push_back({.component = any_product(dice), .quantity = dice.upto(2), .scrap_ppm = ppm});
  return out;
}

// Now and then one that there is not.
AskedUrgency asked_urgency(Dice& dice, Time now) {
  AskedUrgency out;
  if (dice.chance(70)) out.priority = dice.upto(5) + (dice.chance(95) ? 0 : 1);
  if (dice.chance(50)) out.due = dice.chance(20) ? Time{} : Time{now.ms + (dice.upto(9) - 3) * day_ms};
  return out;
}

orders::ObserveShopOrder observed(Dice& dice, const Scenario& s) {
  orders::ObserveShopOrder out;
  out.source = dice.chance(80) ? "woocommerce" : "manual";
  out.shop = "main";
  out.external_id = fmt::format("x{}", dice.upto(60));
  out.report = dice.chance(70) ? orders::ShopReport::paid : static_cast<orders::ShopReport>(dice.upto(4));
  out.modified = {s.now.ms / 1000 - dice.upto(100)};
  for (std::int64_t i = dice.upto(3); i >= 0; --i)
    out.lines.push_back({dice.chance(50) ? fmt::format("l{}", i) : "", any_sku(dice), "title", dice.upto(3), dice.upto(500) - 1});
  out.total = dice.upto(9'000) - 1;
  out.refunded = dice.chance(10) ? dice.upto(9'000) : 0;
  out.currency = "USD";
  if (dice.chance(30)) out.urgency = asked_urgency(dice, s.now);
  out.ship_to = address();
  out.customer_mail = fmt::format("buyer{}@example.org", dice.upto(5));
  if (dice.chance(20)) out.company = "Company";
  if (dice.chance(30)) out.buyer = static_cast<orders::BuyerKind>(dice.upto(2));
  return out;
}

// The shop that observed() speaks for, connected now and then.
Command connection_command(Dice& dice, const Scenario& s) {
  switch (dice.upto(6)) {
    case 0: return shops::RemoveShop{"main"};
    case 1: return shops::NotifyShopOrder{"main", fmt::format("x{}", dice.upto(60)), "order.updated"};
    case 2: return shops::RecordCaughtUp{"main", s.now};
    default:
      return shops::ConnectShop{.shop = "main", .source = "woocommerce", .base_url = "https://shop.example", .consumer_key = "ck",
                                .consumer_secret = "cs"};
  }
}

Command catalogue_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  switch (dice.upto(18)) {
    case 0: return products::DefineProduct{any_product(dice), "", entry(dice)};
    case 1: return products::ChangeProduct{any_product(dice), entry(dice)};
    case 2: return products::SetProductFile{any_product(dice), any_profile(dice), product_file(dice, facts(dice))};
    case 3: return products::RemoveProductFile{any_product(dice), any_profile(dice)};
    case 4: case 5: return bom(dice);
    case 6: case 14: return products::ActivateBom{any_product(dice), 1 + dice.upto(2)};
    case 7: return products::MapSku{"woocommerce", "main", any_sku(dice), any_product(dice)};
    case 8: return products::UnmapSku{"woocommerce", "main", any_sku(dice)};
    case 9: case 15: return unit_command(dice, any_product(dice));
    case 10: return orders::MapOrderLine{dice.key_of(w.orders), fmt::format("{}", 1 + dice.upto(3)), any_product(dice)};
    case 11: return orders::ReorderOrder{dice.key_of(w.orders), OrderId(fmt::format("again-{}", dice.upto(400)))};
    case 12:
      return production::CreateProduction{ProductionOrderId(fmt::format("by-hand-{}", dice.upto(400))), any_product(dice), dice.upto(3),
                                          dice.chance(20)};
    case 13: return connection_command(dice, s);
    default: return observed(dice, s);
  }
}

// The step that the order waits for; random commands alone seldom reach a delivery.
Command next_step(Dice& dice, const Workshop& w, const OrderId& id) {
  const orders::Order* order = w.order(id);
  if (order == nullptr) return orders::CompleteOrder{id};
  switch (order->status) {
    case orders::Status::quoted: return payments::RecordPayment{id, 0, "cash", ""};
    case orders::Status::paid:
    case orders::Status::queued:
    case orders::Status::printing:
      if (dice.chance(30)) return parcel_command(dice, w, id);
      return dice.chance(20) && !order->production.empty()
                 ? Command(completion(dice, order->production[static_cast<std::size_t>(dice.upto(std::ssize(order->production) - 1))]))
                 : Command(orders::ResumeOrder{id});
    case orders::Status::printed:
      for (const ProductionOrderId& p : order->production)
        for (const production::WorkStep& step : w.production.at(p).steps)
          if (!step.done && dice.chance(80)) return production::FinishWorkStep{p, step.name};
      return orders::StartQualityCheck{id};
    case orders::Status::quality_check:
      return dice.chance(30) ? Command(orders::FailQualityCheck{id, "", dice.upto(3), "1"}) : Command(orders::PassQualityCheck{id});
    case orders::Status::ready_to_ship:
      if (dice.chance(30)) return parcel_command(dice, w, id);
      return dice.chance(60) ? Command(shipments::RequestLabel{id, "ups"}) : Command(shipments::ShipOrder{id, "ups", "1Z"});
    case orders::Status::shipped: return dice.chance(50) ? parcel_command(dice, w, id) : shipments::DeliverOrder{id};
    case orders::Status::delivered:
    case orders::Status::complete:
    case orders::Status::cancelled:
    case orders::Status::refunded: return orders::CompleteOrder{id};
  }
  return orders::CompleteOrder{id};
}

Command order_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  if (dice.chance(40)) return next_step(dice, w, dice.key_of(w.orders));
  if (dice.chance(10)) return inspection_command(dice, w);
  switch (dice.upto(19)) {
    case 0: return orders::ReleaseOrder{dice.key_of(w.orders), ""};
    case 1: return orders::HoldOrder{dice.key_of(w.orders), ""};
    case 2: case 3: return orders::ResumeOrder{dice.key_of(w.orders)};
    case 4:
      return dice.chance(30) ? Command(orders::CancelOrder{dice.key_of(w.orders), ""})
                             : Command(orders::ResumeOrder{dice.key_of(w.orders)});
    case 5: case 6: return orders::StartQualityCheck{dice.key_of(w.orders)};
    case 7: return orders::PassQualityCheck{dice.key_of(w.orders)};
    case 8:
      return dice.chance(50) ? Command(photo_command(dice, w)) : Command(orders::FailQualityCheck{dice.key_of(w.orders), "", dice.upto(3)});
    case 9: return orders::CompleteOrder{dice.key_of(w.orders)};
    case 10: case 11: return payments::RecordPayment{dice.key_of(w.orders), dice.chance(70) ? 0 : dice.upto(2000), "cash", ""};
    case 12: return payments::RefundPayment{dice.key_of(w.payments), dice.chance(50) ? 0 : dice.upto(500)};
    case 13: case 14:
      return payments::ObservePayment{dice.key_of(w.payments),         "evt", static_cast<payments::Report>(dice.upto(6)),
                                      dice.upto(1) * dice.upto(9000),  0,     dice.chance(20) ? dice.upto(9000) : 0,
                                      dice.chance(90) ? "usd" : "eur", ""};
    case 15:
      if (dice.chance(33)) return production::RescheduleProduction{dice.key_of(w.production), asked_urgency(dice, s.now)};
      return dice.chance(50) ? Command(production::StartProduction{dice.key_of(w.production)}) : any_step(dice, w);
    case 16: return dice.chance(20) ? Command(completion(dice, dice.key_of(w.production)))
                                    : Command(production::StartProduction{dice.key_of(w.production)});
    case 17: return shipments::RequestLabel{dice.key_of(w.orders), "ups"};
    case 18: return shipments::ShipOrder{dice.key_of(w.orders), "ups", "1Z"};
    default: return shipments::DeliverOrder{dice.key_of(w.orders)};
  }
}

Command print_command(Dice& dice, const Scenario& s) {
  const Workshop& w = s.workshop;
  const PrinterId printer(fmt::format("p{}", dice.upto(2)));
  switch (dice.upto(11)) {
    case 0: {
      printing::AddPrinter add;
      add.printer = printer;
      add.model = "A1";
      add.serial = add.host = dice.chance(95) ? "s" : "";
      add.access_code = "secret";
      return add;
    }
    case 1: return printing::LoadFilament{printer, dice.upto(1), dice.key_of(w.materials), {dice.upto(500'000)}};
    case 2: case 3: return printing::ClearPlate{printer};
    case 4:
      if (dice.chance(70)) return printing::ClearPlate{printer};
      return printing::ChangePrinter{.printer = printer, .name = {}, .bed_x_um = {}, .bed_y_um = {},
                                     .bed_z_um = dice.upto(5) * 100'000, .price_per_hour = dice.upto(900) - 9};
    case 5: case 6: return printing::ObservePrinter{printer, dice.chance(80) ? "idle" : "offline", ""};
    case 7: return printing::StopPrint{dice.key_of(w.jobs)};
    case 8: return printing::ResolvePrint{dice.key_of(w.jobs), static_cast<printing::Resolution>(dice.upto(2)), dice.upto(120)};
    case 9: return print_file_command(dice, w);
    default: {
      const PrintJobId on =
          w.printer(printer) != nullptr && !w.printer(printer)->job.empty() ? w.printer(printer)->job : dice.key_of(w.jobs);
      return printing::ObservePrint{on,   static_cast<printing::Sight>(dice.upto(8)), dice.upto(110), dice.upto(120), "r", dice.chance(10),
                                    false};
    }
  }
}

Command random_command(Dice& dice, const Scenario& s) {
  const std::int64_t sort = dice.upto(99);
  if (sort < 8) return draft_of(fmt::format("{}", dice.upto(400)), options(dice));
  if (sort < 20) return analysis(dice, s);
  if (sort < 30) return quotes::AcceptQuote{dice.key_of(s.workshop.quotes), dice.chance(95) ? address() : orders::Address{}};
  if (sort < 42) return shop_command(dice, s);
  if (sort < 46) return lot_command(dice, s);
  if (sort < 55) return catalogue_command(dice, s);
  if (sort < 60) return dice.chance(25) ? customer_command(dice, s) : cart_command(dice, s);
  if (sort < 64) return purchase_command(dice, s);
  if (sort < 76) return order_command(dice, s);
  return print_command(dice, s);
}

std::string broken_stock(const Workshop& w) {
  for (const auto& [id, m] : w.materials) {
    std::int64_t sum = 0;
    for (const auto& [production, mass] : m.reservations) sum += mass.milligrams;
    for (const std::string& problem : {broken_lots(w, m), broken_holds(w, m)})
      if (!problem.empty()) return id.str() + ": " + problem;
    if (m.on_hand.milligrams < 0 || m.reserved.milligrams < 0) return id.str() + " is below zero";
    if (sum != m.reserved.milligrams) return id.str() + ": reserved is not the sum of its reservations";
    if (m.reserved > m.on_hand) return id.str() + ": more is reserved than there is";
    if (!m.shortages.empty() && m.shortages.front().mass <= m.available()) return id.str() + ": a shortage that could be served waits";
    for (const inventory::Shortage& shortage : m.shortages) {
      const auto& p = w.production.at(shortage.production);
      if (shortage.mass.milligrams <= 0) return id.str() + ": an empty shortage";
      if (p.status == production::Status::completed) return p.number + " is complete and still short";
      if (shortage.mass > production::mass_of(p, p.open + p.in_progress)) return p.number + " is short of more than it needs";
    }
    for (const auto& [production, mass] : m.reservations)
      if (w.production.at(production).status == production::Status::completed) return production.str() + " is complete and still reserves";
  }
  return "";
}

std::string broken_printing(const Workshop& w) {
  std::map<ProductionOrderId, std::int64_t> in_progress;
  std::map<PrinterId, int> running;
  for (const auto& [id, job] : w.jobs) {
    if (printing::over(job.status)) continue;
    in_progress[job.production] += job.pieces;
    if (++running[job.printer] > 1) return job.printer.str() + " has two jobs";
    if (w.printers.at(job.printer).job != id) return job.printer.str() + " does not know its job";
  }
  for (const auto& [id, printer] : w.printers)
    if (!printer.job.empty() && running[id] != 1) return id.str() + " is on a job that has ended";
  for (const auto& [id, p] : w.production) {
    if (p.open < 0 || p.in_progress < 0 || p.printed < 0 || p.failed < 0) return p.number + " counts below zero";
    if (p.open + p.in_progress + p.printed + p.failed != p.quantity) return p.number + " lost a piece";
    if (p.in_progress != in_progress[id]) return p.number + " counts other prints than there are";
    const bool over = p.status == production::Status::completed || p.status == production::Status::cancelled;
    if (w.waiting.contains({p.urgency, id.str()}) != (p.open > 0 && !over)) return p.number + " is wrongly in the queue";
  }
  return "";
}

std::string broken_orders(const Workshop& w) {
  for (const auto& [id, o] : w.orders) {
    const payments::Payment& payment = w.payments.at(o.payment);
    if (o.paid && !payments::paid_in_full(payment)) return o.number + " counts as paid without the money";
    if (payments::paid_in_full(payment) && !o.paid && o.status != orders::Status::cancelled)
      return o.number + " has the money and is not paid";
    if (o.status != orders::Status::cancelled && o.status != orders::Status::refunded) continue;
    for (const ProductionOrderId& p : o.production) {
      const production::ProductionOrder& production = w.production.at(p);
      const bool over = production.status == production::Status::completed || production.status == production::Status::cancelled;
      if (!over) return o.number + " is over and still made";
    }
  }
  return "";
}

std::string broken_units(const Workshop& w) {
  for (const auto& [id, p] : w.products) {
    std::int64_t held = 0;
    for (const auto& [holder, quantity] : p.holders) {
      held += quantity;
      if (quantity <= 0) return p.sku + ": somebody holds nothing";
      if (holder.starts_with("cart/")) {
        const carts::Cart& cart = w.carts.at(CartId(holder.substr(5)));
        if (!w.checkouts.contains(cart.checkout) || !w.checkouts.at(cart.checkout).holds)
          return p.sku + ": held for a cart without a checkout";
      } else if (const std::size_t slash = holder.find('/'); slash != std::string::npos) {
        const orders::Order& order = w.orders.at(OrderId(holder.substr(0, slash)));
        if (order.status >= orders::Status::shipped) return order.number + " is over and still holds units";
        if (orders::line(order, holder.substr(slash + 1)) == nullptr) return order.number + ": a line that is gone still holds units";
      }
    }
    if (held != p.allocated) return p.sku + ": allocated is not the sum of what is held";
    if (p.allocated > p.on_hand) return p.sku + ": more is allocated than there is";
    if (!p.shortages.empty() && p.available() > 0) return p.sku + ": units are free while somebody waits for them";
    for (const products::Shortage& shortage : p.shortages)
      if (shortage.quantity <= 0 || !products::lacks_units(w, shortage.holder)) return p.sku + ": an empty shortage";
  }
  return "";
}

std::string broken(const Workshop& w) {
  for (std::string problem :
       {broken_stock(w), broken_printing(w), broken_orders(w), broken_units(w), broken_parcels(w), broken_purchases(w),
        broken_customers(w)})
    if (!problem.empty()) return problem;
  return "";
}

std::string bytes_of(const std::vector<NewEvent>& journal) {
  std::string out;
  for (const NewEvent& event : journal) out += event.stream + event.event.SerializeAsString();
  return out;
}

struct Run {
  std::string journal;
  std::vector<std::size_t> accepted = std::vector<std::size_t>(std::variant_size_v<Command>);
  PrintCount prints;
  FlowWatch flows;
};

Run run(std::uint64_t seed, int commands) {
  Dice dice(seed);
  Scenario s;
  Workshop again;   // folded from the events alone
  Workshop old;     // folded as if they were from before there were batches
  UnitLedger units;
  std::size_t folded = 0;
  Run out;
  for (int i = 0; i < commands; ++i) {
    s.now = s.now + Duration{dice.upto(dice.chance(5) ? 2 * day_ms : 60'000)};
    const Command command = random_command(dice, s);
    const std::string before = i % 16 == 0 ? digest(s.workshop) : "";
    s.when(command);
    if (s.answer && !s.answer->empty()) out.accepted[command.index()] += 1;
    if (!s.answer && i % 16 == 0) REQUIRE(digest(s.workshop) == before);
    for (; folded < s.journal.size(); ++folded) {
      const NewEvent& event = s.journal[folded];
      out.flows.fold(again, event, s.now);
      evolve(old, event.stream, without_batches(event.event), s.now);
      units.note(event.event);
    }
    std::string problem = broken(s.workshop);
    if (problem.empty()) problem = units.broken(s.workshop);
    REQUIRE_MESSAGE(problem.empty(), fmt::format("{} after command {} of kind {} with seed {}", problem, i, command.index(), seed));
    if (i % 64 == 0) REQUIRE(digest(again) == digest(s.workshop));
  }
  REQUIRE(digest(again) == digest(s.workshop));
  REQUIRE(out.flows.unnoticed(again).empty());
  for (const auto& [id, product] : old.products) REQUIRE(products::sum(product.batches) == s.workshop.product(id)->on_hand);
  out.journal = bytes_of(s.journal);
  out.prints.note(s.workshop);
  return out;
}

}  // namespace

TEST_CASE("random: whatever is commanded, stock, pieces, prints and money add up, and a fold of the events is the same workshop") {
  std::vector<std::size_t> accepted(std::variant_size_v<Command>);
  PrintCount prints;
  FlowWatch flows;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const Run one = run(seed, 1'500);
    for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i] += one.accepted[i];
    prints.add(one.prints);
    flows.add(one.flows);
  }
  see_every_step(flows);
  for (const std::string& step : flows.unknown()) FAIL_CHECK("it happened, and is in no table of domain/flows.cpp: " << step);
  for (const std::string& step : flows.never()) FAIL_CHECK("in a table of domain/flows.cpp, and it never happens: " << step);
  CHECK(prints.all > 20);
  CHECK(prints.of_several > 5);
  CHECK(prints.with_surplus > 2);
  // Else the run says nothing of that command. The workshop is open from the start, so opening it is "already so".
  for (std::size_t i = 1; i < accepted.size(); ++i) CHECK_MESSAGE(accepted[i] > 0, fmt::format("no command of kind {} was accepted", i));
}

TEST_CASE("random: the same seed makes the same events, to the byte") { CHECK(run(77, 800).journal == run(77, 800).journal); }

}  // namespace layerline::test
