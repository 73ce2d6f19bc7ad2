#include "domain/products/product.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "domain/kernel/one_if_untold.hpp"
#include "domain/production/work_step.hpp"
#include "domain/workshop/limits.hpp"
#include "domain/workshop/workshop.hpp"

namespace layerline::products {
namespace {

constexpr std::string_view finished_goods = "FG-";

std::string stream(const ProductId& id) { return "product/" + id.str(); }

Product& edit(Workshop& workshop, const std::string& id) { return workshop.products.at(ProductId(id)); }

Kind kind_of(std::string_view word) {
  if (word == "custom") return Kind::custom;
  return word == "material" ? Kind::material : Kind::standard;
}

Entry entry_from(const events::ProductEntry& stored) {
  Entry entry{.kind = kind_of(stored.kind()), .name = stored.name(), .category = stored.category(), .description = stored.description(),
              .parent = ProductId(stored.parent()), .options = {}, .price = stored.price(), .price_levels = {}, .active = stored.active(),
              .stocked = stored.stocked(), .images = {stored.images().begin(), stored.images().end()},
              .material = MaterialId(stored.material()), .purchase_cost = stored.purchase_cost()};
  if (const auto& steps = stored.work_steps().names(); stored.has_work_steps()) entry.work_steps.emplace(steps.begin(), steps.end());
  for (const auto& option : stored.options()) entry.options.emplace_back(option.name(), option.value());
  for (const auto& level : stored.price_levels()) entry.price_levels.push_back({level.from_quantity(), level.unit_price()});
  return entry;
}

void store_entry(const Entry& entry, events::ProductEntry* stored) {
  stored->set_kind(std::string(name(entry.kind)));
  stored->set_name(entry.name);
  stored->set_category(entry.category);
  stored->set_description(entry.description);
  stored->set_parent(entry.parent.str());
  for (const auto& [option, value] : entry.options) {
    auto* added = stored->add_options();
    added->set_name(option);
    added->set_value(value);
  }
  stored->set_price(entry.price);
  for (const PriceLevel& level : entry.price_levels) {
    auto* added = stored->add_price_levels();
    added->set_from_quantity(level.from_quantity);
    added->set_unit_price(level.unit_price);
  }
  stored->set_active(entry.active);
  stored->set_stocked(entry.stocked);
  for (const std::string& image : entry.images) stored->add_images(image);
  stored->set_material(entry.material.str());
  stored->set_purchase_cost(entry.purchase_cost);
  if (!entry.work_steps) return;
  stored->mutable_work_steps()->Clear();   // said, even if there are none
  for (const std::string& step : *entry.work_steps) stored->mutable_work_steps()->add_names(step);
}

// "FG-00015" counts as 15; any other SKU as 0.
std::int64_t finished_good_number(std::string_view sku) {
  std::int64_t number = 0;
  if (!sku.starts_with(finished_goods)) return 0;
  const auto [end, error] = std::from_chars(sku.data() + finished_goods.size(), sku.data() + sku.size(), number);
  const bool whole = error == std::errc() && end == sku.data() + sku.size();
  return whole && number > 0 && number < limits::finished_good_numbers_max ? number : 0;
}

}  // namespace

// ---- evolve ----

void evolve(Workshop& workshop, const events::ProductCreated& event, Time) {
  const ProductId id(event.product());
  workshop.products.emplace(id, Product{.id = id, .sku = event.sku(), .quote = QuoteId(event.quote())});
  workshop.skus.emplace(event.sku(), id);
}

void evolve(Workshop& workshop, const events::BomDefined& event, Time) {
  Product& product = edit(workshop, event.product());
  product.bom.clear();
  for (const auto& line : event.lines())
    product.bom.push_back({MaterialId(line.material()), line.milligrams_per_unit(), ModelId(line.model()), FileId(line.file()),
                           line.print_ms_per_unit(), ProductId(), 0});
}

void evolve(Workshop& workshop, const events::ProductDefined& event, Time) {
  const ProductId id(event.product());
  Product product{.id = id, .sku = event.sku()};
  product.catalogue = true;
  product.entry = entry_from(event.entry());
  product.unit_cost = product.entry.purchase_cost;
  workshop.skus.emplace(event.sku(), id);
  workshop.last_finished_good = std::max(workshop.last_finished_good, finished_good_number(event.sku()));
  workshop.products.emplace(id, std::move(product));
}

void evolve(Workshop& workshop, const events::ProductChanged& event, Time) {
  edit(workshop, event.product()).entry = entry_from(event.entry());
}

void evolve(Workshop& workshop, const events::ProductFileSet& event, Time) {
  edit(workshop, event.product()).files[event.profile()] = {BlobHash(event.blob()), models::facts_from(event.facts()), event.milligrams(),
                                                            event.print_ms(), one_if_untold(event.pieces()),
                                                            one_if_untold(event.plate())};
}

void evolve(Workshop& workshop, const events::ProductFileRemoved& event, Time) {
  edit(workshop, event.product()).files.erase(event.profile());
}

// ---- decisions ----

namespace {

bool is_price(std::int64_t price) { return price >= 0 && price <= limits::rule_price_max; }

std::unexpected<Rejection> bad_entry(std::string detail) { return refuse("bad-product", std::move(detail)); }

bool short_texts(const Entry& entry) {
  const auto fits = [](const std::string& text, std::size_t most) { return text.size() <= most; };
  return fits(entry.name, limits::product_name_max) && fits(entry.category, limits::product_name_max) &&
         fits(entry.description, limits::product_description_max) && entry.options.size() <= limits::product_options_max &&
         entry.images.size() <= limits::product_images_max && entry.price_levels.size() <= limits::price_levels_max &&
         std::ranges::all_of(entry.options, [&](const auto& option) {
           return !option.first.empty() && fits(option.first, limits::product_name_max) && fits(option.second, limits::product_name_max);
         });
}

std::expected<void, Rejection> check(const Entry& entry, const ProductId& self, const Context& context) {
  if (entry.name.empty() || !short_texts(entry)) return bad_entry("A product needs a name, and its texts and lists are not that long.");
  const auto sane = [](const PriceLevel& level) { return level.from_quantity > 1 && is_price(level.unit_price); };
  if (!is_price(entry.price) || !is_price(entry.purchase_cost) || !std::ranges::all_of(entry.price_levels, sane) ||
      !std::ranges::is_sorted(entry.price_levels, std::less_equal<>(), &PriceLevel::from_quantity))
    return bad_entry("Prices are 0 or more, and their levels begin at 2 pieces and ascend.");
  if (entry.work_steps && !production::are_steps(*entry.work_steps))
    return bad_entry("Work steps are words such as sanding, each once, and not many.");
  if (entry.parent.empty()) return {};
  const Product* parent = context.workshop.product(entry.parent);
  if (parent == nullptr || !parent->catalogue || parent->id == self || !parent->entry.parent.empty())
    return bad_entry("A variant names a product of the catalogue that is not a variant itself.");
  return {};
}

std::string next_sku(const DefineProduct& command, const Workshop& workshop) {
  if (!command.sku.empty()) return command.sku;
  if (command.entry.kind == Kind::material && !command.entry.material.empty()) return "MAT-" + command.entry.material.str();
  return fmt::format("{}{:05}", finished_goods, workshop.last_finished_good + 1);
}

}  // namespace

Decided decide(const DefineProduct& command, const Context& context) {
  if (context.workshop.product(command.product) != nullptr) return Events{};
  const std::string sku = next_sku(command, context.workshop);
  if (!plain_code(sku)) return refuse("bad-sku", "A SKU has letters, digits and -_.+/#: and is short.");
  if (context.workshop.skus.contains(sku))
    return std::unexpected(Rejection{Refusal::conflict, "sku-exists", "Another product has this SKU.", {{"sku", sku}}});
  Entry entry = command.entry;
  if (const Product* parent = find(context.workshop, entry.parent.str())) entry.parent = parent->id;
  if (auto checked = check(entry, command.product, context); !checked) return std::unexpected(std::move(checked.error()));
  Events out;
  auto* event = out.on(stream(command.product)).mutable_product_defined();
  event->set_product(command.product.str());
  event->set_sku(sku);
  store_entry(entry, event->mutable_entry());
  event->set_by(context.actor);
  return out;
}

Decided decide(const ChangeProduct& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  Entry entry = command.entry;
  if (const Product* parent = find(context.workshop, entry.parent.str())) entry.parent = parent->id;
  if (auto checked = check(entry, product->id, context); !checked) return std::unexpected(std::move(checked.error()));
  events::ProductEntry before;
  events::ProductEntry after;
  store_entry(product->entry, &before);
  store_entry(entry, &after);
  Events out;
  if (before.SerializeAsString() == after.SerializeAsString()) return out;
  auto* event = out.on(stream(product->id)).mutable_product_changed();
  event->set_product(product->id.str());
  *event->mutable_entry() = std::move(after);
  event->set_by(context.actor);
  return out;
}

Decided decide(const SetProductFile& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  if (!plain_code(command.profile)) return refuse("bad-profile", "A profile is a word such as default or 0.2mm_standard.");
  const auto known = product->files.find(command.profile);
  const bool same = known != product->files.end() && known->second.blob == command.file.blob;
  if (same && known->second.pieces == command.file.pieces && known->second.plate == command.file.plate) return Events{};
  const std::int64_t most = command.file.facts.sliced() ? limits::print_pieces_max : 1;   // of a model the slicer lays out one
  if (command.file.pieces < 1 || command.file.pieces > most)
    return refuse("pieces-out-of-range", fmt::format("One print of this file makes 1 to {} pieces.", most));
  if (command.file.plate < 1) return refuse("plate-out-of-range", "Plates are counted from 1.");
  if (known == product->files.end() && product->files.size() >= limits::product_files_max)
    return refuse("too-many-files", fmt::format("A product has at most {} files.", limits::product_files_max));
  Events out;
  auto* event = out.on(stream(product->id)).mutable_product_file_set();
  event->set_product(product->id.str());
  event->set_profile(command.profile);
  event->set_blob(command.file.blob.str());
  models::store_facts(command.file.facts, event->mutable_facts());
  event->set_milligrams(command.file.milligrams);
  event->set_print_ms(command.file.print_ms);
  event->set_by(context.actor);
  event->set_pieces(command.file.pieces);
  event->set_plate(command.file.plate);
  return out;
}

Decided decide(const RemoveProductFile& command, const Context& context) {
  const Product* product = find(context.workshop, command.product.str());
  if (product == nullptr || !product->catalogue) return not_found("product of the catalogue");
  Events out;
  if (!product->files.contains(command.profile)) return out;
  auto* event = out.on(stream(product->id)).mutable_product_file_removed();
  event->set_product(product->id.str());
  event->set_profile(command.profile);
  event->set_by(context.actor);
  return out;
}

Events create_custom(const quotes::Quote& quote, const ProductId& id, const Context& context) {
  Events out;
  auto* created = out.on(stream(id)).mutable_product_created();
  created->set_product(id.str());
  created->set_sku("CUSTOM-" + quote.number);
  created->set_quote(quote.id.str());
  seal(created->mutable_name(), quote.customer.str(), quote.product_name);
  const MaterialId material = inventory::choose(context.workshop, quote.options.material_type, quote.options.colour);
  auto* bom = out.on(stream(id)).mutable_product_bom_defined();
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

// ---- queries ----

const Product* find(const Workshop& workshop, const std::string& id_or_sku) {
  if (const Product* product = workshop.product(ProductId(id_or_sku))) return product;
  const auto known = workshop.skus.find(id_or_sku);
  return known == workshop.skus.end() ? nullptr : workshop.product(known->second);
}

std::int64_t unit_price(const Product& product, std::int64_t quantity) {
  std::int64_t price = product.entry.price;
  for (const PriceLevel& level : product.entry.price_levels)
    if (quantity >= level.from_quantity) price = level.unit_price;
  return price;
}

const PrintFile* print_file(const Product& product, const Workshop& workshop) {
  const auto taken_by_one = [&](const PrintFile& file) {
    return std::ranges::any_of(workshop.printers, [&](const auto& entry) {
      const printing::Printer& printer = entry.second;
      return (file.facts.printer_model.empty() || file.facts.printer_model == printer.model) && printing::fits(printer, file.facts) &&
             (file.facts.nozzle_um == 0 || file.facts.nozzle_um == printer.nozzle_um);
    });
  };
  const auto usual = product.files.find("default");
  if (usual != product.files.end() && taken_by_one(usual->second)) return &usual->second;
  for (const auto& [profile, file] : product.files)
    if (taken_by_one(file)) return &file;
  if (usual != product.files.end()) return &usual->second;
  return product.files.empty() ? nullptr : &product.files.begin()->second;
}

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::standard: return "standard";
    case Kind::custom: return "custom";
    case Kind::material: return "material";
  }
  return "";
}

bool plain_code(std::string_view code) {
  constexpr std::string_view marks = "-_.+/#:";
  return !code.empty() && code.size() <= limits::code_length_max &&
         std::ranges::all_of(code, [&](unsigned char c) { return std::isalnum(c) || marks.contains(static_cast<char>(c)); });
}

}  // namespace layerline::products
