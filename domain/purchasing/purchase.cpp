#include "domain/purchasing/purchase.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "domain/purchasing/limits.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::purchasing {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string stream(const PurchaseId& id) { return "purchase/" + id.str(); }

const Purchase* find(const Context& context, const PurchaseId& id) {
  const auto found = context.workshop.purchases.find(id);
  return found == context.workshop.purchases.end() ? nullptr : &found->second;
}

Line line_from(const events::PurchaseLine& stored) {
  return {stored.line(), {MaterialId(stored.material()), ProductId(stored.product())}, stored.quantity(), 0, stored.unit_cost()};
}

void store_line(const Line& line, events::PurchaseLine* stored) {
  stored->set_line(line.id);
  stored->set_material(line.item.material.str());
  stored->set_product(line.item.product.str());
  stored->set_quantity(line.quantity);
  stored->set_unit_cost(line.unit_cost);
}

// Which open purchase orders bring an item.
void index(Workshop& workshop, const Purchase& purchase) {
  for (const Line& line : purchase.lines) {
    std::set<PurchaseId>& known = workshop.on_order[line.item.id()];
    if (over(purchase.status)) known.erase(purchase.id);
    else known.insert(purchase.id);
    if (known.empty()) workshop.on_order.erase(line.item.id());
  }
}

Time usual_due(const std::vector<Line>& lines, const Context& context) {
  std::int64_t days = 0;
  for (const Line& line : lines) days = std::max(days, mrp::rules_of(context.workshop, line.item).lead_time_days);
  return context.now + Duration{days * day_ms};
}

bool sane(std::int64_t quantity, std::int64_t unit_cost) {
  return quantity >= 1 && quantity <= limits::quantity_max && unit_cost >= 0 && unit_cost <= limits::unit_cost_max;
}

std::unexpected<Rejection> bad_line() {
  return refuse("bad-purchase-line", "A line names an item once, in a quantity of 1 or more, at a cost of 0 or more.");
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::PurchaseDrafted& event, Time) {
  Purchase purchase{.id = PurchaseId(event.purchase_order()), .number = event.number(),
                    .status = event.origin() == "manual" ? Status::draft : Status::suggested, .supplier = SupplierId(event.supplier()),
                    .lines = {}, .due = {event.due_ms()}};
  for (const auto& line : event.lines()) {
    purchase.lines.push_back(line_from(line));
    workshop.orders_for_item[purchase.lines.back().item.id()] += 1;
  }
  workshop.numbers.note(purchase.number);
  index(workshop, purchase);
  workshop.purchases.emplace(purchase.id, std::move(purchase));
}

void evolve(Workshop& workshop, const events::PurchasePlaced& event, Time) {
  Purchase& purchase = workshop.purchases.at(PurchaseId(event.purchase_order()));
  purchase.status = Status::ordered;
  purchase.supplier = SupplierId(event.supplier());
  purchase.due = {event.due_ms()};
  purchase.lines.clear();
  for (const auto& line : event.lines()) purchase.lines.push_back(line_from(line));
}

void evolve(Workshop& workshop, const events::PurchaseReceived& event, Time) {
  Purchase& purchase = workshop.purchases.at(PurchaseId(event.purchase_order()));
  for (const auto& receipt : event.receipts()) std::ranges::find(purchase.lines, receipt.line(), &Line::id)->received += receipt.quantity();
  const bool all = std::ranges::all_of(purchase.lines, [](const Line& line) { return line.open() == 0; });
  purchase.status = all ? Status::received : Status::partly_received;
  index(workshop, purchase);
}

void evolve(Workshop& workshop, const events::PurchaseCancelled& event, Time) {
  Purchase& purchase = workshop.purchases.at(PurchaseId(event.purchase_order()));
  purchase.status = Status::cancelled;
  index(workshop, purchase);
}

// ---- decisions: what to buy ----

Decided decide(const DraftPurchase& command, const Context& context) {
  if (find(context, command.purchase) != nullptr) return Events{};
  if (!command.supplier.empty() && !context.workshop.suppliers.contains(command.supplier)) return not_found("supplier");
  if (command.lines.empty() || command.lines.size() > limits::lines_max)
    return refuse("bad-purchase-line", fmt::format("A purchase order has 1 to {} lines.", limits::lines_max));
  std::vector<Line> lines;
  for (const WantedLine& wanted : command.lines) {
    const auto item = mrp::find_item(context.workshop, wanted.item);
    if (!item) return not_found("material or product of the catalogue");
    const bool twice = std::ranges::find(lines, *item, &Line::item) != lines.end();
    if (twice || !sane(wanted.quantity, wanted.unit_cost)) return bad_line();
    lines.push_back({std::to_string(lines.size() + 1), *item, wanted.quantity, 0, wanted.unit_cost});
  }
  Events out;
  auto* event = out.on(stream(command.purchase)).mutable_purchase_drafted();
  event->set_purchase_order(command.purchase.str());
  event->set_number(context.workshop.numbers.next("PUR", context.now));
  event->set_origin("manual");
  for (const Line& line : lines) store_line(line, event->add_lines());
  event->set_supplier(command.supplier.str());
  event->set_due_ms(command.due.ms > 0 ? command.due.ms : usual_due(lines, context).ms);
  event->set_by(context.actor);
  return out;
}

events::PurchaseDrafted& draft(const PurchaseId& id, std::string_view origin, const mrp::Item& item, std::int64_t quantity, Time due,
                               Events& out, const Context& context) {
  auto* event = out.on(stream(id)).mutable_purchase_drafted();
  event->set_purchase_order(id.str());
  event->set_number(context.workshop.numbers.next("PUR", context.now));
  event->set_origin(std::string(origin));
  store_line({"1", item, quantity, 0, 0}, event->add_lines());
  event->set_supplier(mrp::rules_of(context.workshop, item).supplier.str());
  event->set_due_ms(due.ms);
  event->set_by(context.actor);
  return *event;
}

namespace {

// So much is missing of what an item is to have.
std::int64_t missing(const inventory::Material& material, const mrp::ItemRules& rules) {
  std::int64_t missing = std::max(rules.safety_stock, material.low_stock.milligrams) - material.available().milligrams;
  for (const inventory::Shortage& shortage : material.shortages) missing += shortage.mass.milligrams;
  return missing;
}

std::int64_t missing(const products::Product& product, const mrp::ItemRules& rules) {
  std::int64_t missing = rules.safety_stock - product.available();
  for (const products::Shortage& shortage : product.shortages) missing += shortage.quantity;
  return missing;
}

bool is_bought(const products::Product& product) { return product.entry.kind == products::Kind::material; }

// Bought, or made for the shelf, and more than none of it is to be there.
bool is_kept(const products::Product* product, const mrp::ItemRules& rules) {
  return product != nullptr && product->catalogue && (is_bought(*product) || product->entry.stocked) && rules.safety_stock > 0;
}

// What is on its way, and what is suggested to be.
std::int64_t open_quantity(const mrp::Item& item, const Workshop& workshop) {
  std::int64_t open = 0;
  const auto known = workshop.on_order.find(item.id());
  if (known == workshop.on_order.end()) return open;
  for (const PurchaseId& id : known->second)
    for (const Line& line : workshop.purchases.at(id).lines)
      if (line.item == item) open += line.open();
  return open;
}

// Beside a suggestion that stands, which somebody may have begun to order by, another one for what it leaves missing.
void suggest(const mrp::Item& item, std::int64_t missing, Numbers& numbers, Events& out, const Context& context) {
  missing -= open_quantity(item, context.workshop);
  if (missing <= 0) return;
  const mrp::ItemRules rules = mrp::rules_of(context.workshop, item);
  const std::int64_t quantity = std::min(mrp::lot_size(rules.lot, missing), limits::quantity_max);
  const Time due = context.now + Duration{rules.lead_time_days * day_ms};
  auto& event = draft(PurchaseId(context.ids.next(context.now)), "low_stock", item, quantity, due, out, context);
  event.set_number(numbers.next("PUR", context.now));
  numbers.note(event.number());
}

}  // namespace

Events suggest(const MaterialId& id, const Context& context) {
  Events out;
  const inventory::Material* material = context.workshop.material(id);
  const mrp::Item item{id, ProductId()};
  if (material == nullptr || !material->defined) return out;
  Numbers numbers = context.workshop.numbers;
  suggest(item, missing(*material, mrp::rules_of(context.workshop, item)), numbers, out, context);
  return out;
}

Events check_stock(const Context& context) {
  Events out;
  Numbers numbers = context.workshop.numbers;
  for (const auto& [id, material] : context.workshop.materials) {
    if (!material.defined) continue;
    Events noticed = inventory::rebalance(id, context);   // an alert suggests by itself
    const mrp::Item item{id, ProductId()};
    if (noticed.empty()) suggest(item, missing(material, mrp::rules_of(context.workshop, item)), numbers, out, context);
    out.append(std::move(noticed));
  }
  for (const auto& [id, rules] : context.workshop.item_rules) {
    const products::Product* product = context.workshop.product(ProductId(id));
    if (!is_kept(product, rules)) continue;
    out.append(products::alert(*product, rules.safety_stock));
    // What is made is planned anew with every question for the plan, down to its material.
    if (is_bought(*product)) suggest({MaterialId(), product->id}, missing(*product, rules), numbers, out, context);
  }
  return out;
}

// ---- decisions: ordering it ----

namespace {

std::expected<std::vector<Line>, Rejection> ordered_lines(const PlacePurchase& command, const Purchase& purchase) {
  std::vector<Line> lines = purchase.lines;
  for (const OrderedLine& ordered : command.lines) {
    const auto line = std::ranges::find(lines, ordered.line, &Line::id);
    if (line == lines.end()) return not_found("line of the purchase order");
    line->quantity = ordered.quantity;
    if (ordered.unit_cost >= 0) line->unit_cost = ordered.unit_cost;
    if (!sane(line->quantity, line->unit_cost)) return bad_line();
  }
  return lines;
}

events::PurchasePlaced& place(const PurchaseId& id, const SupplierId& supplier, Time due, Events& out, const Context& context) {
  auto* event = out.on(stream(id)).mutable_purchase_placed();
  event->set_purchase_order(id.str());
  event->set_supplier(supplier.str());
  event->set_due_ms(due.ms);
  event->set_by(context.actor);
  return *event;
}

}  // namespace

Decided decide(const PlacePurchase& command, const Context& context) {
  const Purchase* purchase = find(context, command.purchase);
  if (purchase == nullptr) return not_found("purchase order");
  const SupplierId supplier = command.supplier.empty() ? purchase->supplier : command.supplier;
  const bool as_ordered = purchase->status == Status::ordered && supplier == purchase->supplier && command.lines.empty();
  if (as_ordered && (command.due.ms <= 0 || command.due == purchase->due)) return Events{};
  if (!as_ordered && purchase->status != Status::draft && purchase->status != Status::suggested)
    return refuse("purchase-not-open", fmt::format("Purchase order {} is {}.", purchase->number, name(purchase->status)));
  if (supplier.empty()) return refuse("no-supplier", "Name the supplier that it is ordered from.");
  if (!context.workshop.suppliers.contains(supplier)) return not_found("supplier");
  const auto lines = ordered_lines(command, *purchase);
  if (!lines) return std::unexpected(lines.error());
  Events out;
  auto& event = place(purchase->id, supplier, command.due.ms > 0 ? command.due : purchase->due, out, context);
  for (const Line& line : *lines) store_line(line, event.add_lines());
  return out;
}

void note_placed(const events::PurchaseDrafted& drafted, const SupplierId& supplier, Events& out, const Context& context) {
  const events::PurchaseDrafted copy = drafted;   // it lies in `out`, which moves
  auto& event = place(PurchaseId(copy.purchase_order()), supplier, {copy.due_ms()}, out, context);
  *event.mutable_lines() = copy.lines();
}

Decided decide(const CancelPurchase& command, const Context& context) {
  const Purchase* purchase = find(context, command.purchase);
  if (purchase == nullptr) return not_found("purchase order");
  Events out;
  if (purchase->status == Status::cancelled) return out;
  if (purchase->status == Status::received) return refuse("purchase-received", fmt::format("All of {} has come.", purchase->number));
  auto* event = out.on(stream(purchase->id)).mutable_purchase_cancelled();
  event->set_purchase_order(purchase->id.str());
  event->set_by(context.actor);
  return out;
}

// ---- decisions: its goods ----

namespace {

std::optional<Rejection> wrong_receipt(const ReceivedLine& received, const Line& line, const std::vector<ReceivedLine>& before) {
  std::int64_t open = line.open();
  for (const ReceivedLine& other : before) {
    const bool same_line = other.line == received.line;
    if (other.lot == received.lot && (same_line || !received.lot.empty()))
      return refuse("named-twice", "A receipt names a new lot once, and a line once without a lot.").error();
    if (same_line) open -= other.quantity;
  }
  if (received.quantity < 1 || received.quantity > open)
    return refuse("more-than-ordered", fmt::format("{} of line {} are open.", open, line.id)).error();
  const bool of_a_lot = !received.lot.empty() || received.tare.milligrams != 0 || !received.supplier_lot.empty();
  if (of_a_lot && !line.item.is_material()) return refuse("lot-of-pieces", "Only a material lies in lots.").error();
  return std::nullopt;
}

std::expected<std::vector<ReceivedLine>, Rejection> receipts_of(const ReceivePurchase& command, const Purchase& purchase) {
  std::vector<ReceivedLine> receipts;
  if (command.lines.empty())
    for (const Line& line : purchase.lines)
      if (line.open() > 0) receipts.push_back({line.id, line.open()});
  if (command.lines.size() > limits::lots_received_max)
    return refuse("too-many-lots", fmt::format("At most {} lots and lines are received at once.", limits::lots_received_max));
  for (const ReceivedLine& received : command.lines) {
    const auto line = std::ranges::find(purchase.lines, received.line, &Line::id);
    if (line == purchase.lines.end()) return not_found("line of the purchase order");
    if (auto wrong = wrong_receipt(received, *line, receipts)) return std::unexpected(std::move(*wrong));
    receipts.push_back(received);
  }
  return receipts;
}

Decided into_stock(const mrp::Item& item, const ReceivedLine& received, const LocationId& location, const std::string& number,
                   const Context& context) {
  if (item.is_material()) {
    const inventory::ReceiveStock stock{item.material, {received.quantity}, number, received.lot, location, received.tare,
                                        received.supplier_lot};
    return inventory::decide(stock, context);
  }
  return products::receive_bought(item.product, received.quantity, number, location, context);
}

}  // namespace

Decided decide(const ReceivePurchase& command, const Context& context) {
  const Purchase* purchase = find(context, command.purchase);
  if (purchase == nullptr) return not_found("purchase order");
  if (purchase->status == Status::received && command.lines.empty()) return Events{};
  if (purchase->status != Status::ordered && purchase->status != Status::partly_received)
    return refuse("purchase-not-ordered", fmt::format("Purchase order {} is {}.", purchase->number, name(purchase->status)));
  if (command.reference.size() > limits::text_max) return refuse("bad-reference", "The reference is too long.");
  const auto receipts = receipts_of(command, *purchase);
  if (!receipts) return std::unexpected(receipts.error());
  Events out;
  auto* event = out.on(stream(purchase->id)).mutable_purchase_received();
  event->set_purchase_order(purchase->id.str());
  event->set_reference(command.reference);
  event->set_by(context.actor);
  for (const ReceivedLine& received : *receipts) {
    auto* receipt = event->add_receipts();
    receipt->set_line(received.line);
    receipt->set_quantity(received.quantity);
  }
  for (const ReceivedLine& received : *receipts) {
    const Line& line = *std::ranges::find(purchase->lines, received.line, &Line::id);
    const LocationId& location = received.location.empty() ? command.location : received.location;
    auto moved = into_stock(line.item, received, location, purchase->number, context);
    if (!moved) return moved;
    out.append(std::move(*moved));
  }
  return out;
}

// ---- queries ----

std::string_view name(Status status) {
  switch (status) {
    case Status::draft: return "draft";
    case Status::suggested: return "suggested";
    case Status::ordered: return "ordered";
    case Status::partly_received: return "partly_received";
    case Status::received: return "received";
    case Status::cancelled: return "cancelled";
  }
  return "";
}

bool over(Status status) { return status == Status::received || status == Status::cancelled; }

}  // namespace layerline::purchasing
