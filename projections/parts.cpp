#include "projections/parts.hpp"

#include <algorithm>

#include "domain/kernel/scrap.hpp"
#include "projections/figures.hpp"

namespace layerline::projections::parts {
namespace {

std::string bom_id(const std::string& product, std::int64_t version) { return product + "/" + std::to_string(version); }

// A sum beyond this is nobody's: it would only break the sums that it stands in.
std::int64_t cost_of(std::int64_t units, std::int64_t unit_cost) {
  constexpr std::int64_t most = 1'000'000'000'000'000;
  return unit_cost > 0 && units > most / unit_cost ? most : units * unit_cost;
}

// The product as it is known, if it is bought: nobody makes a material, nor what has no bill of materials.
const Json* bought(const std::string& product, Documents& documents) {
  const Entry* known = documents.find("part", product);
  return known == nullptr || (known->json.flag("has_bom") && !known->json.flag("material")) ? nullptr : &known->json;
}

}  // namespace

void note(const events::ProductDefined& defined, Documents& documents, std::int64_t time_ms) {
  documents.create("part", defined.product(), time_ms).json = Json{{"material", defined.entry().kind() == "material"},
                                                                   {"has_bom", false},
                                                                   {"unit_cost", defined.entry().purchase_cost()}};
}

void note(const events::ProductChanged& changed, Documents& documents) {
  if (Entry* known = documents.find("part", changed.product())) known->json["material"] = changed.entry().kind() == "material";
}

void note(const events::ProductCostRolled& rolled, Documents& documents) {
  if (Entry* known = documents.find("part", rolled.product())) known->json["unit_cost"] = rolled.unit_cost();
}

void note(const events::BomVersionDefined& defined, Documents& documents, std::int64_t time_ms) {
  Json::Array lines;
  for (const events::BomLine& line : defined.lines())
    if (!line.component().empty())
      lines.push_back(Json{{"product_id", line.component()}, {"quantity", line.quantity()}, {"scrap_ppm", line.scrap_ppm()}});
  documents.create("bom", bom_id(defined.product(), defined.version()), time_ms).json = Json{{"lines", Json(std::move(lines))}};
}

void note(const events::BomVersionActivated& activated, Documents& documents) {
  if (Entry* known = documents.find("part", activated.product())) known->json["has_bom"] = true;
}

Json planned(const events::ProductionOrderCreated& created, Documents& documents) {
  Json parts = Json::Array{};
  Entry* bom = documents.find("bom", bom_id(created.product(), created.bom_version()));
  if (bom == nullptr) return parts;
  for (const Json& line : bom->json["lines"].items()) {
    const std::string product(line.text("product_id"));
    const Json* part = bought(product, documents);
    if (part == nullptr) continue;
    Json& plan = figures::item_of(parts, "product_id", product);
    figures::add(plan, "open", with_scrap(created.quantity() * line.integer("quantity"), line.integer("scrap_ppm")));
    plan["unit_cost"] = part->integer("unit_cost");
  }
  return parts;
}

std::optional<Used> used(const events::UnitsIssued& issued, Documents& documents) {
  const Json* part = bought(issued.product(), documents);
  if (part == nullptr) return std::nullopt;
  const std::int64_t actual = cost_of(issued.quantity(), part->integer("unit_cost"));
  // Sold as it is: nobody planned another price.
  if (const std::size_t slash = issued.holder().find('/'); slash != std::string::npos)
    return Used{.order = issued.holder().substr(0, slash), .product = {}, .estimated = actual, .actual = actual};
  Entry* made = documents.find("made", issued.holder());
  if (made == nullptr) return std::nullopt;
  // What pieces that are made again take beyond the plan was not estimated.
  Json& plan = figures::item_of(made->json["parts"], "product_id", issued.product());
  const std::int64_t as_planned = std::min(issued.quantity(), plan.integer("open"));
  figures::add(plan, "open", -as_planned);
  return Used{.order = std::string(made->json.text("order")), .product = std::string(made->json.text("product")),
              .estimated = cost_of(as_planned, plan.integer("unit_cost")), .actual = actual};
}

}  // namespace layerline::projections::parts
