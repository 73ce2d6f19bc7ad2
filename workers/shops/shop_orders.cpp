#include "workers/shops/shop_orders.hpp"

#include <algorithm>
#include <utility>

#include <simdjson.h>

#include "domain/shops/decimal_money.hpp"
#include "domain/shops/limits.hpp"
#include "domain/shops/shop.hpp"
#include "domain/shops/shop_time.hpp"
#include "workers/shops/limits.hpp"

namespace layerline::shops {
namespace {

using orders::ObserveShopOrder;
using orders::ShopLine;
using orders::ShopReport;
using simdjson::dom::element;

// ---- members; what is absent, null or of another type reads as empty ----

std::string clipped(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;   // not in the middle of a character
  return std::string(text.substr(0, most));
}

std::string text(const element& object, std::string_view name) {
  std::string_view found;
  return object[name].get(found) ? std::string() : clipped(found, limits::text_bytes);
}

// A number of theirs as the text that names it.
std::string id(const element& object, std::string_view name) {
  std::uint64_t number = 0;
  if (!object[name].get(number)) return number == 0 ? std::string() : std::to_string(number);
  return clipped(text(object, name), limits::external_id_bytes);
}

std::optional<element> member(const element& object, std::string_view name) {
  element found;
  if (object[name].get(found) || found.is_null()) return std::nullopt;
  return found;
}

std::vector<element> list(const element& object, std::string_view name) {
  std::vector<element> out;
  simdjson::dom::array found;
  if (object[name].get(found)) return out;
  for (const element item : found) out.push_back(item);
  return out;
}

std::string joined(std::string first, const std::string& second) {
  if (!first.empty() && !second.empty()) first += ' ';
  return first + second;
}

bool is_currency(std::string_view code) {
  return code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<std::int64_t> quantity_of(const element& line) {
  std::int64_t quantity = 0;
  if (line["quantity"].get(quantity) || quantity < 0 || quantity > limits::quantity_max) return std::nullopt;
  return quantity;
}

bool parse(simdjson::dom::parser& parser, std::string_view json, std::size_t most, element& root) {
  if (json.empty() || json.size() > most) return false;   // simdjson copies an empty text from its address
  return !parser.parse(json.data(), json.size()).get(root);
}

// ---- Squarespace ----

// {"value": "55.00", "currency": "USD"}; null is zero.
std::optional<std::int64_t> squarespace_amount(const element& object, std::string_view name, std::string& currency) {
  const auto money = member(object, name);
  if (!money) return 0;
  const std::string code = text(*money, "currency");
  if (!is_currency(code) || (!currency.empty() && currency != code)) return std::nullopt;
  currency = code;
  return minor_units(text(*money, "value"), code);
}

orders::Address squarespace_address(const element& address) {
  return {.name = joined(text(address, "firstName"), text(address, "lastName")),
          .line1 = text(address, "address1"),
          .line2 = text(address, "address2"),
          .city = text(address, "city"),
          .postal_code = text(address, "postalCode"),
          .region = text(address, "state"),
          .country = text(address, "countryCode"),
          .phone = text(address, "phone")};
}

bool needs_no_making(const element& line) {
  const std::string type = text(line, "lineItemType");
  return !type.empty() && type != "PHYSICAL_PRODUCT" && type != "CUSTOM_AMOUNT_PRODUCT";
}

// What has no SKU is named by the variant or product that it is of, so that it can be mapped all the same.
std::string squarespace_sku(const element& line) {
  for (const char* name : {"sku", "variantId", "productId"})
    if (std::string sku = text(line, name); !sku.empty()) return sku;
  return "";
}

bool squarespace_lines(const element& order, ObserveShopOrder& out) {
  for (const element& line : list(order, "lineItems")) {
    if (needs_no_making(line)) continue;
    const auto quantity = quantity_of(line);
    const auto price = squarespace_amount(line, "unitPricePaid", out.currency);
    if (!quantity || !price || *price < 0 || out.lines.size() == limits::lines) return false;
    if (*quantity == 0) continue;
    out.lines.push_back({id(line, "id"), squarespace_sku(line), text(line, "productName"), *quantity, *price});
  }
  return true;
}

ShopReport squarespace_report(const element& order, const ObserveShopOrder& read) {
  const std::string status = text(order, "fulfillmentStatus");
  if (status == "CANCELED") return ShopReport::cancelled;
  if (status == "FULFILLED") return ShopReport::fulfilled;
  if (read.total > 0 && read.refunded >= read.total) return ShopReport::refunded;
  return ShopReport::paid;   // an order stands there once it is paid
}

void squarespace_parcel(const element& order, ObserveShopOrder& out) {
  for (const element& parcel : list(order, "fulfillments")) {
    if (text(parcel, "trackingNumber").empty()) continue;
    out.tracking_number = text(parcel, "trackingNumber");
    out.carrier = text(parcel, "carrierName");
  }
}

ReadOrder squarespace_order(std::string_view shop, const element& order) {
  const std::unexpected malformed(OrderError::malformed);
  if (!order.is_object()) return malformed;
  bool test = false;
  if (!order["testmode"].get(test) && test) return std::unexpected(OrderError::test_order);
  ObserveShopOrder out;
  out.source = squarespace;
  out.shop = shop;
  out.external_id = id(order, "id");
  out.external_number = id(order, "orderNumber");
  const auto modified = shop_time(text(order, "modifiedOn"));
  if (out.external_id.empty() || !modified) return malformed;
  out.modified = *modified;
  const auto total = squarespace_amount(order, "grandTotal", out.currency);
  if (out.currency.empty()) return malformed;
  const auto shipping = squarespace_amount(order, "shippingTotal", out.currency);
  const auto refunded = squarespace_amount(order, "refundedTotal", out.currency);
  if (!total || *total < 0 || !shipping || *shipping < 0 || !refunded || *refunded < 0 || !squarespace_lines(order, out)) return malformed;
  out.total = *total;
  out.shipping = *shipping;
  out.refunded = *refunded;
  const auto billing = member(order, "billingAddress");
  if (const auto to = member(order, "shippingAddress")) out.ship_to = squarespace_address(*to);
  else if (billing) out.ship_to = squarespace_address(*billing);
  out.customer_name = billing ? squarespace_address(*billing).name : out.ship_to.name;
  out.customer_mail = text(order, "customerEmail");
  out.report = squarespace_report(order, out);
  squarespace_parcel(order, out);
  return out;
}

// ---- WooCommerce ----

// "29.35"; what is absent or "" is zero. `price` of a line is a JSON number and is not looked at.
std::optional<std::int64_t> woocommerce_amount(const element& object, std::string_view name, std::string_view currency) {
  const std::string amount = text(object, name);
  if (amount.empty()) return member(object, name) && !object[name].is_string() ? std::nullopt : std::optional<std::int64_t>(0);
  return minor_units(amount, currency);
}

orders::Address woocommerce_address(const element& address) {
  orders::Address out{.name = joined(text(address, "first_name"), text(address, "last_name")),
                      .line1 = text(address, "address_1"),
                      .line2 = text(address, "address_2"),
                      .city = text(address, "city"),
                      .postal_code = text(address, "postcode"),
                      .region = text(address, "state"),
                      .country = text(address, "country"),
                      .phone = text(address, "phone")};
  if (const std::string company = text(address, "company"); !company.empty())
    out.name = out.name.empty() ? company : out.name + ", " + company;
  return out;
}

// The name as a parcel shows it may hold a company as well; the buyer's own stands apart from it. What the shop calls customer 0 has no
// account there.
void woocommerce_buyer(const element& order, const std::optional<element>& billing, ObserveShopOrder& out) {
  out.customer_name = billing ? joined(text(*billing, "first_name"), text(*billing, "last_name")) : out.ship_to.name;
  out.customer_mail = billing ? text(*billing, "email") : "";
  out.company = billing ? text(*billing, "company") : "";
  std::uint64_t account = 1;
  const bool guest = !order["customer_id"].get(account) && account == 0;
  out.buyer = guest && out.company.empty() ? orders::BuyerKind::guest : orders::kind_of(out.company);
}

// What has no SKU is named by its variation or product, so that it can be mapped all the same.
std::string woocommerce_sku(const element& line) {
  if (std::string sku = text(line, "sku"); !sku.empty()) return sku;
  if (const std::string variation = id(line, "variation_id"); !variation.empty()) return "variation-" + variation;
  const std::string product = id(line, "product_id");
  return product.empty() ? "" : "product-" + product;
}

bool woocommerce_lines(const element& order, ObserveShopOrder& out) {
  for (const element& line : list(order, "line_items")) {
    const auto quantity = quantity_of(line);
    const auto total = woocommerce_amount(line, "total", out.currency);
    if (!quantity || !total || *total < 0 || out.lines.size() == limits::lines) return false;
    if (*quantity == 0) continue;
    out.lines.push_back({id(line, "id"), woocommerce_sku(line), text(line, "name"), *quantity, *total / *quantity});
  }
  return true;
}

// Refunds are listed as negative totals.
bool woocommerce_refunds(const element& order, ObserveShopOrder& out) {
  for (const element& refund : list(order, "refunds")) {
    const auto amount = woocommerce_amount(refund, "total", out.currency);
    if (!amount || out.refunded > limits::amount_max) return false;
    out.refunded += *amount < 0 ? -*amount : *amount;
  }
  return true;
}

ShopReport woocommerce_report(const element& order) {
  constexpr std::pair<std::string_view, ShopReport> known[] = {
      {"pending", ShopReport::open},       {"on-hold", ShopReport::open},        {"failed", ShopReport::open},
      {"checkout-draft", ShopReport::open}, {"processing", ShopReport::paid},     {"completed", ShopReport::fulfilled},
      {"cancelled", ShopReport::cancelled}, {"trash", ShopReport::cancelled},     {"refunded", ShopReport::refunded}};
  const std::string status = text(order, "status");
  for (const auto& [word, report] : known)
    if (status == word) return report;
  return text(order, "date_paid_gmt").empty() ? ShopReport::open : ShopReport::paid;   // a status of a plugin
}

ReadOrder woocommerce_order(std::string_view shop, const element& order) {
  const std::unexpected malformed(OrderError::malformed);
  if (!order.is_object()) return malformed;
  ObserveShopOrder out;
  out.source = woocommerce;
  out.shop = shop;
  out.external_id = id(order, "id");
  out.external_number = id(order, "number");
  out.currency = text(order, "currency");
  const auto modified = shop_time(text(order, "date_modified_gmt"));
  if (out.external_id.empty() || !modified || !is_currency(out.currency) || text(order, "status").empty()) return malformed;
  out.modified = *modified;
  const auto total = member(order, "total") ? woocommerce_amount(order, "total", out.currency) : std::nullopt;
  const auto shipping = woocommerce_amount(order, "shipping_total", out.currency);
  if (!total || *total < 0 || !shipping || *shipping < 0 || !woocommerce_lines(order, out) || !woocommerce_refunds(order, out))
    return malformed;
  out.total = *total;
  out.shipping = *shipping;
  const auto billing = member(order, "billing");
  if (const auto to = member(order, "shipping")) out.ship_to = woocommerce_address(*to);
  if (!out.ship_to.complete() && billing) out.ship_to = woocommerce_address(*billing);
  woocommerce_buyer(order, billing, out);
  out.report = woocommerce_report(order);
  return out;
}

// ---- pages ----

template <class Read>
Page page_of(const std::vector<element>& listed, std::string_view modified_name, const Read& read) {
  Page page{.orders = {}, .malformed = {}, .listed = listed.size(), .newest = {}, .next_cursor = {}};
  for (const element& order : listed) {
    if (const auto modified = shop_time(text(order, modified_name))) page.newest = std::max(page.newest.value_or(*modified), *modified);
    if (auto good = read(order)) page.orders.push_back(std::move(*good));
    else if (good.error() == OrderError::malformed) page.malformed.push_back(id(order, "id"));
  }
  return page;
}

}  // namespace

ReadOrder read_squarespace_order(std::string_view shop, std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (!parse(parser, json, limits::order_bytes, root)) return std::unexpected(OrderError::malformed);
  return squarespace_order(shop, root);
}

ReadOrder read_woocommerce_order(std::string_view shop, std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (!parse(parser, json, limits::order_bytes, root)) return std::unexpected(OrderError::malformed);
  return woocommerce_order(shop, root);
}

std::optional<Page> read_squarespace_page(std::string_view shop, std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (!parse(parser, json, limits::page_bytes, root) || !root.is_object() || !member(root, "result")) return std::nullopt;
  Page page = page_of(list(root, "result"), "modifiedOn", [shop](const element& order) { return squarespace_order(shop, order); });
  bool more = false;
  const auto pagination = member(root, "pagination");
  if (pagination && !(*pagination)["hasNextPage"].get(more) && more) {
    std::string_view cursor;   // whole: a clipped one would be another
    if ((*pagination)["nextPageCursor"].get(cursor)) return std::nullopt;
    page.next_cursor = cursor;
  }
  return page;
}

std::optional<Page> read_woocommerce_page(std::string_view shop, std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::array listed;
  if (!parse(parser, json, limits::page_bytes, root) || root.get(listed)) return std::nullopt;
  std::vector<element> orders;
  for (const element order : listed) orders.push_back(order);
  return page_of(orders, "date_modified_gmt", [shop](const element& order) { return woocommerce_order(shop, order); });
}

std::optional<Parcels> read_squarespace_parcels(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (!parse(parser, json, limits::order_bytes, root) || !root.is_object() || id(root, "id").empty()) return std::nullopt;
  const std::string status = text(root, "fulfillmentStatus");
  Parcels parcels{.over = status == "CANCELED", .complete = status == "FULFILLED", .tracking_numbers = {}};
  for (const element& parcel : list(root, "fulfillments")) parcels.tracking_numbers.push_back(text(parcel, "trackingNumber"));
  return parcels;
}

std::optional<Parcels> read_woocommerce_parcels(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (!parse(parser, json, limits::order_bytes, root) || !root.is_object() || id(root, "id").empty()) return std::nullopt;
  const std::string status = text(root, "status");
  return Parcels{.over = status == "cancelled" || status == "refunded" || status == "trash",
                 .complete = status == "completed",
                 .tracking_numbers = {}};
}

namespace {

// "T1" stands in "(T1)", and not in "T12", "XT1" or "T1-2".
bool names(std::string_view words, std::string_view number) {
  const auto joins = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  for (std::size_t at = words.find(number); at != std::string_view::npos; at = words.find(number, at + 1)) {
    const std::size_t end = at + number.size();
    if ((at == 0 || !joins(words[at - 1])) && (end == words.size() || !joins(words[end]))) return true;
  }
  return false;
}

}  // namespace

std::optional<bool> woocommerce_notes_name(std::string_view json, std::string_view tracking_number) {
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::array notes;
  if (!parse(parser, json, limits::page_bytes, root) || root.get(notes)) return std::nullopt;
  for (const element note : notes) {
    std::string_view words;
    if (!note["note"].get(words) && names(words, tracking_number)) return true;
  }
  return false;
}

}  // namespace layerline::shops
