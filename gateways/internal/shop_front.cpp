#include "gateways/internal/shop_front.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "infra/store/json_tree.hpp"
#include "projections/carts.hpp"
#include "projections/format.hpp"
#include "projections/products.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using store::Json;
using Found = std::expected<p::Document, p::QueryError>;

// All that an offer says; what is not named here stays in the workshop.
constexpr std::array public_members = {"id", "sku", "name", "category", "description", "parent_id", "variants", "options", "price",
                                       "price_levels", "stocked", "images", "created_at", "updated_at"};

bool on_offer(const Json& product) { return product.flag("active") && product.text("kind") == "standard" && !product.text("name").empty(); }

bool in_stock(const Json& product) { return product.flag("stocked") && product.integer("available") > 0; }

// nullopt: it is not on offer.
std::optional<std::string> offer_of(const Json& product) {
  if (!on_offer(product)) return std::nullopt;
  Json out = Json::Object{};
  for (const char* name : public_members)
    if (const Json* member = product.find(name)) out[name] = *member;
  out["in_stock"] = in_stock(product);
  out["sold_out"] = product.flag("stocked") && !in_stock(product);   // what is made to order never is
  return out.str();
}

Found product_named(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found product = p::products::find(queries, scope, id);
  return product ? product : p::products::find_by_sku(queries, scope, id);
}

// What one costs who takes so many.
Json unit_price(const Json& product, std::int64_t quantity) {
  const Json* price = product.find("price");
  if (const Json* levels = product.find("price_levels"); levels != nullptr && levels->array() != nullptr)
    for (const Json& level : *levels->array())
      if (quantity >= level.integer("from_quantity")) price = level.find("unit_price");
  return price == nullptr ? Json() : *price;
}

// The item as it can be bought now; `held`: of the product, by this very cart.
Json item_of(const Json& item, const Json& product, std::int64_t held) {
  const std::int64_t quantity = item.integer("quantity");
  const Json price = unit_price(product, quantity);
  const bool stocked = product.flag("stocked");
  const std::int64_t available = product.integer("available") + held;
  Json problem;
  if (!on_offer(product)) {
    problem = "not-offered";
  } else if (stocked && available < quantity) {
    problem = "sold-out";
  }
  const Json* options = product.find("options");
  return Json{{"product_id", item.text("product_id")}, {"sku", product.text("sku")}, {"name", product.text("name")},
              {"options", options == nullptr ? Json() : *options}, {"quantity", quantity}, {"unit_price", price},
              {"total", p::money(price.integer("amount") * quantity, price.text("currency"))}, {"stocked", stocked},
              {"available", stocked ? Json(available) : Json()}, {"problem", std::move(problem)}};
}

std::string priced(const p::Queries& queries, const p::Scope& scope, Json cart) {
  std::int64_t quantity = 0;
  std::int64_t goods = 0;
  std::string currency;
  const Json held = std::exchange(cart["held"], Json());
  cart.erase("held");
  for (Json& item : cart["items"].items()) {
    const Found found = p::products::find(queries, scope, item.text("product_id"));
    const auto product = found ? Json::parse(found->json) : std::nullopt;
    if (!product) continue;
    item = item_of(item, *product, held.integer(item.text("product_id")));
    const Json& total = *item.find("total");
    quantity += item.integer("quantity");
    goods += total.integer("amount");
    currency = total.text("currency");
  }
  cart["quantity"] = quantity;
  cart["subtotal"] = currency.empty() ? Json() : p::money(goods, currency);
  return cart.str();
}

}  // namespace

Found offer(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found product = product_named(queries, scope, id);
  if (!product) return product;
  const auto json = Json::parse(product->json);
  if (!json) return std::unexpected(p::QueryError::damaged);
  auto shown = offer_of(*json);
  if (!shown) return std::unexpected(p::QueryError::not_found);
  product->json = std::move(*shown);
  return product;
}

std::expected<p::Page, p::QueryError> offers(const p::Queries& queries, const p::Scope& scope, const p::products::Filter& filter,
                                             bool in_stock_only, std::string_view by, const p::PageRequest& request) {
  auto page = p::products::list(queries, scope, filter, by, request);
  if (!page) return page;
  std::erase_if(page->items, [&](p::Document& document) {
    const auto json = Json::parse(document.json);
    auto shown = json && (!in_stock_only || in_stock(*json)) ? offer_of(*json) : std::nullopt;
    if (shown) document.json = std::move(*shown);
    return !shown;
  });
  return page;
}

Found cart(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found found = p::carts::find(queries, scope, id);
  if (!found && found.error() == p::QueryError::damaged) return found;
  if (!found) found = p::Document{};
  const Json empty{{"id", id}, {"items", Json::Array{}}, {"checkout", Json()}, {"last_order_id", Json()}, {"updated_at", Json()}};
  std::optional<Json> json = found->json.empty() ? empty : Json::parse(found->json);
  if (!json) return std::unexpected(p::QueryError::damaged);
  // The products are the workshop's: whose cart it is was asked above.
  found->json = priced(queries, {scope.partition, scope.workshop, {}}, std::move(*json));
  return found;
}

}  // namespace layerline::internal
