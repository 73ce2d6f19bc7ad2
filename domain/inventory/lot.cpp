#include "domain/inventory/lot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::inventory {
namespace {

std::string stream(const MaterialId& id) { return "material/" + id.str(); }

// Lots come into being with what comes in: by name, or as the material's own one.
Lot& edit(Workshop& workshop, const Material& material, const LotId& id) {
  Lot& lot = workshop.lots[id];
  if (!lot.id.empty()) return lot;
  lot.id = id;
  lot.material = material.id;
  lot.age = static_cast<std::int64_t>(workshop.lots.size());
  return lot;
}

}  // namespace

// ---- the fold ----

void change_stock(Workshop& workshop, Material& material, const LotPart& change) {
  Lot& lot = edit(workshop, material, change.lot);
  assert(lot.material == material.id);
  Mass& there = lot.at[change.location];
  there = there + change.mass;
  material.on_hand = material.on_hand + change.mass;
  assert(there.milligrams >= 0 && material.on_hand.milligrams >= 0);
  if (lot.on_hand().milligrams > 0)
    material.lots.emplace(lot.age, lot.id);
  else
    material.lots.erase(lot.age);
  lot_changed(material, lot);
}

void evolve(Workshop& workshop, const events::LocationOpened& event, Time) {
  workshop.locations[LocationId(event.location())] = event.name();
}

void evolve(Workshop& workshop, const events::StockMoved& event, Time) {
  Lot& lot = workshop.lots.at(LotId(event.lot()));
  Mass& from = lot.at[LocationId(event.from())];
  from = from - Mass{event.milligrams()};
  assert(from.milligrams >= 0);
  if (from.milligrams == 0) lot.at.erase(LocationId(event.from()));
  Mass& to = lot.at[LocationId(event.to())];
  to = to + Mass{event.milligrams()};
}

// ---- decisions ----

namespace {

struct Place {
  const Lot* lot;
  LocationId location;
  [[nodiscard]] Mass there() const {
    const auto found = lot->at.find(location);
    return found == lot->at.end() ? Mass{} : found->second;
  }
};

std::expected<Place, Rejection> place_of(const LotId& id, const LocationId& location, const Workshop& workshop) {
  const Lot* lot = workshop.lot(id);
  if (lot == nullptr) return not_found("lot");
  if (!location.empty()) {
    if (!known(workshop, location)) return not_found("location");
    return Place{lot, location};
  }
  if (lot->at.size() != 1)
    return refuse("location-needed", fmt::format("Lot {} lies at {} locations; name one.", id.str(), lot->at.size()));
  return Place{lot, lot->at.begin()->first};
}

}  // namespace

Decided decide(const OpenLocation& command, const Context& context) {
  if (!plain_word(command.location.str()))
    return refuse("bad-location-name", "A location is a word of letters, digits, '-', '_' and '+', such as shelf-1.");
  if (command.name.size() > limits::product_name_max) return refuse("name-too-long", "A name has at most 200 bytes.");
  const auto known = context.workshop.locations.find(command.location);
  if (known != context.workshop.locations.end() && known->second == command.name) return Events{};
  Events out;
  auto* event = out.on("location/" + command.location.str()).mutable_location_opened();
  event->set_location(command.location.str());
  event->set_name(command.name);
  event->set_by(context.actor);
  return out;
}

Decided decide(const TransferStock& command, const Context& context) {
  const auto from = place_of(command.lot, command.from, context.workshop);
  if (!from) return std::unexpected(from.error());
  if (!known(context.workshop, command.to)) return not_found("location");
  const Mass there = from->there();
  const Mass mass = command.mass.milligrams == 0 ? there : command.mass;
  if (mass.milligrams < 0 || mass > there)
    return refuse("stock-below-zero", fmt::format("Only {} mg of lot {} lie there.", there.milligrams, command.lot.str()));
  if (from->location == command.to || mass.milligrams == 0) return Events{};
  Events out;
  auto* event = out.on(stream(from->lot->material)).mutable_stock_moved();
  event->set_material(from->lot->material.str());
  event->set_lot(command.lot.str());
  event->set_from(from->location.str());
  event->set_to(command.to.str());
  event->set_milligrams(mass.milligrams);
  event->set_by(context.actor);
  return out;
}

Decided decide(const CountLot& command, const Context& context) {
  if (command.counted.milligrams < 0 || command.counted.milligrams > limits::mass_max_mg)
    return refuse("mass-out-of-range", "A count finds 0 g or more.");
  const auto place = place_of(command.lot, command.location, context.workshop);
  if (!place) return std::unexpected(place.error());
  const std::string& reason = command.reason.empty() ? "counted" : command.reason;
  return adjust({command.lot, place->location, command.counted - place->there(), reason, command.take_reserved}, context);
}

Decided decide(const WeighSpool& command, const Context& context) {
  const auto place = place_of(command.lot, command.location, context.workshop);
  if (!place) return std::unexpected(place.error());
  const Mass tare = place->lot->tare;
  if (tare.milligrams == 0) return refuse("tare-unknown", fmt::format("Nobody said what the empty spool of {} weighs.", command.lot.str()));
  if (command.gross < tare) return refuse("below-tare", fmt::format("The empty spool alone weighs {} mg.", tare.milligrams));
  return decide(CountLot{command.lot, place->location, command.gross - tare, "weighed", command.take_reserved}, context);
}

Decided adjust(const Adjustment& wanted, const Context& context) {
  const auto place = place_of(wanted.lot, wanted.location, context.workshop);
  if (!place) return std::unexpected(place.error());
  const Mass difference = wanted.difference;
  if (difference.milligrams == 0) return Events{};
  if (difference.milligrams > limits::mass_max_mg || (place->there() + difference).milligrams < 0)
    return refuse("stock-below-zero", fmt::format("Only {} mg of lot {} lie there.", place->there().milligrams, wanted.lot.str()));
  if (difference.milligrams < 0 && !wanted.take_reserved)
    if (auto held = held_back(*place->lot, Mass{} - difference, context.workshop)) return std::unexpected(std::move(*held));
  return note_adjusted(place->lot->material, {{wanted.lot, place->location, difference}}, wanted.reason, context);
}

Events note_adjusted(const MaterialId& material, const LotParts& change, const std::string& reason, const Context& context) {
  Events out;
  auto* event = out.on(stream(material)).mutable_stock_adjusted();
  event->set_material(material.str());
  event->set_milligrams(sum(change).milligrams);
  event->set_by(context.actor);
  event->set_reason(reason);
  store_parts(change, event->mutable_lots());
  return out;
}

namespace {

Mass taken_from(const LotParts& parts, const LotId& lot, const LocationId& location) {
  const auto same = [&](const LotPart& part) { return part.lot == lot && part.location == location; };
  const auto known = std::ranges::find_if(parts, same);
  return known == parts.end() ? Mass{} : known->mass;
}

}  // namespace

LotParts take(const Workshop& workshop, const Material& material, Mass mass, const LotId& first, const ProductionOrderId& for_whom) {
  LotParts parts;
  const auto take_of = [&](const Lot& lot, Mass most) {
    for (const auto& [location, there] : lot.at) {
      const Mass part = std::min({mass, most, there - taken_from(parts, lot.id, location)});
      if (part.milligrams <= 0) continue;
      add(parts, {lot.id, location, part});
      mass = mass - part;
      most = most - part;
    }
  };
  const Lot* wanted = workshop.lot(first);
  if (wanted != nullptr && wanted->material == material.id) take_of(*wanted, mass);
  for (const Held& part : hold_of(material, for_whom).lots) take_of(workshop.lots.at(part.lot), part.mass);
  for (const bool also_held : {false, true})
    for (const auto& [age, id] : material.lots) {
      if (mass.milligrams <= 0) return parts;
      const Lot& lot = workshop.lots.at(id);
      take_of(lot, also_held ? mass : lot.on_hand() - lot.held);
    }
  return parts;
}

LotParts last_of(const LotParts& parts, Mass mass) {
  LotParts last;
  for (auto part = parts.rbegin(); part != parts.rend() && mass.milligrams > 0; ++part) {
    last.push_back({part->lot, part->location, std::min(mass, part->mass)});
    mass = mass - last.back().mass;
  }
  return last;
}

// ---- queries ----

Mass Lot::on_hand() const {
  Mass all;
  for (const auto& [location, mass] : at) all = all + mass;
  return all;
}

const LocationId& main_location() {
  static const LocationId id("main");
  return id;
}

// No name that a person may give has a dot.
LotId own_lot(const MaterialId& material) { return LotId(material.str() + ".bulk"); }

bool known(const Workshop& workshop, const LocationId& location) {
  return location == main_location() || workshop.locations.contains(location);
}

Mass sum(const LotParts& parts) {
  Mass all;
  for (const LotPart& part : parts) all = all + part.mass;
  return all;
}

void add(LotParts& parts, const LotPart& change) {
  const auto same = [&](const LotPart& part) { return part.lot == change.lot && part.location == change.location; };
  const auto known = std::ranges::find_if(parts, same);
  if (known == parts.end()) return parts.push_back(change);
  known->mass = known->mass + change.mass;
  if (known->mass.milligrams == 0) parts.erase(known);
}

// ---- in events ----

LotParts parts_from(const StoredParts& stored, const MaterialId& material, Mass whole) {
  LotParts parts;
  for (const auto& part : stored) parts.push_back({LotId(part.lot()), LocationId(part.location()), {part.milligrams()}});
  if (parts.empty() && whole.milligrams != 0) parts.push_back({own_lot(material), main_location(), whole});
  return parts;
}

void store_parts(const LotParts& parts, StoredParts* stored) {
  for (const LotPart& part : parts) {
    auto* out = stored->Add();
    out->set_lot(part.lot.str());
    out->set_location(part.location.str());
    out->set_milligrams(part.mass.milligrams);
  }
}

}  // namespace layerline::inventory
