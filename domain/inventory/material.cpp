#include "domain/inventory/material.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <optional>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::inventory {
namespace {

std::string stream(const MaterialId& id) { return "material/" + id.str(); }

// A material that was never defined has no stock; a shortage of it is still noted.
Material& edit(Workshop& workshop, const std::string& id) {
  Material& material = workshop.materials[MaterialId(id)];
  material.id = MaterialId(id);
  return material;
}

void check(const Material& material) {
  assert(material.on_hand.milligrams >= 0 && material.reserved.milligrams >= 0);
  (void)material;
}

void take_reservation(Material& material, const ProductionOrderId& production, Mass mass) {
  const auto found = material.reservations.find(production);
  if (found == material.reservations.end()) return;
  const Mass taken = std::min(mass, found->second);
  found->second = found->second - taken;
  material.reserved = material.reserved - taken;
  if (found->second.milligrams == 0) material.reservations.erase(found);
  reservation_changed(material, production);
}

void change_stock(Workshop& workshop, Material& material, const LotParts& change) {
  for (const LotPart& part : change) change_stock(workshop, material, part);
}

LotParts negative(LotParts parts) {
  for (LotPart& part : parts) part.mass = Mass{} - part.mass;
  return parts;
}

void forget_low_alert(Material& material) {
  if (material.available() >= material.alerted_below) material.alerted_below = {};
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::MaterialDefined& event, Time) {
  Material& material = edit(workshop, event.material());
  material.type = event.type();
  material.colour = event.colour();
  const bool by_own_level = material.alerted_below.milligrams > 0 && material.alerted_below == material.low_stock;
  material.low_stock = {event.low_stock_mg()};
  if (by_own_level) material.alerted_below = material.low_stock;
  material.defined = true;
  forget_low_alert(material);
}

void evolve(Workshop& workshop, const events::StockReceived& event, Time) {
  Material& material = edit(workshop, event.material());
  const LotId lot = event.lot().empty() ? own_lot(material.id) : LotId(event.lot());
  const LocationId location = event.location().empty() ? main_location() : LocationId(event.location());
  change_stock(workshop, material, LotPart{lot, location, {event.milligrams()}});
  if (!event.lot().empty()) {
    workshop.lots.at(lot).supplier_lot = event.supplier_lot();
    workshop.lots.at(lot).tare = {event.tare_mg()};
  }
  forget_low_alert(material);
}

void evolve(Workshop& workshop, const events::StockAdjusted& event, Time) {
  Material& material = edit(workshop, event.material());
  change_stock(workshop, material, parts_from(event.lots(), material.id, {event.milligrams()}));
  forget_low_alert(material);
  check(material);
}

void evolve(Workshop& workshop, const events::MaterialReserved& event, Time) {
  Material& material = edit(workshop, event.material());
  const Mass mass{event.milligrams()};
  const ProductionOrderId production(event.production_order());
  Mass& reservation = material.reservations[production];
  reservation = reservation + mass;
  material.reserved = material.reserved + mass;
  reservation_changed(material, production);
  check(material);
}

void evolve(Workshop& workshop, const events::ShortageNoted& event, Time) {
  Material& material = edit(workshop, event.material());
  const ProductionOrderId production(event.production_order());
  const auto known = std::ranges::find(material.shortages, production, &Shortage::production);
  if (event.milligrams() == 0) {
    if (known != material.shortages.end()) material.shortages.erase(known);
  } else if (known != material.shortages.end()) {
    known->mass = {event.milligrams()};   // it keeps its place in the line
  } else {
    material.shortages.push_back({production, {event.milligrams()}});
  }
}

void evolve(Workshop& workshop, const events::ReservationReleased& event, Time) {
  Material& material = edit(workshop, event.material());
  take_reservation(material, ProductionOrderId(event.production_order()), {event.milligrams()});
  forget_low_alert(material);
  check(material);
}

void evolve(Workshop& workshop, const events::MaterialConsumed& event, Time) {
  Material& material = edit(workshop, event.material());
  const ProductionOrderId production(event.production_order());
  take_reservation(material, production, {event.from_reservation_mg()});
  const LotParts lots = parts_from(event.lots(), material.id, {event.milligrams() - event.missing_mg()});
  change_stock(workshop, material, negative(lots));
  material.prints[PrintJobId(event.job())] = {production, {event.milligrams()}, {event.missing_mg()}, lots};
  check(material);
}

void evolve(Workshop& workshop, const events::ConsumptionCorrected& event, Time) {
  Material& material = edit(workshop, event.material());
  Consumed& print = material.prints.at(PrintJobId(event.job()));
  const Mass more = Mass{event.milligrams() - event.missing_mg()} - (print.mass - print.missing);
  const LotParts change = parts_from(event.lots(), material.id, more);
  change_stock(workshop, material, negative(change));
  for (const LotPart& part : change) add(print.lots, part);
  print.mass = {event.milligrams()};
  print.missing = {event.missing_mg()};
  forget_low_alert(material);
  check(material);
}

void evolve(Workshop& workshop, const events::StockLow& event, Time) {
  edit(workshop, event.material()).alerted_below = {event.low_stock_mg()};
}

void forget_alert_if_enough(Workshop& workshop, const MaterialId& id) {
  const auto known = workshop.materials.find(id);
  if (known == workshop.materials.end()) return;
  Material& material = known->second;
  if (material.alerted_below > material.low_stock) material.alerted_below = alert_level(workshop, material);
  forget_low_alert(material);
}

// ---- decisions ----

Decided decide(const DefineMaterial& command, const Context& context) {
  if (!plain_word(command.type) || !plain_word(command.colour))
    return refuse("bad-material-name", "Type and colour are words of letters, digits, '-', '_' and '+', such as PLA and black.");
  if (context.workshop.rules.material(command.type) == nullptr)
    return refuse("unknown-material", fmt::format("The workshop has no price for {}; configure it first.", command.type));
  const MaterialId id(command.type + "-" + command.colour);
  const Material* known = context.workshop.material(id);
  if (known != nullptr && known->defined && known->type != command.type)   // "PLA" in "CF-black" is called as "PLA-CF" in "black" is
    return std::unexpected(Rejection{Refusal::conflict, "material-exists", "Another material has this name already.", {}});
  if (command.low_stock.milligrams < 0 || command.low_stock.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "The alert level is 0 g or more.");
  const std::int64_t low_stock_mg = command.low_stock.milligrams > 0 ? command.low_stock.milligrams : context.workshop.rules.low_stock_mg;
  if (known != nullptr && known->defined && known->low_stock.milligrams == low_stock_mg) return Events{};
  Events out;
  auto* event = out.on(stream(id)).mutable_material_defined();
  event->set_material(id.str());
  event->set_type(command.type);
  event->set_colour(command.colour);
  event->set_colour_rgb(command.colour_rgb);
  event->set_low_stock_mg(low_stock_mg);
  event->set_by(context.actor);
  return out;
}

namespace {

std::optional<Rejection> wrong_lot(const ReceiveStock& command, const Context& context) {
  if (!command.location.empty() && !known(context.workshop, command.location)) return not_found("location").error();
  if (command.lot.empty()) {
    if (command.tare.milligrams == 0 && command.supplier_lot.empty()) return std::nullopt;
    return refuse("lot-needed", "Only a lot with a name has a tare and a supplier's number.").error();
  }
  if (!plain_word(command.lot.str())) return refuse("bad-lot-name", "A lot is a word of letters, digits, '-', '_' and '+'.").error();
  if (context.workshop.lot(command.lot) != nullptr)
    return Rejection{Refusal::conflict, "lot-exists", fmt::format("Lot {} came in before.", command.lot.str()), {}};
  if (command.tare.milligrams < 0 || command.tare.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "An empty spool weighs 0 g or more.").error();
  if (command.supplier_lot.size() > limits::code_length_max)
    return refuse("name-too-long", "A supplier's number has at most 80 bytes.").error();
  return std::nullopt;
}

}  // namespace

Decided decide(const ReceiveStock& command, const Context& context) {
  const Material* material = context.workshop.material(command.material);
  if (material == nullptr || !material->defined) return not_found("material");
  if (command.mass.milligrams <= 0 || command.mass.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "A receipt is of more than 0 g.");
  if (auto wrong = wrong_lot(command, context)) return std::unexpected(std::move(*wrong));
  Events out;
  auto* event = out.on(stream(command.material)).mutable_stock_received();
  event->set_material(command.material.str());
  event->set_milligrams(command.mass.milligrams);
  event->set_by(context.actor);
  event->set_reference(command.reference);
  event->set_lot(command.lot.str());
  event->set_location(command.location.str());
  event->set_tare_mg(command.tare.milligrams);
  event->set_supplier_lot(command.supplier_lot);
  return out;
}

Decided decide(const AdjustStock& command, const Context& context) {
  const Lot* lot = context.workshop.lot(command.lot);
  if (lot != nullptr && !command.material.empty() && lot->material != command.material)
    return refuse("lot-of-another-material", fmt::format("Lot {} is of {}.", lot->id.str(), lot->material.str()));
  if (command.reason.empty()) return refuse("reason-needed", "Say why the stock is another: counted, lost, found.");
  if (!command.lot.empty())
    return adjust({command.lot, command.location, command.difference, command.reason, command.take_reserved}, context);
  const Material* material = context.workshop.material(command.material);
  if (material == nullptr || !material->defined) return not_found("material");
  if (!command.location.empty()) return refuse("lot-needed", "Say of which lot something at that location changed.");
  if (command.difference.milligrams == 0) return Events{};
  if (command.difference.milligrams > limits::mass_max_mg || material->on_hand.milligrams + command.difference.milligrams < 0)
    return refuse("stock-below-zero", fmt::format("Only {} mg are on hand.", material->on_hand.milligrams));
  const LotParts change = command.difference.milligrams > 0
                              ? LotParts{{own_lot(material->id), main_location(), command.difference}}
                              : negative(take(context.workshop, *material, Mass{} - command.difference, LotId(), ProductionOrderId()));
  return note_adjusted(material->id, change, command.reason, context);
}

Decided decide(const WeighPrint& command, const Context& context) {
  const printing::Job* job = context.workshop.job(command.job);
  if (job == nullptr) return not_found("print job");
  const MaterialId material_id = context.workshop.production.at(job->production).material;
  const Material* material = context.workshop.material(material_id);
  const auto print = material == nullptr ? decltype(material->prints.end()){} : material->prints.find(command.job);
  if (material == nullptr || print == material->prints.end())
    return refuse("nothing-consumed", "This print has not used any material yet.");
  if (command.mass.milligrams < 0 || command.mass.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "A print weighs 0 g or more.");
  const Mass difference = command.mass - print->second.mass;
  if (difference.milligrams == 0) return Events{};
  const Mass booked = print->second.mass - print->second.missing;
  const std::int64_t missing_mg = std::max<std::int64_t>(0, command.mass.milligrams - (booked + material->on_hand).milligrams);
  Events out;
  auto* event = out.on(stream(material_id)).mutable_stock_consumption_corrected();
  event->set_material(material_id.str());
  event->set_job(command.job.str());
  event->set_milligrams(command.mass.milligrams);
  event->set_difference_mg(difference.milligrams);
  event->set_origin("weighed");
  event->set_by(context.actor);
  event->set_missing_mg(missing_mg);
  const Mass more = command.mass - Mass{missing_mg} - booked;
  const LotId last = print->second.lots.empty() ? LotId() : print->second.lots.back().lot;
  store_parts(more.milligrams >= 0 ? take(context.workshop, *material, more, last, print->second.production)
                                   : negative(last_of(print->second.lots, Mass{} - more)),
              event->mutable_lots());
  return out;
}

namespace {

void note_shortage(const MaterialId& material, const ProductionOrderId& production, Mass mass, Events& out) {
  auto* event = out.on(stream(material)).mutable_stock_shortage_noted();
  event->set_material(material.str());
  event->set_production_order(production.str());
  event->set_milligrams(mass.milligrams);
}

void note_reservation(const MaterialId& material, const ProductionOrderId& production, Mass mass, Events& out) {
  auto* event = out.on(stream(material)).mutable_stock_reserved();
  event->set_material(material.str());
  event->set_production_order(production.str());
  event->set_milligrams(mass.milligrams);
}

void note_release(const MaterialId& material, const ProductionOrderId& production, Mass mass, Events& out) {
  auto* event = out.on(stream(material)).mutable_stock_released();
  event->set_material(material.str());
  event->set_production_order(production.str());
  event->set_milligrams(mass.milligrams);
}

}  // namespace

Events reserve(const MaterialId& id, const ProductionOrderId& production, Mass mass, const Context& context) {
  Events out;
  const Material* material = context.workshop.material(id);
  // Nobody overtakes an older shortage of the same material.
  if (material != nullptr && material->shortages.empty() && material->available() >= mass)
    note_reservation(id, production, mass, out);
  else
    note_shortage(id, production, material == nullptr ? mass : mass + short_by(*material, production), out);
  return out;
}

Events release(const MaterialId& id, const ProductionOrderId& production, Mass at_most, const Context& context) {
  Events out;
  const Material* material = context.workshop.material(id);
  if (material == nullptr) return out;
  if (short_of(*material, production)) note_shortage(id, production, {0}, out);
  const Mass mass = std::min(at_most, reserved_for(*material, production));
  if (mass.milligrams > 0) note_release(id, production, mass, out);
  return out;
}

Events consume(const MaterialId& id, const ProductionOrderId& production, const PrintJobId& job, Mass mass, std::string_view origin,
               const Context& context) {
  Events out;
  const Material* material = context.workshop.material(id);
  if (material == nullptr || material->prints.contains(job)) return out;   // once a print
  auto* event = out.on(stream(id)).mutable_stock_consumed();
  event->set_material(id.str());
  event->set_production_order(production.str());
  event->set_job(job.str());
  event->set_milligrams(mass.milligrams);
  event->set_origin(std::string(origin));
  event->set_from_reservation_mg(std::min(mass, reserved_for(*material, production)).milligrams);
  event->set_missing_mg(std::max<std::int64_t>(0, (mass - material->on_hand).milligrams));
  store_parts(take(context.workshop, *material, mass, printing::loaded_lot(context.workshop, job), production), event->mutable_lots());
  return out;
}

Events lower_shortage(const MaterialId& id, const ProductionOrderId& production, Mass at_most, const Context& context) {
  Events out;
  const Material* material = context.workshop.material(id);
  if (material != nullptr && short_by(*material, production) > at_most) note_shortage(id, production, at_most, out);
  return out;
}

Events rebalance(const MaterialId& id, const Context& context) {
  Events out;
  const Material* material = context.workshop.material(id);
  if (material == nullptr) return out;
  Mass available = material->available();
  for (auto last = material->reservations.rbegin(); available.milligrams < 0 && last != material->reservations.rend(); ++last) {
    note_release(id, last->first, last->second, out);
    // What an earlier piece left over is not asked for again.
    const production::ProductionOrder& production = context.workshop.production.at(last->first);
    const Mass needed = production::mass_of(production, production.open + production.in_progress);
    const Mass asked = std::min(needed, last->second + short_by(*material, last->first));
    if (asked.milligrams > 0) note_shortage(id, last->first, asked, out);
    available = available + last->second;
  }
  if (out.empty())
    for (const Shortage& shortage : material->shortages) {
      if (shortage.mass > available) break;
      available = available - shortage.mass;
      note_shortage(id, shortage.production, {0}, out);
      note_reservation(id, shortage.production, shortage.mass, out);
    }
  if (out.empty()) out = settle_holds(*material, context);   // what is reserved is right by now
  const Mass level = alert_level(context.workshop, *material);
  if (material->defined && material->alerted_below.milligrams == 0 && available < level) {
    auto* event = out.on(stream(id)).mutable_stock_low();
    event->set_material(id.str());
    event->set_available_mg(available.milligrams);
    event->set_low_stock_mg(level.milligrams);
  }
  return out;
}

// ---- queries ----

Mass alert_level(const Workshop& workshop, const Material& material) {
  const auto rules = workshop.item_rules.find(material.id.str());
  return rules == workshop.item_rules.end() ? material.low_stock : std::max(material.low_stock, Mass{rules->second.safety_stock});
}

MaterialId choose(const Workshop& workshop, const std::string& type, const std::string& colour) {
  if (!colour.empty()) return MaterialId(type + "-" + colour);
  const Material* best = nullptr;
  for (const auto& [id, material] : workshop.materials)
    if (material.type == type && (best == nullptr || material.available() > best->available())) best = &material;
  return best != nullptr ? best->id : MaterialId(type + "-any");
}

Mass reserved_for(const Material& material, const ProductionOrderId& production) {
  const auto found = material.reservations.find(production);
  return found == material.reservations.end() ? Mass{} : found->second;
}

bool short_of(const Material& material, const ProductionOrderId& production) { return short_by(material, production).milligrams > 0; }

Mass short_by(const Material& material, const ProductionOrderId& production) {
  const auto found = std::ranges::find(material.shortages, production, &Shortage::production);
  return found == material.shortages.end() ? Mass{} : found->mass;
}

bool plain_word(std::string_view word) {
  return !word.empty() && word.size() <= limits::word_length_max &&
         std::ranges::all_of(word, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '+'; });
}

}  // namespace layerline::inventory
