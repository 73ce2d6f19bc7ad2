#include "tests/domain/digest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace layerline::test {
namespace {

template <class Map, class Line>
void each(const Map& map, std::string& out, const Line& line) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : map) lines.push_back(line(value));
  std::ranges::sort(lines);
  for (const std::string& text : lines) out += text + "\n";
}

std::string line(const quotes::Quote& q) {
  std::string out = fmt::format("quote {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", q.id.str(), q.number, q.customer.str(),
                                static_cast<int>(q.status), q.options.quantity, q.options.material_type, q.options.colour,
                                q.options.infill_percent, q.options.finish, q.options.rush, q.product_name, q.customer_name,
                                q.customer_mail, q.price.total, q.price.line_unit_price, q.expires.ms, q.order.str());
  for (const quotes::QuotedFile& f : q.files)
    out += fmt::format(" [{} {} {} {} {}]", f.file.str(), f.analysed, f.milligrams, f.print_ms, f.facts.size_x_um);
  return out;
}

std::string line(const orders::Order& o) {
  std::string out =
      fmt::format("order {} {} {} {} {} {} {} {} {} {} {} {}", o.id.str(), o.number, static_cast<int>(o.status), o.paid, o.released, o.held,
                  o.quantity, o.total, o.customer_name, o.customer_mail, o.payment.str(), o.label.str());
  for (const ShipmentId& parcel : o.parcels) out += " " + parcel.str();
  for (const ProductionOrderId& p : o.production) out += " " + p.str();
  for (const orders::Line& l : o.lines)
    out += fmt::format(" [{} {} {} {} {} {} {} {}]", l.id, l.sku, l.title, l.quantity, l.unit_price, l.product.str(), l.planned, l.sent);
  out += fmt::format(" {} {}", o.urgency.priority, o.urgency.due.ms);
  return out + fmt::format(" {} {} {} {} {} {} {} {} {} {} {} {}", orders::name(o.buyer), o.company, o.photos, o.sent,
                           o.short_of_stock, o.waits_for_stock, o.shop, o.external_id,
                           o.report ? orders::name(*o.report) : "", o.modified.ms, o.refunded_there, o.ship_to.line1);
}

std::string line(const payments::Payment& p) {
  return fmt::format("payment {} {} {} {} {} {} {} {} {}", p.id.str(), static_cast<int>(p.status), p.amount, p.received, p.refunded,
                     p.refund_asked, p.currency, p.by_provider, p.intent);
}

std::string parts(const inventory::LotParts& lots) {
  std::string out;
  for (const inventory::LotPart& part : lots) out += fmt::format(" {}@{}={}", part.lot.str(), part.location.str(), part.mass.milligrams);
  return out;
}

std::string line(const inventory::Material& m) {
  std::string out = fmt::format("material {} {} {} {} {} {}", m.id.str(), m.defined, m.low_stock.milligrams, m.alerted_below.milligrams,
                                m.on_hand.milligrams, m.reserved.milligrams);
  for (const auto& [id, mass] : m.reservations) out += fmt::format(" r:{}={}", id.str(), mass.milligrams);
  for (const auto& [id, hold] : m.holds) {
    out += fmt::format(" h:{}={}", id.str(), hold.chosen);
    for (const inventory::Held& part : hold.lots) out += fmt::format(" {}={}", part.lot.str(), part.mass.milligrams);
  }
  for (const inventory::Shortage& s : m.shortages) out += fmt::format(" s:{}={}", s.production.str(), s.mass.milligrams);
  for (const auto& [id, used] : m.prints)
    out += fmt::format(" c:{}={}-{}", id.str(), used.mass.milligrams, used.missing.milligrams) + parts(used.lots);
  return out;
}

std::string line(const inventory::Lot& l) {
  std::string out = fmt::format("lot {} {} {} {} {} {} {}", l.id.str(), l.material.str(), l.age, l.supplier_lot, l.tare.milligrams,
                                l.held.milligrams, l.chosen.milligrams);
  for (const auto& [location, mass] : l.at) out += fmt::format(" {}={}", location.str(), mass.milligrams);
  return out;
}

std::string line(const production::ProductionOrder& p) {
  std::string out = fmt::format("production {} {} {} {} {} {} {} {}", p.id.str(), p.number, static_cast<int>(p.status), p.quantity, p.open,
                                p.in_progress, p.printed, p.failed) +
                    fmt::format(" {} {} {}", p.urgency.priority, p.urgency.due.ms, p.components.size());
  for (const std::string& reason : p.waits_for) out += " " + reason;
  out += fmt::format(" {} {} {}", p.delivered, p.passed, p.scrap_ppm);
  for (const ProductionOrderId& component : p.components) out += " " + component.str();
  for (const production::WorkStep& step : p.steps) out += fmt::format(" {}={}", step.name, step.done);
  for (const production::PrintFile& file : p.files)
    out += fmt::format(" f:{}={} {} {} {}", file.profile, file.blob.str(), file.mass.milligrams, file.pieces, file.plate);
  return out;
}

std::string line(const printing::Printer& p) {
  std::string out = fmt::format("printer {} {} {} {} {} {} {}x{}x{} {}", p.id.str(), p.name, p.model, p.status, p.plate_clear, p.job.str(),
                                p.bed_x_um, p.bed_y_um, p.bed_z_um, p.price_per_hour.value_or(-1));
  for (const auto& [slot, filament] : p.slots)
    out += fmt::format(" {}:{}={} {}", slot, filament.material.str(), filament.mass.milligrams, filament.lot.str());
  return out;
}

std::string line(const printing::Job& j) {
  return fmt::format("job {} {} {} {} {} {} {} {} {} {}", j.id.str(), j.production.str(), j.printer.str(), static_cast<int>(j.status),
                     j.percent, j.layer, j.started, j.stop_requested, j.pieces, j.surplus);
}

std::string line(const products::Product& p) {
  std::string text = fmt::format("product {} {} {} {} {} {} {} {} {}", p.id.str(), p.sku, p.bom.size(), p.bom_version,
                                 p.unit_cost, p.on_hand, p.allocated, p.entry.price, p.alerted);
  if (p.entry.work_steps) text += fmt::format(" steps={}", fmt::join(*p.entry.work_steps, ","));
  for (const auto& [holder, quantity] : p.holders) text += fmt::format(" {}={}", holder, quantity);
  for (const products::Batch& batch : p.batches)
    text += fmt::format(" b:{}:{}@{}={}", batch.production.str(), batch.reference, batch.location.str(), batch.units);
  for (const products::Shortage& shortage : p.shortages) text += fmt::format(" s:{}={}", shortage.holder, shortage.quantity);
  return text;
}

}  // namespace

std::string digest(const Workshop& w) {
  std::string out = fmt::format("{} {} {} {} {}\n", w.id.str(), w.currency, w.operator_mail, w.submissions, w.rules.materials.size());
  for (const char* series : {"Q", "SO", "PO", "PUR"}) out += w.numbers.next(series, Time{1'790'000'000'000}) + "\n";
  const auto any = [](const auto& value) { return line(value); };
  each(w.quotes, out, any);
  each(w.orders, out, any);
  each(w.payments, out, any);
  each(w.materials, out, any);
  each(w.lots, out, any);
  for (const auto& [id, name] : w.locations) out += fmt::format("location {} {}\n", id.str(), name);
  each(w.production, out, any);
  each(w.printers, out, any);
  each(w.jobs, out, any);
  each(w.products, out, any);
  each(w.mappings, out, [](const ProductId& id) { return "mapped " + id.str(); });
  each(w.carts, out, [](const carts::Cart& c) {
    std::string text = fmt::format("cart {} {} {} {} {} {}", c.id.str(), c.checkout.str(), c.touched.ms, c.personal, c.ordered, c.expired);
    for (const carts::Item& item : c.items) text += fmt::format(" {}={}", item.product.str(), item.quantity);
    return text;
  });
  for (const auto& [id, customer] : w.customers) {
    const customers::Contact& c = customer.contact;
    out += fmt::format("customer {} {} {} {} {} {} {}\n", id.str(), c.first_name, c.last_name, c.mail, c.phone, c.company,
                       customer.preferred.str());
    for (const auto& [key, a] : customer.addresses)
      out += fmt::format("address {} {} {} {} {} {}\n", key.str(), a.label, a.to.line1, a.to.city, a.to.country, a.to.phone);
  }
  each(w.checkouts, out, [](const carts::Checkout& c) {
    return fmt::format("checkout {} {} {} {} {} {} {} {} {}", c.payment.str(), c.cart.str(), c.order.str(), c.lines.size(), c.total,
                       c.ship_to.line1, c.customer_mail, c.held_until.ms, c.holds);
  });
  for (const auto& [order, held] : w.held_lines) out += "held " + order.str() + " " + held + "\n";
  each(w.shipments, out, [](const shipments::Shipment& s) {
    return fmt::format("shipment {} {} {}", s.id.str(), static_cast<int>(s.status), s.tracking_number);
  });
  each(w.effects, out, [](const effects::Effect& e) {
    return fmt::format("effect {} {} {} {} {}", e.id.str(), e.kind, static_cast<int>(e.status), e.attempts, e.excused);
  });
  each(w.purchases, out, [](const purchasing::Purchase& p) {
    std::string text = fmt::format("purchase {} {} {} {}", p.number, purchasing::name(p.status), p.supplier.str(), p.due.ms);
    for (const purchasing::Line& l : p.lines)
      text += fmt::format(" [{} {} {} {} {}]", l.id, l.item.id(), l.quantity, l.received, l.unit_cost);
    return text;
  });
  each(w.firm_orders, out, [](const mrp::FirmOrder& f) { return fmt::format("firm {} {} {}", f.id.str(), f.quantity, f.due.ms); });
  each(w.item_rules, out, [](const mrp::ItemRules& r) {
    return fmt::format("rules {} {} {} {}", r.safety_stock, r.lead_time_days, mrp::lot_size(r.lot, 1), r.supplier.str());
  });
  for (const auto& [item, orders] : w.orders_for_item) out += fmt::format("orders for {}: {}\n", item, orders);
  for (const auto& [item, purchases] : w.on_order) out += fmt::format("on order {}: {}\n", item, purchases.size());
  for (const SupplierId& supplier : w.suppliers) out += "supplier " + supplier.str() + "\n";
  each(w.keys, out, [](const settings::Key& k) { return fmt::format("key {} {} {}", k.id, k.role, k.revoked); });
  const reports::Tally& t = w.tally;
  out += fmt::format("tally {} {} {} {} {} {} {} {}\n", t.orders_placed, t.received, t.refunded, t.prints_finished, t.prints_failed,
                     t.consumed.milligrams, t.parcels_sent, t.since.ms);
  each(w.timers, out, [](const Timer& t) { return fmt::format("timer {} {} {}", t.due.ms, t.purpose, t.subject); });
  for (const production::QueueKey& key : w.waiting)
    out += fmt::format("waiting {} {} {}\n", key.urgency.priority, key.urgency.due.ms, key.id);
  std::vector<std::string> versions;
  for (const auto& [stream, version] : w.versions) versions.push_back(fmt::format("{}@{}", stream, version));
  std::ranges::sort(versions);
  for (const std::string& version : versions) out += version + "\n";
  return out;
}

}  // namespace layerline::test
