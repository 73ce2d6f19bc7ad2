#include "domain/reports/daily.hpp"

#include <algorithm>
#include <set>

#include "domain/kernel/iso_time.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::reports {
namespace {

// So much more than is known of it.
std::int64_t more(const Workshop& workshop, const std::string& payment, std::int64_t payments::Payment::*known, std::int64_t sum) {
  const payments::Payment* found = workshop.payment(PaymentId(payment));
  return found == nullptr ? 0 : std::max<std::int64_t>(0, sum - found->*known);
}

// That wait for material, or for parts that are bought.
std::int64_t waiting_orders(const Workshop& workshop) {
  std::set<OrderId> waiting;
  const auto add = [&](const ProductionOrderId& id) {
    const production::ProductionOrder* production = workshop.production_order(id);
    if (production != nullptr && !production->order.empty()) waiting.insert(production->order);
  };
  for (const auto& [id, material] : workshop.materials)
    for (const inventory::Shortage& shortage : material.shortages) add(shortage.production);
  for (const auto& [holder, products] : workshop.short_units) {
    if (products.empty()) continue;
    if (const std::size_t slash = holder.find('/'); slash != std::string::npos) waiting.insert(OrderId(holder.substr(0, slash)));
    else add(ProductionOrderId(holder));
  }
  return std::ssize(waiting);
}

// The last day whose midnight has passed.
Time yesterday(const Context& context) { return context.now + Duration{-86'400'000}; }

}  // namespace

void count(Workshop& workshop, const events::Event& event, Time at) {
  using payments::Payment;
  Tally& tally = workshop.tally;
  const auto received = [&](const auto& paid) { tally.received += more(workshop, paid.payment(), &Payment::received, paid.received()); };
  if (event.has_order_placed()) tally.orders_placed += 1;
  if (event.has_payment_progressed()) received(event.payment_progressed());
  if (event.has_payment_succeeded()) received(event.payment_succeeded());
  if (event.has_payment_recorded()) received(event.payment_recorded());
  if (event.has_payment_refunded()) {
    const events::PaymentRefunded& refunded = event.payment_refunded();
    tally.refunded += more(workshop, refunded.payment(), &Payment::refunded, refunded.refunded());
  }
  if (event.has_print_finished()) tally.prints_finished += 1;
  if (event.has_print_failed()) tally.prints_failed += 1;
  if (event.has_stock_consumed()) tally.consumed.milligrams += event.stock_consumed().milligrams();
  if (event.has_stock_consumption_corrected()) tally.consumed.milligrams += event.stock_consumption_corrected().difference_mg();
  if (event.has_shipment_shipped()) tally.parcels_sent += 1;
  if (tally.since == Time{} && tally != Tally{}) tally.since = at;
}

void evolve(Workshop& workshop, const events::DailyReported&, Time) { workshop.tally = {}; }

Events report_day(const Context& context) {
  Events out;
  const Tally& tally = context.workshop.tally;
  const std::int64_t waiting = waiting_orders(context.workshop);
  if (tally == Tally{} && waiting == 0) return out;
  auto* event = out.on("workshop/" + context.workshop.id.str()).mutable_daily_reported();
  event->set_day(iso_time((tally == Tally{} ? yesterday(context) : tally.since).ms).substr(0, 10));
  event->set_orders_placed(tally.orders_placed);
  event->set_received(tally.received);
  event->set_refunded(tally.refunded);
  event->set_currency(context.workshop.currency);
  event->set_prints_finished(tally.prints_finished);
  event->set_prints_failed(tally.prints_failed);
  event->set_milligrams(tally.consumed.milligrams);
  event->set_parcels_sent(tally.parcels_sent);
  event->set_orders_waiting(waiting);
  return out;
}

}  // namespace layerline::reports
