#include "gateways/internal/promises.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/iso_time.hpp"
#include "gateways/internal/awaited.hpp"
#include "gateways/internal/shop_front.hpp"
#include "infra/json/writer.hpp"
#include "projections/products.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using Found = std::expected<p::Document, p::QueryError>;
using store::Json;

// What it takes that so many of a product are there, as far as it does not lie on the shelf.
struct Needs {
  std::vector<production::Work> prints;
  std::map<std::string, std::int64_t> bought;   // by product; with what lies there of it
  bool unknown = false;                         // something of it has neither a print file nor parts
};

std::int64_t available(const Json& product) { return std::max<std::int64_t>(0, product.integer("available")); }

void add(const p::Queries& queries, const p::Scope& all, const Json& product, std::int64_t wanted, Needs& needs) {
  if (product.text("kind") == "material") {
    needs.bought[std::string(product.text("id"))] += wanted;
    return;
  }
  const std::int64_t missing = wanted - std::min(wanted, available(product));
  if (missing == 0) return;
  const std::size_t before = needs.prints.size();
  add_prints(product, missing, needs.prints);
  bool made = needs.prints.size() > before;
  const Json* bom = product.find("bom");
  if (bom != nullptr && bom->array() != nullptr)
    for (const Json& line : *bom->array()) {
      if (line.text("component_id").empty()) continue;
      made = true;
      const auto found = p::products::find(queries, all, line.text("component_id"));
      const auto part = found ? Json::parse(found->json) : std::nullopt;
      if (part) add(queries, all, *part, missing * line.integer("quantity"), needs);
      else needs.unknown = true;
    }
  if (!made) needs.unknown = true;
}

using Date = std::expected<std::optional<Time>, p::QueryError>;

// When all of it is there; nullopt: nobody can say.
Date date_of(const p::Queries& queries, const p::Scope& all, const Needs& needs, Outlooks& outlooks) {
  if (needs.unknown) return std::nullopt;
  const auto outlook = outlooks.of(queries, all);
  if (!outlook) return std::unexpected(outlook.error());
  Time last = (*outlook)->now();
  for (const production::Expected& print : (*outlook)->of_new(needs.prints, Urgency{})) {
    if (!print.at) return std::nullopt;
    last = std::max(last, *print.at);
  }
  for (const auto& [product, quantity] : needs.bought) {
    const Date there = arrival_of_more(queries, all, "product/" + product, quantity, (*outlook)->now());
    if (!there || !*there) return there;
    last = std::max(last, **there);
  }
  return last;
}

Found product_named(const p::Queries& queries, const p::Scope& all, const std::string& id) {
  Found product = p::products::find(queries, all, id);
  return product ? product : p::products::find_by_sku(queries, all, id);
}

}  // namespace

Found promise(const p::Queries& queries, const p::Scope& scope, const ReadUnits& wanted, Outlooks& outlooks) {
  const p::Scope all{scope.partition, scope.workshop, {}};
  if (!scope.customer.empty())
    if (const Found offered = offer(queries, all, wanted.product); !offered) return offered;
  const Found product = product_named(queries, all, wanted.product);
  if (!product) return product;
  const auto json = Json::parse(product->json);
  if (!json) return std::unexpected(p::QueryError::damaged);
  const bool in_stock = available(*json) >= wanted.quantity;
  const bool made_to_order = json->text("kind") != "material" && !json->flag("stocked");
  Date expected_at;
  if (!in_stock) {
    Needs needs;
    add(queries, all, *json, wanted.quantity, needs);
    expected_at = date_of(queries, all, needs, outlooks);
    if (!expected_at) return std::unexpected(expected_at.error());
  }
  p::Document out;
  json::Writer writer(out.json);
  writer.begin_object().member("product_id", json->text("id")).member("sku", json->text("sku")).member("quantity", wanted.quantity);
  writer.key("availability").begin_object().member("in_stock", in_stock).member("available", available(*json))
      .member("made_to_order", made_to_order);
  writer.key("expected_at").raw(*expected_at ? Json(iso_time((*expected_at)->ms)).str() : "null").end().end();
  return out;
}

void add_prints(const Json& product, std::int64_t quantity, std::vector<production::Work>& work) {
  const Json* files = product.find("files");
  if (files == nullptr || files->array() == nullptr || files->array()->empty()) return;
  const auto usual = std::ranges::find_if(*files->array(), [](const Json& file) { return file.text("profile") == "default"; });
  const Json& file = usual == files->array()->end() ? files->array()->front() : *usual;
  production::Work& part = work.emplace_back();
  part.pieces = quantity;
  part.print_ms = file.integer("print_time_ms");
  read_facts(file.find("facts"), part);
}

}  // namespace layerline::internal
