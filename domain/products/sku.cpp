#include "domain/products/sku.hpp"

#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

std::string stream(const std::string& source, const std::string& shop) { return "sku/" + source + "/" + shop; }

}  // namespace

void evolve(Workshop& workshop, const events::SkuMapped& event, Time) {
  workshop.mappings[mapping_key(event.source(), event.shop(), event.sku())] = ProductId(event.product());
}

void evolve(Workshop& workshop, const events::SkuUnmapped& event, Time) {
  workshop.mappings.erase(mapping_key(event.source(), event.shop(), event.sku()));
}

Decided decide(const MapSku& command, const Context& context) {
  if (!plain_code(command.source) || !plain_code(command.shop) || command.sku.empty() || command.sku.size() > limits::shop_text_max)
    return refuse("bad-mapping", "A mapping names a source, a shop and what the shop calls the product.");
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr) return not_found("product");
  const auto known = context.workshop.mappings.find(mapping_key(command.source, command.shop, command.sku));
  if (known != context.workshop.mappings.end() && known->second == product->id) return Events{};
  Events out;
  auto* event = out.on(stream(command.source, command.shop)).mutable_sku_mapped();
  event->set_source(command.source);
  event->set_shop(command.shop);
  event->set_sku(command.sku);
  event->set_product(product->id.str());
  event->set_by(context.actor);
  return out;
}

Decided decide(const UnmapSku& command, const Context& context) {
  if (!context.workshop.mappings.contains(mapping_key(command.source, command.shop, command.sku))) return not_found("mapping");
  Events out;
  auto* event = out.on(stream(command.source, command.shop)).mutable_sku_unmapped();
  event->set_source(command.source);
  event->set_shop(command.shop);
  event->set_sku(command.sku);
  event->set_by(context.actor);
  return out;
}

ProductId product_of(const Workshop& workshop, std::string_view source, std::string_view shop, const std::string& sku) {
  const auto mapped = workshop.mappings.find(mapping_key(source, shop, sku));
  if (mapped != workshop.mappings.end()) return mapped->second;
  const auto own = workshop.skus.find(sku);
  return own == workshop.skus.end() ? ProductId() : own->second;
}

// Neither a source nor a shop holds a line feed.
std::string mapping_key(std::string_view source, std::string_view shop, std::string_view sku) {
  return std::string(source).append("\n").append(shop).append("\n").append(sku);
}

}  // namespace layerline::products
