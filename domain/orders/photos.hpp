// Photos of the quality check: of an order, or of a production order. They are for the staff; the pictures are blobs.
#pragma once

#include <string>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"

namespace layerline::orders {

struct TakePhoto {
  OrderId order;                  // empty: that of the production order, if it has one
  ProductionOrderId production;   // empty: of the order as a whole
  std::string photo;              // its id, made by the gateway
  BlobHash blob;
  std::string content_type;       // "image/jpeg", "image/png"
  std::int64_t bytes = 0;
};

[[nodiscard]] Decided decide(const TakePhoto&, const Context&);

void evolve(Workshop&, const events::QualityPhotoTaken&, Time);

}  // namespace layerline::orders
