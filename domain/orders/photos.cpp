#include "domain/orders/photos.hpp"

#include <fmt/format.h>

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::orders {
namespace {

// Counts the photos of what the event is about.
std::int64_t& photos_of(Workshop& workshop, const events::QualityPhotoTaken& event) {
  const auto order = workshop.orders.find(OrderId(event.order()));
  return order != workshop.orders.end() ? order->second.photos
                                        : workshop.production.at(ProductionOrderId(event.production_order())).photos;
}

bool is_picture(const TakePhoto& command) {
  const bool known = command.content_type == "image/jpeg" || command.content_type == "image/png";
  return known && !command.photo.empty() && !command.blob.empty() && command.bytes > 0 && command.bytes <= limits::photo_bytes_max;
}

}  // namespace

void evolve(Workshop& workshop, const events::QualityPhotoTaken& event, Time) { photos_of(workshop, event) += 1; }

Decided decide(const TakePhoto& command, const Context& context) {
  const production::ProductionOrder* production = context.workshop.production_order(command.production);
  if (!command.production.empty() && production == nullptr) return not_found("production order");
  const OrderId id = production == nullptr ? command.order : production->order;
  const Order* order = context.workshop.order(id);
  if (order == nullptr && production == nullptr) return not_found("order");
  if (!command.order.empty() && command.order != id) return not_found("production order of this order");
  if (!is_picture(command)) return refuse("not-a-picture", "A photo is a JPEG or a PNG of at most 10 MB.");
  if (order != nullptr && order->production.empty() && order->status < Status::queued)
    return refuse("nothing-made", fmt::format("Nothing of order {} is made yet.", order->number));
  if ((order != nullptr ? order->photos : production->photos) >= limits::photos_max)
    return refuse("too-many-photos", fmt::format("At most {} photos are kept of an order.", limits::photos_max));
  Events out;
  auto* event = out.on(order != nullptr ? "order/" + id.str() : "production/" + production->id.str()).mutable_quality_photo_taken();
  event->set_order(id.str());
  event->set_photo(command.photo);
  event->set_production_order(command.production.str());
  event->set_blob(command.blob.str());
  event->set_content_type(command.content_type);
  event->set_bytes(command.bytes);
  event->set_by(context.actor);
  return out;
}

}  // namespace layerline::orders
