// /analytics: what happened on each day, and what prints, orders and products were to cost and have cost. As JSON, or with ?format=csv.
#include <chrono>
#include <optional>

#include "gateways/rest/api.hpp"
#include "gateways/rest/csv.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/period.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/limits.hpp"

namespace layerline::rest {
namespace {

using store::Json;

// Without dates: the last thirty days.
std::expected<internal::ReadDays, Response> days_of(const Request& request) {
  auto period = period_of(request);
  if (!period) return std::unexpected(std::move(period.error()));
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (!request.query("to")) period->to = static_cast<std::int32_t>(today.time_since_epoch().count());
  if (!request.query("from")) period->from = period->to - static_cast<std::int32_t>(limits::report_days - 1);
  const std::int64_t span = std::int64_t{period->to} - period->from + 1;
  if (span < 1 || span > projections::analytics_days_max)
    return std::unexpected(http::problem(422, "bad-period", "\"from\" comes before \"to\", by a year at most."));
  return internal::ReadDays{period->from, period->to};
}

// Every figure of an item by its path; lists within it have no place in a table.
void flatten(const Json& item, const std::string& path, std::vector<std::string>& names, std::vector<std::string>& values) {
  if (const Json::Object* members = item.object()) {
    for (const auto& [name, value] : *members) flatten(value, path.empty() ? name : path + "." + name, names, values);
  } else if (item.array() == nullptr) {
    names.push_back(path);
    values.push_back(item.is_null() ? "" : item.text().empty() ? item.str() : std::string(item.text()));
  }
}

// A row for the item; of a list within it (empty: none) one for each of its items, behind the item's date.
void append_rows(const Json& item, std::string_view list, std::string& table) {
  const auto append = [&table](const Json& figures, std::vector<std::string> names, std::vector<std::string> values) {
    flatten(figures, "", names, values);
    if (table.empty()) append_csv(table, names);
    append_csv(table, values);
  };
  if (list.empty()) return append(item, {}, {});
  const Json* rows = item.find(list);
  if (rows == nullptr || rows->array() == nullptr) return;
  for (const Json& row : *rows->array()) append(row, {"date"}, {std::string(item.text("date"))});
}

Response as_csv(const Request& request, Response response, std::string_view list = {}) {
  const auto json = response.status == 200 ? Json::parse(std::get<std::string>(response.body)) : std::nullopt;
  const Json* items = json ? json->find("items") : nullptr;
  if (items == nullptr || items->array() == nullptr) return response;
  std::string table;
  for (const Json& item : *items->array()) append_rows(item, list, table);
  for (auto& [name, value] : response.headers)
    if (name == "Content-Type") value = "text/csv; charset=utf-8";
  const std::string_view cursor = json->text("next_cursor");
  if (!cursor.empty()) response.headers.emplace_back("Link", link_to_next(request.target(), cursor));
  response.body = std::move(table);
  return response;
}

bool wants_csv(const Request& request) { return request.query("format") == "csv"; }

// Empty: the table of the days themselves; nullopt: there is no such table.
std::optional<std::string_view> list_of_day(const Request& request) {
  const auto list = request.query("table");
  if (!list) return "";
  return *list == "printers" || *list == "materials" ? list : std::nullopt;
}

awaitable<Response> daily(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto wanted = days_of(request);
  if (!wanted) co_return std::move(wanted.error());
  const auto list = list_of_day(request);
  if (!list) co_return http::problem(400, "unknown-table", "The \"table\" is of \"printers\" or \"materials\".");
  if (!list->empty() && !wants_csv(request)) co_return http::problem(422, "unknown-table", "A \"table\" comes with \"format=csv\".");
  auto found = co_await api.views.days(*caller, request, *wanted);
  if (!found) co_return std::move(found.error());
  Response answer = api.views.answer(std::move(*found), caller->partition);
  co_return wants_csv(request) ? as_csv(request, std::move(answer), *list) : std::move(answer);
}

// What prints, orders and products have cost.
http::Handler costs(Api& api, List list) {
  return [&api, list](Request& request) -> awaitable<Response> {
    auto caller = authenticate_staff(api, request);
    if (!caller) co_return std::move(caller.error());
    internal::ReadPage read{list};
    if (list == List::print_costs) {
      read.owner = request.query("order_id").value_or("");
      read.category = request.query("product_id").value_or("");
    }
    if (list != List::product_costs) {
      auto period = period_of(request);
      if (!period) co_return std::move(period.error());
      read.period = *period;
    }
    Response page = co_await api.views.page_of(std::move(read), *caller, request);
    co_return wants_csv(request) ? as_csv(request, std::move(page)) : std::move(page);
  };
}

}  // namespace

void add_analytics(http::Router& router, Api& api) {
  using http::Method;
  router.add(Method::get, "/api/v1/analytics/daily", [&api](Request& request) { return daily(api, request); });
  router.add(Method::get, "/api/v1/analytics/prints", costs(api, List::print_costs));
  router.add(Method::get, "/api/v1/analytics/orders", costs(api, List::order_costs));
  router.add(Method::get, "/api/v1/analytics/products", costs(api, List::product_costs));
}

}  // namespace layerline::rest
