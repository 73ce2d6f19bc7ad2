#include "gateways/internal/promises.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/iso_time.hpp"
#include "gateways/internal/needs.hpp"
#include "gateways/internal/shop_front.hpp"
#include "infra/json/writer.hpp"
#include "projections/products.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using Found = std::expected<p::Document, p::QueryError>;
using store::Json;

std::int64_t available(const Json& product) { return std::max<std::int64_t>(0, product.integer("available")); }

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
  std::optional<Time> expected_at;
  if (!in_stock) {
    Needs needs;
    add_needs(queries, all, *json, wanted.quantity, needs);
    const auto outlook = outlooks.of(queries, all);
    const auto dates = outlook ? when_there(queries, all, {&needs, 1}, **outlook) : std::unexpected(outlook.error());
    if (!dates) return std::unexpected(dates.error());
    expected_at = dates->front();
  }
  p::Document out;
  json::Writer writer(out.json);
  writer.begin_object().member("product_id", json->text("id")).member("sku", json->text("sku")).member("quantity", wanted.quantity);
  writer.key("availability").begin_object().member("in_stock", in_stock).member("available", available(*json))
      .member("made_to_order", made_to_order);
  writer.key("expected_at").raw(expected_at ? Json(iso_time(expected_at->ms)).str() : "null").end().end();
  return out;
}

}  // namespace layerline::internal
