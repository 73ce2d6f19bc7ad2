#include "gateways/internal/dates.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/iso_time.hpp"
#include "domain/production/work_step.hpp"
#include "gateways/internal/needs.hpp"
#include "projections/orders.hpp"
#include "projections/production.hpp"
#include "projections/products.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using production::Expected;
using production::Work;
using store::Json;

// {…} with more members.
void append(std::string& object, const std::string& members) {
  object.pop_back();
  object.append(",").append(members).append("}");
}

std::string member(std::string_view name, const std::optional<std::string>& text) {
  return std::string("\"").append(name).append("\":").append(text ? Json(*text).str() : "null");
}

std::string time_member(std::string_view name, std::optional<Time> at) {
  return member(name, at ? std::optional(iso_time(at->ms)) : std::nullopt);
}

std::string date_member(const Outlook& outlook, std::optional<Time> ready) {
  return member("expected_delivery_date", ready ? std::optional(outlook.delivery_date(*ready)) : std::nullopt);
}

// What it waits for because the stock is short of it: "material" or "part", its id, and when it will be there.
std::string waiting_members(const Arrival* arrival) {
  if (arrival == nullptr) return "\"waiting_for\":null,\"waiting_for_id\":null,\"arrives_at\":null";
  const std::size_t slash = arrival->item.find('/');
  const bool material = arrival->item.starts_with("material/");
  return member("waiting_for", material ? "material" : "part") + "," + member("waiting_for_id", arrival->item.substr(slash + 1)) + "," +
         time_member("arrives_at", arrival->at);
}

Json time_or_null(std::optional<Time> at) { return at ? Json(iso_time(at->ms)) : Json(); }

void add_to_steps(const Outlook& outlook, Json& production_order, p::Document& document) {
  const std::vector<std::optional<Time>> ends = outlook.of_steps(production_order);
  if (ends.empty()) return;
  auto end = ends.begin();
  for (Json& step : production_order["steps"].items()) step["expected_at"] = time_or_null(*end++);
  document.json = production_order.str();
}

void add_expected(const Outlook& outlook, p::Document& document) {
  auto json = Json::parse(document.json);
  if (json) add_to_steps(outlook, *json, document);
  const Expected expected = json ? outlook.of(*json) : Expected{};
  const Arrival* arrival = json ? outlook.awaited().last(json->text("id")) : nullptr;
  append(document.json, time_member("expected_at", expected.at) + ",\"no_printer_fits\":" + (expected.no_printer_fits ? "true" : "false") +
                            "," + waiting_members(arrival));
}

// Of one step of a production order.
std::optional<Time> end_of_step(const p::Queries& queries, const p::Scope& all, const Outlook& outlook, const Json& step) {
  const auto found = p::production::find(queries, all, step.text("production_order_id"));
  auto json = found ? Json::parse(found->json) : std::nullopt;
  if (!json) return std::nullopt;
  const std::vector<std::optional<Time>> ends = outlook.of_steps(*json);
  const Json::Array& steps = (*json)["steps"].items();
  const auto known = std::ranges::find_if(steps, [&](const Json& other) { return other.text("step") == step.text("step"); });
  return known == steps.end() ? std::nullopt : ends[static_cast<std::size_t>(known - steps.begin())];
}

// The latest of them; nullopt: one of them is not known, or there is none.
std::optional<Time> last_of(std::span<const Expected> all) {
  std::optional<Time> last;
  for (const Expected& expected : all) {
    if (!expected.at) return std::nullopt;
    last = std::max(last.value_or(*expected.at), *expected.at);
  }
  return last;
}

// ---- orders ----

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// What is put together by hand is so once its parts are printed.
bool is_to_be_printed(const Json& production_order) { return !production_order.text("material").empty(); }

bool all_planned(const Json& order) {
  const Json* lines = order.find("lines");
  return lines == nullptr || lines->array() == nullptr ||
         std::ranges::all_of(*lines->array(), [](const Json& line) { return line.text("state") == "planned"; });
}

// All that is left to do for an order in production.
struct Making {
  std::vector<Expected> ends;
  bool waits = false;   // for what the stock is short of
};

// What is bought and sent as it is waits at its line.
void add_lines(const Outlook& outlook, const Json& order, Making& making) {
  const Json* lines = order.find("lines");
  if (lines == nullptr || lines->array() == nullptr) return;
  for (const Json& line : *lines->array()) {
    const Arrival* arrival = outlook.awaited().parts(std::string(order.text("id")).append("/").append(line.text("id")));
    if (arrival == nullptr) continue;
    making.ends.push_back({.at = arrival->at});
    making.waits = true;
  }
}

Making making_of(const p::Queries& queries, const p::Scope& all, const Outlook& outlook, const Json& order) {
  Making making;
  const Json* production_orders = order.find("production_orders");
  if (production_orders == nullptr || production_orders->array() == nullptr) return making;
  for (const Json& line : *production_orders->array()) {
    const auto found = p::production::find(queries, all, line.text("id"));
    const auto json = found ? Json::parse(found->json) : std::nullopt;
    if (!json || json->text("status") == "cancelled") continue;
    const bool printed = json->text("status") == "completed";
    if (printed && outlook.work_left(*json).ms == 0) continue;
    const bool waits = outlook.awaited().last(line.text("id")) != nullptr;
    if (waits || printed || is_to_be_printed(*json)) making.ends.push_back(outlook.of(*json));
    making.waits = making.waits || waits;
  }
  add_lines(outlook, order, making);
  if (!all_planned(order)) making.ends.clear();   // nobody can say
  return making;
}

// ---- what is not in the queue yet ----

// nullopt: not every file is measured.
std::optional<std::vector<Work>> work_of_quote(const Json& quote) {
  std::vector<Work> work;
  const Json* files = quote.find("files");
  if (files == nullptr || files->array() == nullptr) return std::nullopt;
  for (const Json& file : *files->array()) {
    Work& part = work.emplace_back();
    part.pieces = quote.integer("quantity");
    part.print_ms = file.integer("print_time_ms");
    read_facts(file.find("facts"), part);
    if (part.print_ms == 0) return std::nullopt;
  }
  return work;
}

// As if it were paid now.
Urgency urgency_of_quote(const Json& quote, Time now) {
  constexpr std::int64_t day_ms = 86'400'000;
  const std::int64_t days = quote.integer("estimated_delivery_days");
  return {quote.flag("rush") ? most_urgent : usually_urgent, days > 0 ? start_of_day(now + Duration{days * day_ms}) : Time{}};
}

// Not all of it lies on the shelf.
bool is_any(const Needs& needs) { return !needs.made.empty() || !needs.bought.empty() || needs.unknown; }

// Of each item of a cart.
std::vector<Needs> needs_of(const p::Queries& queries, const p::Scope& all, const Json& cart) {
  std::vector<Needs> out;
  for (const Json& item : *cart.find("items")->array()) {
    Needs& needs = out.emplace_back();
    if (item.flag("stocked") || !item.text("problem").empty()) continue;
    const auto found = p::products::find(queries, all, item.text("product_id"));
    const auto product = found ? Json::parse(found->json) : std::nullopt;
    if (product) add_needs(queries, all, *product, item.integer("quantity"), needs);
  }
  return out;
}

}  // namespace

// ---- documents ----

Dates::Found Dates::production_order(Found found) const {
  const auto outlook = found ? outlooks_.of(queries_, all_) : Outlooks::Asked(nullptr);
  if (!outlook) return std::unexpected(outlook.error());
  if (found) add_expected(**outlook, *found);
  return found;
}

Dates::Pages Dates::production_orders(Pages page) const {
  if (!page || page->items.empty()) return page;
  const auto outlook = outlooks_.of(queries_, all_);
  if (!outlook) return std::unexpected(outlook.error());
  for (p::Document& document : page->items) add_expected(**outlook, document);
  return page;
}

Dates::Pages Dates::work_steps(Pages page) const {
  if (!page || page->items.empty()) return page;
  const auto outlook = outlooks_.of(queries_, all_);
  if (!outlook) return std::unexpected(outlook.error());
  for (p::Document& document : page->items) {
    const auto step = Json::parse(document.json);
    const std::optional<Time> end = step ? end_of_step(queries_, all_, **outlook, *step) : std::nullopt;
    append(document.json, time_member("expected_at", end));
  }
  return page;
}

Dates::Found Dates::order(Found found) const {
  if (!found) return found;
  const auto dates = dates_of(*found);
  return with_dates(std::move(*found), dates);
}

// Of a magic link: it shows no more of the order than its dates.
Dates::Found Dates::tracking(Found found, const std::string& id) const {
  if (!found) return found;
  const Found order = p::orders::find(queries_, all_, id);
  return order ? with_dates(std::move(*found), dates_of(*order)) : order;
}

Dates::Found Dates::with_dates(p::Document document, const std::expected<std::string, p::QueryError>& dates) {
  if (!dates) return std::unexpected(dates.error());
  append(document.json, *dates);
  return document;
}

std::expected<std::string, p::QueryError> Dates::dates_of(const p::Document& order) const {
  const bool printed = is_one_of(order.status, {"PRINTED", "QUALITY_CHECK", "READY_TO_SHIP"});
  const auto json = printed || is_one_of(order.status, {"PAID", "QUEUED", "PRINTING"}) ? Json::parse(order.json) : std::nullopt;
  if (!json || json->flag("on_hold")) return "\"expected_ready_at\":null,\"expected_delivery_date\":null,\"waiting_for\":null";
  const auto outlook = outlooks_.of(queries_, all_);
  if (!outlook) return std::unexpected(outlook.error());
  const bool worked_on = is_one_of(order.status, {"QUALITY_CHECK", "READY_TO_SHIP"});
  const Making making = worked_on ? Making{} : making_of(queries_, all_, **outlook, *json);
  const std::optional<Time> ready = last_of(making.ends);
  // Neither what exactly nor from whom: customers read it.
  return time_member("expected_ready_at", ready) + "," + date_member(**outlook, printed ? ready.value_or((*outlook)->now()) : ready) + "," +
         member("waiting_for", making.waits ? std::optional<std::string>("material") : std::nullopt);
}

Dates::Found Dates::quote(Found found) const {
  if (!found) return found;
  const auto json = is_one_of(found->status, {"draft", "pending", "approved"}) ? Json::parse(found->json) : std::nullopt;
  const auto work = json ? work_of_quote(*json) : std::nullopt;
  if (!work) {
    append(found->json, "\"expected_delivery_date\":null");
    return found;
  }
  const auto outlook = outlooks_.of(queries_, all_);
  if (!outlook) return std::unexpected(outlook.error());
  std::optional<Time> ready = last_of((*outlook)->of_new(*work, urgency_of_quote(*json, (*outlook)->now())));
  // Each of its files is a production order; people work on them side by side.
  if (ready) ready = *ready + (*outlook)->work_of(production::steps_of(std::string(json->text("finish"))), json->integer("quantity"));
  append(found->json, date_member(**outlook, ready));
  return found;
}

Dates::Found Dates::cart(Found found) const {
  auto json = found ? Json::parse(found->json) : std::nullopt;
  if (!json) return found;
  const std::vector<Needs> needs = needs_of(queries_, all_, *json);
  const bool to_make = std::ranges::any_of(needs, is_any);
  auto outlook = Outlooks::Asked(nullptr);
  Readiness ready;
  if (to_make) {
    outlook = outlooks_.of(queries_, all_);
    if (!outlook) return std::unexpected(outlook.error());
    ready = when_there(queries_, all_, needs, **outlook);
    if (!ready) return std::unexpected(ready.error());
  }
  const auto shown = [&](std::optional<Time> at) { return at ? Json((*outlook)->delivery_date(*at)) : Json(); };
  std::optional<Time> last = to_make ? std::optional((*outlook)->now()) : std::nullopt;
  for (std::size_t i = 0; Json& item : (*json)["items"].items()) {
    const bool waits = is_any(needs[i]);
    if (waits) last = last && (*ready)[i] ? std::optional(std::max(*last, *(*ready)[i])) : std::nullopt;
    item["expected_delivery_date"] = waits ? shown((*ready)[i]) : Json();
    ++i;
  }
  (*json)["expected_delivery_date"] = shown(last);
  found->json = json->str();
  return found;
}

}  // namespace layerline::internal
