#include "domain/products/product.hpp"

#include "domain/workshop/workshop.hpp"

namespace layerline::products {

void evolve(Workshop& workshop, const events::ProductCreated& event, Time) {
  const ProductId id(event.product());
  workshop.products.emplace(id, Product{.id = id, .sku = event.sku(), .bom = {}});
}

void evolve(Workshop& workshop, const events::BomDefined& event, Time) {
  Product& product = workshop.products.at(ProductId(event.product()));
  product.bom.clear();
  for (const auto& line : event.lines())
    product.bom.push_back(
        {MaterialId(line.material()), line.milligrams_per_unit(), ModelId(line.model()), FileId(line.file()), line.print_ms_per_unit()});
}

Events create_custom(const quotes::Quote& quote, const ProductId& id, const Context& context) {
  Events out;
  auto* created = out.on("product/" + id.str()).mutable_product_created();
  created->set_product(id.str());
  created->set_sku("CUSTOM-" + quote.number);
  created->set_quote(quote.id.str());
  seal(created->mutable_name(), quote.customer.str(), quote.product_name);
  const MaterialId material = inventory::choose(context.workshop, quote.options.material_type, quote.options.colour);
  auto* bom = out.on("product/" + id.str()).mutable_product_bom_defined();
  bom->set_product(id.str());
  for (const quotes::QuotedFile& file : quote.files) {
    auto* line = bom->add_lines();
    line->set_material(material.str());
    line->set_milligrams_per_unit(file.milligrams);
    line->set_model(file.model.str());
    line->set_file(file.file.str());
    line->set_print_ms_per_unit(file.print_ms);
  }
  return out;
}

}  // namespace layerline::products
