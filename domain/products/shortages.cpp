#include "domain/products/shortages.hpp"

#include <algorithm>

#include "domain/workshop/workshop.hpp"

namespace layerline::products {

void evolve(Workshop& workshop, const events::UnitsShortageNoted& event, Time) {
  Product& product = workshop.products.at(ProductId(event.product()));
  const auto known = std::ranges::find(product.shortages, event.holder(), &Shortage::holder);
  if (event.quantity() > 0) {
    if (known != product.shortages.end()) known->quantity = event.quantity();   // it keeps its place in the line
    else product.shortages.push_back({event.holder(), event.quantity()});
    workshop.short_units[event.holder()].insert(product.id);
    return;
  }
  if (known != product.shortages.end()) product.shortages.erase(known);
  std::set<ProductId>& of_holder = workshop.short_units[event.holder()];
  of_holder.erase(product.id);
  if (of_holder.empty()) workshop.short_units.erase(event.holder());
}

void note_shortage(const ProductId& product, const std::string& holder, std::int64_t quantity, Events& out) {
  auto* event = out.on("product/" + product.str()).mutable_units_shortage_noted();
  event->set_product(product.str());
  event->set_holder(holder);
  event->set_quantity(quantity);
}

Events serve_shortages(const ProductId& id, const Context& context) {
  Events out;
  const Product& product = context.workshop.products.at(id);
  std::int64_t available = product.available();
  for (const Shortage& shortage : product.shortages) {
    const std::int64_t served = std::min(available, shortage.quantity);
    if (served <= 0) break;
    available -= served;
    note_allocated(id, shortage.holder, served, out);
    note_shortage(id, shortage.holder, shortage.quantity - served, out);
  }
  return out;
}

Events forget_shortages(const std::string& holder, const Context& context) {
  Events out;
  if (const auto short_of = context.workshop.short_units.find(holder); short_of != context.workshop.short_units.end())
    for (const ProductId& product : short_of->second) note_shortage(product, holder, 0, out);
  return out;
}

bool lacks_units(const Workshop& workshop, const std::string& holder) { return workshop.short_units.contains(holder); }

std::int64_t short_by(const Workshop& workshop, const ProductId& id, const std::string& holder) {
  const Product* product = workshop.product(id);
  if (product == nullptr) return 0;
  const auto known = std::ranges::find(product->shortages, holder, &Shortage::holder);
  return known == product->shortages.end() ? 0 : known->quantity;
}

}  // namespace layerline::products
