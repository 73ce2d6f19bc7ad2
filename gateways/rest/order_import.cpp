// POST /orders/import: orders as CSV, a line of an order a row, with a dry run and a report per row.
#include <algorithm>
#include <charconv>
#include <map>

#include "gateways/rest/api.hpp"
#include "gateways/rest/csv.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/limits.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

struct Row {
  std::size_t number = 0;       // in the file, the heading is 1
  std::string order;            // the file's order number
  std::string sku;
  std::string problem;          // why it is not taken; empty: it is
  std::string note;
  std::string order_id;
};

struct Import {
  std::vector<Row> rows;
  std::map<std::string, orders::ObserveShopOrder> orders;   // by the file's order number
};

using Fields = std::map<std::string, std::string, std::less<>>;

std::string_view of(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : found->second;
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t fallback) {
  if (text.empty()) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// The first row of an order says where it goes.
void describe(orders::ObserveShopOrder& order, const Fields& fields) {
  const auto text = [&](std::string_view name) { return std::string(of(fields, name)); };
  order.source = "csv";
  order.shop = text("shop").empty() ? "main" : text("shop");
  order.external_id = order.external_number = text("order_number");
  const std::string paid = text("paid");
  order.report = paid == "true" || paid == "yes" || paid == "1" ? orders::ShopReport::paid : orders::ShopReport::open;
  order.shipping = number(of(fields, "shipping"), 0).value_or(0);
  order.total = -1;
  order.currency = text("currency");
  order.ship_to = {text("name"),   text("line1"),   text("line2"), text("city"), text("postal_code"),
                   text("region"), text("country"), text("phone")};
  order.customer_name = text("name");
  order.customer_mail = text("email");
  order.company = text("company");
  order.buyer = orders::buyer_kind_from(of(fields, "customer_kind"));
}

void read_row(const Fields& fields, Row& row, Import& import) {
  const auto quantity = number(of(fields, "quantity"), 1);
  const auto unit_price = number(of(fields, "unit_price"), -1);
  const std::string_view kind = of(fields, "customer_kind");
  row.order = of(fields, "order_number");
  row.sku = of(fields, "sku");
  if (row.order.empty()) row.problem = "no order_number";
  else if (row.sku.empty()) row.problem = "no sku";
  else if (!quantity || *quantity < 1) row.problem = "the quantity is a whole number from 1";
  else if (!unit_price || !number(of(fields, "shipping"), 0)) row.problem = "prices are whole minor units";
  else if (!kind.empty() && !orders::buyer_kind_from(kind)) row.problem = "the customer_kind is guest, person or business";
  if (!row.problem.empty()) return;
  orders::ObserveShopOrder& order = import.orders[row.order];
  if (order.lines.empty()) describe(order, fields);
  order.lines.push_back({std::to_string(order.lines.size() + 1), row.sku, std::string(of(fields, "title")), *quantity, *unit_price});
}

std::expected<Import, Response> read_import(const Request& request) {
  const auto table = parse_csv(request.body());
  if (!table || table->size() < 2)
    return std::unexpected(http::problem(400, "malformed-csv", "Send a heading and at least one row of comma separated values."));
  if (table->size() > limits::import_rows + 1) return std::unexpected(http::problem(400, "too-many-rows", "At most 5000 rows at once."));
  const std::vector<std::string>& heading = table->front();
  for (const std::string_view needed : {"order_number", "sku"})
    if (std::ranges::find(heading, needed) == heading.end())
      return std::unexpected(http::problem(400, "malformed-csv", "The heading names at least order_number and sku."));
  Import import;
  for (std::size_t i = 1; i < table->size(); ++i) {
    const std::vector<std::string>& values = table->at(i);
    Row& row = import.rows.emplace_back(Row{.number = i + 1, .order = {}, .sku = {}, .problem = {}, .note = {}, .order_id = {}});
    if (values.size() > heading.size()) {
      row.problem = "more fields than the heading has";
      continue;
    }
    Fields fields;
    for (std::size_t column = 0; column < values.size(); ++column) fields[heading[column]] = values[column];
    read_row(fields, row, import);
  }
  // An order is taken whole or not at all.
  for (const Row& bad : import.rows)
    if (!bad.problem.empty() && !bad.order.empty()) import.orders.erase(bad.order);
  return import;
}

// What the rows of an order are told.
void tell_rows(Import& import, const std::string& order, const std::string& problem, const std::string& order_id) {
  for (Row& row : import.rows) {
    if (row.order != order || !row.problem.empty()) continue;
    row.problem = problem;
    row.order_id = order_id;
  }
}

void settle_rows(Import& import) {
  for (Row& row : import.rows)
    if (row.problem.empty() && !import.orders.contains(row.order)) row.problem = "another row of this order can't be read";
}

// A SKU that nobody knows makes its line wait: worth knowing before.
awaitable<void> note_unknown(Api& api, const Caller& caller, const Request& request, Import& import) {
  std::map<std::string, bool> known;
  for (Row& row : import.rows) {
    if (!row.problem.empty()) continue;
    auto seen = known.find(row.sku);
    if (seen == known.end()) {
      const auto product = co_await api.views.find(Thing::product, caller, request, row.sku);
      seen = known.emplace(row.sku, product.has_value()).first;
    }
    if (!seen->second) row.note = "unknown SKU: the line waits until it is mapped";
  }
}

// The position behind the last order: they all go to one partition.
awaitable<std::string> take(Api& api, const Caller& caller, Import& import) {
  std::string position;
  for (auto& [number, order] : import.orders) {
    app::Envelope command;   // without a key: the order's own number makes it repeatable
    command.workshop = caller.access.workshop;
    command.actor = caller.actor();
    command.cause = "http";
    command.command = std::move(order);
    const Response response = co_await tell(api, std::move(command));
    const std::string& body = std::get<std::string>(response.body);
    if (response.status == 200) tell_rows(import, number, "", json_text(body, "order_id"));
    else tell_rows(import, number, json_text(body, "detail"), "");
    for (const auto& [name, value] : response.headers)
      if (name == "Layerline-Position") position = value;
  }
  co_return position;
}

std::string report(const Import& import, bool dry_run) {
  std::string out;
  json::Writer writer(out);
  const auto good = std::ranges::count_if(import.rows, [](const Row& row) { return row.problem.empty(); });
  writer.begin_object().member("dry_run", dry_run).member("orders", static_cast<std::int64_t>(import.orders.size()))
      .member("accepted_rows", static_cast<std::int64_t>(good))
      .member("refused_rows", static_cast<std::int64_t>(import.rows.size()) - static_cast<std::int64_t>(good)).key("rows").begin_array();
  for (const Row& row : import.rows) {
    writer.begin_object().member("row", static_cast<std::int64_t>(row.number)).member("order_number", row.order).member("sku", row.sku)
        .member("accepted", row.problem.empty()).member("detail", row.problem.empty() ? row.note : row.problem);
    writer.key("order_id");
    (row.order_id.empty() ? writer.null() : writer.value(row.order_id)).end();
  }
  writer.end().end();
  return out;
}

awaitable<Response> import_orders(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  const std::string dry = std::string(request.query("dry_run").value_or("false"));
  if (dry != "true" && dry != "false") co_return http::problem(400, "bad-dry-run", "dry_run is true or false.");
  auto import = read_import(request);
  if (!import) co_return std::move(import.error());
  settle_rows(*import);
  co_await note_unknown(api, *caller, request, *import);
  std::string position;
  if (dry == "false") position = co_await take(api, *caller, *import);
  Response response = http::json_response(200, report(*import, dry == "true"));
  if (!position.empty()) response.headers.emplace_back("Layerline-Position", std::move(position));
  co_return response;
}

}  // namespace

void add_order_import(http::Router& router, Api& api) {
  for (const std::string base : {"/api/v1/orders/import", "/api/v1/sales-orders/import"})
    router.add(http::Method::post, base, [&api](Request& request) { return import_orders(api, request); },
               {http::BodyMode::buffered, limits::import_bytes});
}

}  // namespace layerline::rest
