// POST /orders/import: orders as CSV, a line of an order a row, with a dry run and a report per row.
#include <algorithm>
#include <map>
#include <set>

#include "gateways/rest/api.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/order_csv.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

// A SKU that nobody knows makes its line wait: worth knowing before.
awaitable<void> note_unknown(Api& api, const Caller& caller, const Request& request, OrderFile& file) {
  std::map<std::string, bool> known;
  for (OrderRow& row : file.rows) {
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
awaitable<std::string> take(Api& api, const Caller& caller, OrderFile& file) {
  std::string position;
  std::map<OrderKey, Verdict> verdicts;
  for (auto& [key, order] : file.orders) {
    app::Envelope command;   // without a key: the order's own number makes it repeatable
    command.workshop = caller.access.workshop;
    command.actor = caller.actor();
    command.cause = "http";
    command.command = std::move(order);
    const Response response = co_await tell(api, std::move(command));
    const std::string& body = std::get<std::string>(response.body);
    if (response.status == 200) verdicts[key].order_id = json_text(body, "order_id");
    else verdicts[key].problem = json_text(body, "detail");
    for (const auto& [name, value] : response.headers)
      if (name == "Layerline-Position") position = value;
  }
  tell_rows(file, verdicts);
  co_return position;
}

std::string report(const OrderFile& file, bool dry_run) {
  std::string out;
  json::Writer writer(out);
  std::set<OrderKey> taken;
  for (const OrderRow& row : file.rows)
    if (row.problem.empty()) taken.insert(row.order);
  const auto good = std::ranges::count_if(file.rows, [](const OrderRow& row) { return row.problem.empty(); });
  writer.begin_object().member("dry_run", dry_run).member("orders", static_cast<std::int64_t>(taken.size()))
      .member("accepted_rows", static_cast<std::int64_t>(good))
      .member("refused_rows", static_cast<std::int64_t>(file.rows.size()) - static_cast<std::int64_t>(good)).key("rows").begin_array();
  for (const OrderRow& row : file.rows) {
    writer.begin_object().member("row", static_cast<std::int64_t>(row.number)).member("shop", row.order.first)
        .member("order_number", row.order.second).member("sku", row.sku)
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
  const bool dry = request.query("dry_run") == "true";
  auto file = read_order_file(request.body());
  if (!file) co_return std::move(file.error());
  if (dry) refuse_as_the_owner_would(*file, api.rules.currency_of(caller->access.workshop));
  co_await note_unknown(api, *caller, request, *file);
  std::string position;
  if (!dry) position = co_await take(api, *caller, *file);
  Response response = http::json_response(200, report(*file, dry));
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
