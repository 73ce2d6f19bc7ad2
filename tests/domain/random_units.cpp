#include "tests/domain/random_units.hpp"

#include <fmt/format.h>

#include "domain/production/components.hpp"

namespace layerline::test {

Command unit_command(Dice& dice, const ProductId& product) {
  const auto any_location = [&] { return LocationId(dice.chance(45) ? "main" : dice.chance(95) ? "shelf" : "nowhere"); };
  const auto location = [&] { return dice.chance(50) ? LocationId() : any_location(); };
  switch (dice.upto(5)) {
    case 0: return products::CountUnits{product, dice.upto(6), location(), ""};
    case 1: case 2: case 3: return products::TransferUnits{product, dice.upto(4), location(), any_location(), ""};
    default: return products::AdjustUnits{product, dice.upto(9) - 3, "count", location()};
  }
}

namespace {

// The main one by one name.
std::string location_of(const std::string& said) { return said == "main" ? "" : said; }

}  // namespace

template <class Event>
void UnitLedger::leave(const Event& event, std::int64_t quantity) {
  auto& there = there_[event.product()];
  for (const events::UnitBatch& batch : event.batches()) {
    const Origin origin(batch.production_order(), batch.reference(), location_of(batch.location()));
    quantity -= batch.units();
    std::int64_t& units = there[origin];
    units -= batch.units();
    if (batch.units() <= 0 || units < 0) problem_ = event.product() + ": units leave that are not there";
    if (units == 0) there.erase(origin);
  }
  if (quantity != 0) problem_ = event.product() + ": units leave, and nobody says which";
}

void UnitLedger::note_issued(const events::UnitsIssued& event) {
  leave(event, event.quantity());
  bool others = false;
  for (const events::UnitBatch& batch : event.batches()) others = others || made_for_[batch.production_order()] != event.holder();
  for (const auto& [origin, units] : there_[event.product()])
    if (others && made_for_[std::get<0>(origin)] == event.holder()) problem_ = event.holder() + " gets others', and its own lie there";
}

void UnitLedger::note_moved(const events::UnitsMoved& event) {
  leave(event, event.quantity());
  if (location_of(event.from()) == location_of(event.to())) problem_ = event.product() + " is moved to where it lies";
  for (const events::UnitBatch& batch : event.batches()) {
    if (location_of(batch.location()) != location_of(event.from())) problem_ = event.product() + " is moved from where it does not lie";
    there_[event.product()][{batch.production_order(), batch.reference(), location_of(event.to())}] += batch.units();
  }
}

void UnitLedger::note(const events::Event& event) {
  if (!problem_.empty()) return;
  if (const auto& made = event.production_order_created(); event.has_production_order_created()) {
    made_for_[made.production_order()] = made.holder();
  } else if (const auto& received = event.units_received(); event.has_units_received()) {
    const Origin origin(received.production_order(), received.reference(), location_of(received.location()));
    there_[received.product()][origin] += received.quantity();
  } else if (event.has_units_issued()) {
    note_issued(event.units_issued());
  } else if (event.has_units_scrapped()) {
    leave(event.units_scrapped(), event.units_scrapped().quantity());
  } else if (event.has_units_moved()) {
    note_moved(event.units_moved());
  } else if (const auto& adjusted = event.units_adjusted(); event.has_units_adjusted()) {
    if (adjusted.quantity() > 0)
      there_[adjusted.product()][{"", "", location_of(adjusted.location())}] += adjusted.quantity();
    else
      leave(adjusted, -adjusted.quantity());
  }
}

namespace {

// Nothing is complete without what goes into it, and no piece that was printed stands in no book.
std::string broken_pieces(const Workshop& workshop) {
  for (const auto& [id, production] : workshop.production) {
    const products::Product& product = workshop.products.at(production.product);
    if (production.status == production::Status::completed && production::missing_component(production, workshop))
      return production.number + " is complete, and a component is missing";
    if (production.delivered > production.printed) return production.number + " gave the stock more pieces than it has made";
    if (!production::over(production) && production.printed > production.delivered && product.catalogue && production.steps.empty() &&
        !production::has_components(production, workshop))
      return production.number + " has finished pieces that the stock did not get";
    if (production.status == production::Status::cancelled && product.catalogue && production.printed > production.delivered &&
        production.steps.empty() && !production::has_components(production, workshop))
      return production.number + " is cancelled, and the stock did not get its pieces";
  }
  return "";
}

}  // namespace

std::string UnitLedger::broken(const Workshop& workshop) const {
  if (!problem_.empty()) return problem_;
  for (const auto& [id, product] : workshop.products) {
    std::map<Origin, std::int64_t> lying;
    for (const products::Batch& batch : product.batches) {
      lying[{batch.production.str(), batch.reference, batch.location.str()}] += batch.units;
      if (batch.location.str() == "main") return product.sku + ": the main location has two names";
      if (batch.units <= 0) return product.sku + ": an empty batch";
    }
    const auto there = there_.find(id.str());
    if (lying != (there == there_.end() ? std::map<Origin, std::int64_t>{} : there->second))
      return product.sku + ": other batches lie there than the events tell of";
    if (products::sum(product.batches) != product.on_hand) return product.sku + ": its batches are not what is on hand";
  }
  return broken_pieces(workshop);
}

events::Event without_batches(events::Event event) {
  if (event.has_units_issued()) event.mutable_units_issued()->clear_batches();
  if (event.has_units_scrapped()) event.mutable_units_scrapped()->clear_batches();
  if (event.has_units_adjusted()) event.mutable_units_adjusted()->clear_batches();
  if (event.has_units_adjusted()) event.mutable_units_adjusted()->clear_location();
  if (event.has_units_received()) event.mutable_units_received()->clear_location();
  if (event.has_units_moved()) event.Clear();
  return event;
}

}  // namespace layerline::test
