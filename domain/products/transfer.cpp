#include "domain/products/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

// As a batch says it.
std::expected<LocationId, Rejection> location_of(const Product& product, const LocationId& said, const Workshop& workshop) {
  if (!said.empty()) {
    if (!inventory::known(workshop, said)) return not_found("location");
    return location_from(said.str());
  }
  const LocationId first = product.batches.empty() ? LocationId() : product.batches.front().location;
  if (std::ranges::all_of(product.batches, [&](const Batch& batch) { return batch.location == first; })) return first;
  return refuse("location-needed", fmt::format("{} lies at several locations; name one.", product.sku));
}

events::UnitsMoved& note_moved(const Product& product, const Batches& moved, Events& out) {
  auto* event = out.on("product/" + product.id.str()).mutable_units_moved();
  event->set_product(product.id.str());
  event->set_quantity(sum(moved));
  store(moved, event->mutable_batches());
  return *event;
}

}  // namespace

void evolve(Workshop& workshop, const events::UnitsMoved& event, Time) {
  Product& product = workshop.products.at(ProductId(event.product()));
  fold(product.batches, event);
  assert(sum(product.batches) == product.on_hand);
}

Decided decide(const TransferUnits& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  if (command.reason.size() > limits::shop_text_max)
    return refuse("name-too-long", fmt::format("A reason has at most {} bytes.", limits::shop_text_max));
  if (command.quantity < 0) return refuse("quantity-out-of-range", "One unit or more is moved; 0 are all that lie there.");
  const auto from = location_of(*product, command.from, context.workshop);
  if (!from) return std::unexpected(from.error());
  if (!inventory::known(context.workshop, command.to)) return not_found("location");
  const LocationId to = location_from(command.to.str());
  if (*from == to) return refuse("same-location", fmt::format("They lie at {} already.", name_of(to)));
  const Batches there = lying_at(product->batches, *from);
  const std::int64_t quantity = command.quantity == 0 ? sum(there) : command.quantity;
  if (quantity == 0 || quantity > sum(there))
    return refuse("units-below-zero", fmt::format("Only {} units of {} lie at {}.", sum(there), product->sku, name_of(*from)));
  Events out;
  auto& event = note_moved(*product, choose_oldest(there, quantity), out);
  event.set_from(name_of(*from));
  event.set_to(name_of(to));
  event.set_by(context.actor);
  event.set_reason(command.reason);
  return out;
}

Decided decide(const CountUnits& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  if (command.counted < 0 || command.counted > limits::units_max)
    return refuse("quantity-out-of-range", fmt::format("A count finds 0 to {} units.", limits::units_max));
  const auto location = location_of(*product, command.location, context.workshop);
  if (!location) return std::unexpected(location.error());
  const std::int64_t there = sum(lying_at(product->batches, *location));
  const std::string& reason = command.reason.empty() ? "counted" : command.reason;
  return decide(AdjustUnits{product->id, command.counted - there, reason, LocationId(name_of(*location))}, context);
}

}  // namespace layerline::products
