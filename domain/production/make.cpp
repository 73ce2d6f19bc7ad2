#include "domain/production/make.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/kernel/scrap.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::production {

namespace {

// A bill of materials is refused before an order by it could need more than can be counted; only one from before that was so could, and
// more than the mass of it can be counted of.
std::int64_t needed(std::int64_t quantity, const products::BomLine& line) {
  constexpr std::int64_t countable = limits::production_quantity_max * limits::bom_units_max;
  return line.quantity > countable / quantity ? countable : with_scrap(quantity * line.quantity, line.scrap_ppm);
}

}  // namespace

Maker::Maker(const Context& context, Events& out) : context_(context), out_(out), numbers_(context.workshop.numbers) {}

Planned Maker::make(const products::Product& product, std::int64_t quantity, const Want& want) {
  std::int64_t& taken = taken_[product.id];
  const std::int64_t allocated = std::clamp<std::int64_t>(product.available() - taken, 0, quantity);
  taken += allocated;
  if (allocated > 0) products::note_allocated(product.id, want.holder, allocated, out_);
  if (quantity > allocated) make_new(product, quantity - allocated, want);
  return {allocated, quantity - allocated};
}

void Maker::make_new(const products::Product& product, std::int64_t quantity, const Want& want) {
  if (product.entry.kind == products::Kind::material) {
    note_shortage(product, quantity, want.holder);
  } else if (product.catalogue) {
    make_of_catalogue(product, quantity, want);
  } else {
    make_custom(product, quantity, want);
  }
}

// Bought, never made: the holder waits for it.
void Maker::note_shortage(const products::Product& product, std::int64_t quantity, const std::string& holder) {
  if (holder.empty()) return;
  std::int64_t& noted = short_[{product.id, holder}];
  noted += quantity;
  products::note_shortage(product.id, holder, products::short_by(context_.workshop, product.id, holder) + noted, out_);
}

events::ProductionOrderCreated& Maker::create(const products::Product& product, std::int64_t quantity, const Want& want) {
  const std::string id = want.as.empty() ? context_.ids.next(context_.now) : want.as.str();
  auto* event = out_.on("production/" + id).mutable_production_order_created();
  event->set_production_order(id);
  event->set_number(numbers_.next("PO", context_.now));
  numbers_.note(event->number());
  event->set_order(want.order.str());
  event->set_line(want.line);
  event->set_product(product.id.str());
  event->set_quantity(quantity);
  event->set_rush(want.rush);
  event->set_priority(want.urgency.priority);
  event->set_due_ms(want.urgency.due.ms);
  event->set_infill_percent(20);
  event->set_source(want.source);
  return *event;
}

void Maker::make_of_catalogue(const products::Product& product, std::int64_t quantity, const Want& want) {
  events::ProductionOrderCreated& event = create(product, quantity, want);
  event.set_holder(want.holder);
  event.set_bom_version(product.bom_version);
  add_steps(product, context_.workshop, &event);
  if (const products::PrintFile* file = products::print_file(product, context_.workshop)) {
    event.set_model(file->blob.str());
    event.set_print_ms_per_unit(file->print_ms_per_unit());
    models::store_facts(file->facts, event.mutable_facts());
  }
  Want below = want;
  below.holder = event.production_order();
  below.as = ProductionOrderId();
  for (const products::BomLine& line : product.bom) {
    if (!line.component.empty()) continue;
    event.set_material(line.material.str());
    event.set_milligrams_per_unit(line.milligrams_per_unit);
    event.set_scrap_ppm(line.scrap_ppm);
  }
  // From here on `event` may have moved.
  for (const products::BomLine& line : product.bom)
    if (const products::Product* component = context_.workshop.product(line.component))
      (void)make(*component, needed(quantity, line), below);
}

// As its quote was made: a production order a part.
void Maker::make_custom(const products::Product& product, std::int64_t quantity, const Want& want) {
  const quotes::Quote* quote = context_.workshop.quote(product.quote);
  for (std::size_t i = 0; i < product.bom.size(); ++i) {
    const products::BomLine& line = product.bom[i];
    events::ProductionOrderCreated& event = create(product, quantity, want);
    event.set_model(line.model.str());
    event.set_file(line.file.str());
    event.set_material(line.material.str());
    event.set_milligrams_per_unit(line.milligrams_per_unit);
    event.set_print_ms_per_unit(line.print_ms_per_unit);
    event.set_quote(product.quote.str());
    if (quote == nullptr) continue;
    event.set_infill_percent(quote->options.infill_percent);
    models::store_facts(quote->files.at(i).facts, event.mutable_facts());
    add_steps(*quote, &event);
  }
}

Events create_for_lines(const orders::Order& order, const Context& context) {
  Events out;
  if (order.status >= orders::Status::shipped) return out;
  Maker maker(context, out);
  bool any = false;
  bool something_to_make = false;
  events::OrderShortOfStock short_of;
  for (const orders::Line& line : order.lines) {
    const products::Product* product = context.workshop.product(line.product);
    something_to_make = something_to_make || product == nullptr;
    if (line.planned || product == nullptr) continue;
    const Planned planned =
        maker.make(*product, line.quantity - line.sent,
                   {.order = order.id, .line = line.id, .holder = orders::holder_of(order.id, line), .source = order.source,
                    .urgency = order.urgency});
    auto* event = out.on("order/" + order.id.str()).mutable_order_line_planned();
    event->set_order(order.id.str());
    event->set_line(line.id);
    event->set_allocated(planned.allocated);
    event->set_to_make(planned.to_make);
    any = true;
    something_to_make = something_to_make || planned.to_make > 0;
    if (!product->entry.stocked || planned.to_make == 0) continue;
    auto* missing = short_of.add_lines();
    missing->set_line(line.id);
    missing->set_quantity(planned.to_make);
  }
  if (short_of.lines_size() > 0) {
    short_of.set_order(order.id.str());
    *out.on("order/" + order.id.str()).mutable_order_short_of_stock() = std::move(short_of);
  }
  const bool begins = order.status <= orders::Status::paid && any;
  const bool begins_again = order.status >= orders::Status::printed && something_to_make;   // the source added a line, known or not
  if (begins || begins_again) out.on("order/" + order.id.str()).mutable_order_queued()->set_order(order.id.str());
  return out;
}

// ---- by hand ----

Decided decide(const CreateProduction& command, const Context& context) {
  if (context.workshop.production_order(command.production) != nullptr) return Events{};
  const products::Product* product = products::find(context.workshop, command.product.str());
  if (product == nullptr) return not_found("product");
  if (!product->catalogue || product->entry.kind == products::Kind::material)
    return refuse("product-not-made", "Only products of the catalogue are made for the stock, and materials are bought.");
  if (command.quantity < 1 || command.quantity > limits::quote_quantity_max)
    return refuse("quantity-out-of-range", fmt::format("Between 1 and {} pieces are made at once.", limits::quote_quantity_max));
  if (auto checked = check(command.urgency); !checked) return std::unexpected(std::move(checked.error()));
  Urgency urgency = command.urgency.or_else({.priority = command.rush ? most_urgent : usually_urgent});
  urgency.due = start_of_day(urgency.due);
  Events out;
  Maker(context, out).make_new(*product, command.quantity, {.order = {}, .line = {}, .holder = {}, .source = "manual",
                                                            .rush = command.rush, .urgency = urgency, .as = command.production});
  return out;
}

}  // namespace layerline::production
