#include "gateways/rest/order_csv.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <set>

#include "domain/planning/facts.hpp"
#include "gateways/rest/csv.hpp"
#include "gateways/rest/limits.hpp"

namespace layerline::rest {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;
using Values = std::vector<std::string>;

// Others may stand in a file, and are not looked at.
constexpr std::array<std::string_view, 22> columns = {
    "order_number", "sku",   "quantity", "unit_price", "title",       "shop",   "paid",    "shipping", "currency",     "company",
    "name",         "line1", "line2",    "city",       "postal_code", "region", "country", "phone",    "email",        "customer_kind",
    "priority",     "due_date"};

std::string text(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t fallback) {
  if (text.empty()) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// "2026-02-01": the start of that day. Empty: nothing was said.
std::expected<std::optional<Time>, std::string> day(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto parsed = planning::parse_day(text);
  if (!parsed) return std::unexpected("the due_date is a day, such as 2026-02-01");
  return Time{std::chrono::duration_cast<std::chrono::milliseconds>(parsed->time_since_epoch()).count()};
}

// Below 0 a price stands for the catalogue's, which a file asks for by saying none.
bool is_price(const std::string& text) {
  const auto value = number(text, 0);
  return value && *value >= 0;
}

// A row that names no shop goes on with the order above it.
OrderKey order_of(const Fields& fields, const std::vector<OrderRow>& above) {
  const std::string number = text(fields, "order_number");
  std::string shop = text(fields, "shop");
  if (shop.empty()) shop = !above.empty() && above.back().order.second == number ? above.back().order.first : "main";
  return {shop, number};
}

// What is wrong with the row by itself; empty: nothing.
std::string complaint(const OrderRow& row, const Fields& fields) {
  const auto quantity = number(text(fields, "quantity"), 1);
  if (row.order.second.empty()) return "no order_number";
  if (row.torn) return "more fields than the heading has";
  if (std::ranges::any_of(columns, [&](std::string_view name) { return text(fields, name).size() > limits::import_field_bytes; }))
    return fmt::format("a field of more than {} bytes", limits::import_field_bytes);
  if (row.sku.empty()) return "no sku";
  if (!quantity || *quantity < 1) return "the quantity is a whole number from 1";
  if (!is_price(text(fields, "unit_price")) || !is_price(text(fields, "shipping"))) return "prices are whole minor units, 0 or more";
  const std::string kind = text(fields, "customer_kind");
  if (!kind.empty() && !orders::buyer_kind_from(kind)) return "the customer_kind is guest, person or business";
  const auto priority = number(text(fields, "priority"), usually_urgent);
  if (!priority || *priority < most_urgent || *priority > least_urgent) return "the priority is 1, the most urgent, to 5";
  const auto due = day(text(fields, "due_date"));
  return due ? "" : due.error();
}

// The first row of an order says where it goes.
orders::ObserveShopOrder described(const OrderKey& key, const Fields& fields) {
  const auto field = [&](std::string_view name) { return text(fields, name); };
  orders::ObserveShopOrder order;
  order.source = "csv";
  order.shop = key.first;
  order.external_id = order.external_number = key.second;
  const std::string paid = field("paid");
  order.report = paid == "true" || paid == "yes" || paid == "1" ? orders::ShopReport::paid : orders::ShopReport::open;
  order.shipping = number(field("shipping"), 0).value_or(0);
  order.total = -1;
  order.currency = field("currency");
  order.ship_to = {field("name"),        field("line1"),  field("line2"),   field("city"),
                   field("postal_code"), field("region"), field("country"), field("phone")};
  order.customer_name = field("name");
  order.customer_mail = field("email");
  if (!field("priority").empty()) order.urgency.priority = number(field("priority"), 0);
  order.urgency.due = day(field("due_date")).value_or(std::nullopt);
  order.company = field("company");
  order.buyer = orders::buyer_kind_from(field("customer_kind"));
  return order;
}

void add_line(const OrderRow& row, const Fields& fields, OrderFile& file) {
  const auto [known, fresh] = file.orders.try_emplace(row.order);
  orders::ObserveShopOrder& order = known->second;
  if (fresh) order = described(row.order, fields);
  order.lines.push_back({std::to_string(order.lines.size() + 1), row.sku, text(fields, "title"),
                         number(text(fields, "quantity"), 1).value_or(1), number(text(fields, "unit_price"), -1).value_or(-1)});
}

void read_row(const Values& heading, const Values& values, OrderFile& file) {
  Fields fields;
  for (std::size_t column = 0; column < std::min(values.size(), heading.size()); ++column) fields[heading[column]] = values[column];
  OrderRow row;
  row.number = file.rows.size() + 2;
  row.order = order_of(fields, file.rows);
  row.sku = text(fields, "sku");
  row.torn = values.size() > heading.size();
  row.problem = complaint(row, fields);
  if (row.problem.empty()) add_line(row, fields, file);
  file.rows.push_back(std::move(row));
}

// An order is taken whole or not at all. Of a torn row's order only the number is believed, whatever shop it seems to name.
void leave_out_broken(OrderFile& file) {
  std::set<OrderKey> broken;
  std::set<std::string> torn;
  for (const OrderRow& row : file.rows) {
    if (!row.problem.empty()) broken.insert(row.order);
    if (row.torn) torn.insert(row.order.second);
  }
  const auto left_out = [&](const OrderKey& order) { return broken.contains(order) || torn.contains(order.second); };
  std::erase_if(file.orders, [&](const auto& entry) { return left_out(entry.first); });
  for (OrderRow& row : file.rows)
    if (row.problem.empty() && left_out(row.order)) row.problem = "another row of this order can't be read";
}

// Any text may be sent as CSV: whether it is a table of orders is said by what stands in it.
http::Response malformed(std::string_view why) { return http::problem(422, "malformed-csv", why); }

}  // namespace

std::expected<OrderFile, http::Response> read_order_file(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return std::unexpected(http::problem(400, "malformed-csv", "Send it as UTF-8."));
  const auto table = parse_csv(text);
  if (!table || table->size() < 2) return std::unexpected(malformed("Send a heading and at least one row of comma separated values."));
  if (table->size() > limits::import_rows + 1) return std::unexpected(http::problem(422, "too-many-rows", "At most 5000 rows at once."));
  const Values& heading = table->front();
  for (const std::string_view needed : {"order_number", "sku"})
    if (std::ranges::find(heading, needed) == heading.end())
      return std::unexpected(malformed("The heading names at least order_number and sku."));
  OrderFile file;
  for (std::size_t i = 1; i < table->size(); ++i) read_row(heading, table->at(i), file);
  leave_out_broken(file);
  return file;
}

void refuse_as_the_owner_would(OrderFile& file, std::string_view currency) {
  std::map<OrderKey, Verdict> refused;
  for (const auto& [key, order] : file.orders)
    if (const auto checked = orders::check(order, false, currency); !checked) refused[key].problem = checked.error().detail;
  std::erase_if(file.orders, [&](const auto& entry) { return refused.contains(entry.first); });
  tell_rows(file, refused);
}

void tell_rows(OrderFile& file, const std::map<OrderKey, Verdict>& verdicts) {
  for (OrderRow& row : file.rows) {
    const auto verdict = verdicts.find(row.order);
    if (verdict == verdicts.end() || !row.problem.empty()) continue;
    row.problem = verdict->second.problem;
    row.order_id = verdict->second.order_id;
  }
}

}  // namespace layerline::rest
