#include "domain/products/bom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/kernel/scrap.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

using Lines = std::vector<BomLine>;

std::string stream(const ProductId& id) { return "product/" + id.str(); }

Product& edit(Workshop& workshop, const std::string& id) { return workshop.products.at(ProductId(id)); }

// Where `product` stands below itself once `lines` are its bill of materials.
bool closes_a_circle(const Workshop& workshop, const ProductId& product, const Lines& lines) {
  std::set<ProductId> seen;
  std::vector<const Lines*> open{&lines};
  while (!open.empty()) {
    const Lines& next = *open.back();
    open.pop_back();
    for (const BomLine& line : next) {
      if (line.component.empty()) continue;
      if (line.component == product) return true;
      const Product* component = workshop.product(line.component);
      if (component != nullptr && seen.insert(line.component).second) open.push_back(&component->bom);
    }
  }
  return false;
}

// What one unit takes: itself, and all that stands below it.
struct Size {
  std::size_t orders = 1;    // production orders, one for each place where something stands
  std::int64_t units = 1;

  [[nodiscard]] bool too_large() const { return orders > limits::bom_parts_max || units > limits::bom_units_max; }
};

// Saturates.
Size size_of(const Workshop& workshop, const ProductId& changed, const Lines& lines, const Lines& of) {
  Size size;
  for (const BomLine& line : of) {
    if (line.component.empty() || size.too_large()) continue;
    const Product* component = workshop.product(line.component);
    if (component == nullptr) continue;
    const Size part = size_of(workshop, changed, lines, component->id == changed ? lines : component->bom);
    size.orders = std::min(size.orders + part.orders, limits::bom_parts_max + 1);
    size.units = std::min(size.units + with_scrap(line.quantity, line.scrap_ppm) * part.units, limits::bom_units_max + 1);
  }
  return size;
}

// The largest tree that the lines become a part of.
bool too_large(const Workshop& workshop, const ProductId& product, const Lines& lines) {
  if (size_of(workshop, product, lines, lines).too_large()) return true;
  std::set<ProductId> seen{product};
  std::vector<ProductId> open{product};
  while (!open.empty()) {
    const auto above = workshop.used_in.find(open.back());
    open.pop_back();
    if (above == workshop.used_in.end()) continue;
    for (const ProductId& parent : above->second) {
      if (!seen.insert(parent).second) continue;
      if (size_of(workshop, product, lines, workshop.products.at(parent).bom).too_large()) return true;
      open.push_back(parent);
    }
  }
  return false;
}

std::expected<void, Rejection> check(const Workshop& workshop, const ProductId& product, const Lines& lines) {
  if (closes_a_circle(workshop, product, lines)) return refuse("bom-cycle", "The product would be a part of itself.");
  if (too_large(workshop, product, lines))
    return refuse("bom-too-large", fmt::format("A bill of materials has at most {} parts over all of its levels, and of them {} pieces.",
                                               limits::bom_parts_max, limits::bom_units_max));
  return {};
}

// The line with its names resolved.
std::expected<BomLine, Rejection> resolved(BomLine line, const Context& context) {
  if (const Product* product = find(context.workshop, line.component.str())) {
    line.component = product->id;
    if (product->entry.kind == Kind::material && line.milligrams_per_unit > 0 && !product->entry.material.empty()) {
      line.material = product->entry.material;
      line.component = ProductId();
    }
  } else if (!line.component.empty()) {
    return refuse("unknown-component", "A line of the bill of materials names a product that does not exist.");
  }
  if (line.material.empty() == line.component.empty()) return refuse("bad-bom", "A line names a material or a component.");
  if (line.component.empty()) {
    const inventory::Material* material = context.workshop.material(line.material);
    if (material == nullptr || !material->defined) return refuse("unknown-material", "A line names a material that does not exist.");
    if (line.milligrams_per_unit < 1 || line.milligrams_per_unit > limits::part_mass_max_mg)
      return refuse("mass-out-of-range", "A unit takes more than 0 g of a material, and at most 10 kg.");
  } else if (line.quantity < 1 || line.quantity > limits::bom_quantity_max) {
    return refuse("quantity-out-of-range", fmt::format("A unit takes 1 to {} of a component.", limits::bom_quantity_max));
  }
  if (line.scrap_ppm < 0 || line.scrap_ppm > limits::bom_scrap_ppm_max)
    return refuse("scrap-out-of-range", fmt::format("Besides, 0 to {} millionths are thrown away.", limits::bom_scrap_ppm_max));
  return line;
}

Lines lines_from(const events::BomVersionDefined& event) {
  Lines lines;
  for (const auto& line : event.lines())
    lines.push_back({MaterialId(line.material()), line.milligrams_per_unit(), ModelId(), FileId(), 0, ProductId(line.component()),
                     line.quantity(), line.scrap_ppm()});
  return lines;
}

void note_active(const ProductId& product, std::int64_t version, const Context& context, Events& out) {
  auto* event = out.on(stream(product)).mutable_product_bom_version_activated();
  event->set_product(product.str());
  event->set_version(version);
  event->set_by(context.actor);
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::BomVersionDefined& event, Time) {
  edit(workshop, event.product()).boms[event.version()] = lines_from(event);
}

void evolve(Workshop& workshop, const events::BomVersionActivated& event, Time) {
  Product& product = edit(workshop, event.product());
  for (const BomLine& line : product.bom)
    if (!line.component.empty()) workshop.used_in[line.component].erase(product.id);
  product.bom = product.boms.at(event.version());
  product.bom_version = event.version();
  for (const BomLine& line : product.bom)
    if (!line.component.empty()) workshop.used_in[line.component].insert(product.id);
}

void evolve(Workshop& workshop, const events::ProductCostRolled& event, Time) {
  edit(workshop, event.product()).unit_cost = event.unit_cost();
}

// ---- decisions ----

Decided decide(const DefineBom& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  if (command.lines.empty() || command.lines.size() > limits::bom_lines_max)
    return refuse("bad-bom", fmt::format("A bill of materials has 1 to {} lines.", limits::bom_lines_max));
  Lines lines;
  for (const BomLine& line : command.lines) {
    auto read = resolved(line, context);
    if (!read) return std::unexpected(std::move(read.error()));
    lines.push_back(std::move(*read));
  }
  // A print takes its filament from one slot, so its books are kept for one material.
  if (std::ranges::count_if(lines, [](const BomLine& line) { return line.component.empty(); }) > 1)
    return refuse("several-materials", "A product is printed in one material; make the parts of another one a component.");
  if (auto checked = check(context.workshop, product->id, lines); !checked) return std::unexpected(std::move(checked.error()));
  Events out;
  auto* event = out.on(stream(product->id)).mutable_product_bom_version_defined();
  event->set_product(product->id.str());
  event->set_version(product->boms.empty() ? 1 : product->boms.rbegin()->first + 1);
  for (const BomLine& line : lines) {
    auto* stored = event->add_lines();
    stored->set_material(line.material.str());
    stored->set_milligrams_per_unit(line.milligrams_per_unit);
    stored->set_component(line.component.str());
    stored->set_quantity(line.quantity);
    stored->set_scrap_ppm(line.scrap_ppm);
  }
  event->set_by(context.actor);
  if (command.activate) note_active(product->id, event->version(), context, out);
  return out;
}

Decided decide(const ActivateBom& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  const auto version = product->boms.find(command.version);
  if (version == product->boms.end()) return not_found("version of the bill of materials");
  if (product->bom_version == command.version) return Events{};
  // Other bills of materials may have changed since it was defined.
  if (auto checked = check(context.workshop, product->id, version->second); !checked) return std::unexpected(std::move(checked.error()));
  Events out;
  note_active(product->id, command.version, context, out);
  return out;
}

Events roll_cost(const ProductId& id, const Context& context) {
  Events out;
  const Product* product = context.workshop.product(id);
  if (product == nullptr || !product->catalogue) return out;
  const std::int64_t cost = cost_of_unit(*product, context.workshop);
  if (cost == product->unit_cost) return out;
  auto* event = out.on(stream(id)).mutable_product_cost_rolled();
  event->set_product(id.str());
  event->set_unit_cost(cost);
  return out;
}

Events roll_costs_above(const ProductId& id, const Context& context) {
  Events out;
  if (const auto above = context.workshop.used_in.find(id); above != context.workshop.used_in.end())
    for (const ProductId& parent : above->second) out.append(roll_cost(parent, context));
  return out;
}

// ---- queries ----

std::int64_t cost_of_unit(const Product& product, const Workshop& workshop) {
  if (product.bom.empty()) return product.entry.purchase_cost;
  const Rules& rules = workshop.rules;
  std::int64_t cost = rules.labour_per_unit + rules.overhead_per_unit;
  for (const BomLine& line : product.bom) {
    if (const Product* component = workshop.product(line.component))
      cost += quotes::scale_half_up(component->unit_cost * line.quantity, 1'000'000 + line.scrap_ppm, 1'000'000);
    const inventory::Material* material = workshop.material(line.material);
    const MaterialRule* rule = material == nullptr ? nullptr : rules.material(material->type);
    if (rule != nullptr) cost += quotes::scale_half_up(with_scrap(line.milligrams_per_unit, line.scrap_ppm), rule->price_per_kg, 1'000'000);
  }
  if (const PrintFile* file = print_file(product, workshop))
    cost += quotes::scale_half_up(file->print_ms_per_unit(), rules.machine_price_per_hour, 3'600'000);
  return std::min(cost, limits::price_max);
}

}  // namespace layerline::products
