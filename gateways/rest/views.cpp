#include "gateways/rest/views.hpp"

#include <charconv>
#include <utility>

#include "gateways/internal/limits.hpp"
#include "gateways/internal/sorting.hpp"
#include "gateways/rest/api.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/period.hpp"
#include "projections/projector.hpp"

namespace layerline::rest {
namespace {

using internal::FindDocument;
using internal::Needed;
using internal::Question;
using internal::ReadPage;

std::string_view missing(Thing thing) {
  switch (thing) {
    case Thing::quote:
    case Thing::quote_with_availability: return "There is no such quote.";
    case Thing::order: return "There is no such order.";
    case Thing::production_order: return "There is no such production order.";
    case Thing::material: return "There is no such material.";
    case Thing::printer_connections:
    case Thing::printer: return "There is no such printer.";
    case Thing::product:
    case Thing::offer: return "There is no such product.";
    case Thing::cart: return "There is no such cart.";
    case Thing::file: return "There is no such file.";
    case Thing::payment: return "There is no such payment.";
    case Thing::payment_of_order: return "There is no such order, or it has no payment.";
    case Thing::tracking: return "This link is not valid.";
    case Thing::lot: return "There is no such lot.";
    case Thing::purchase_order: return "There is no such purchase order.";
    case Thing::supplier: return "There is no such supplier.";
    case Thing::customer:
    case Thing::buyer: return "There is no such customer.";
  }
  std::unreachable();
}

Response later(std::string_view type, std::string_view detail) {
  Response response = http::problem(503, type, detail);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response unavailable() { return later("view-unavailable", "Nobody can show this now; try again."); }

std::optional<std::uint32_t> limit_of(const Request& request) {
  const auto text = request.query("limit");
  if (!text) return limits::page_default;
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit == 0 || limit > limits::page_max) return std::nullopt;
  return limit;
}

Response bad_limit() { return http::problem(400, "bad-limit", "The limit is a number from 1 to 200."); }

// Why the request's list is not shown; nullopt: it can be.
std::optional<Response> refusal_of(List list, const Request& request) {
  if (!limit_of(request)) return bad_limit();
  const auto sort = request.query("sort");
  if (!sort || (!sort->empty() && internal::can_sort(list, *sort))) return std::nullopt;
  std::string fields;
  for (const std::string_view field : internal::sorts_of(list)) fields.append(fields.empty() ? "" : " ").append(field);
  const std::string_view why = fields.empty() ? "This list has one order." : "Sort it by one of the fields, with a - before it descending.";
  return http::problem(422, "not-sortable", why, {{"fields", fields}});
}

// Of the time in which they were made.
bool has_period(List list) { return list == List::quotes || list == List::orders || list == List::production_orders; }

Response bad_position(int status) {
  return http::problem(status, "bad-position", "Layerline-Min-Position takes the Layerline-Position of an earlier answer.");
}

// What Layerline-Min-Position asks for. One that may be another journal's is a condition that can never be met here.
std::expected<std::vector<Needed>, Response> needed_of(const Request& request, std::string_view journal_id) {
  const std::string_view wanted = request.header("Layerline-Min-Position");
  if (wanted.empty()) return std::vector<Needed>();
  const auto token = projections::parse_token(wanted);
  if (!token || token->offsets.size() > internal::limits::needed_offsets) return std::unexpected(bad_position(400));
  if (token->journal_id != journal_id) return std::unexpected(bad_position(412));
  std::vector<Needed> needed;
  for (const auto& [partition, offset] : token->offsets) needed.push_back({partition, offset});
  return needed;
}

// What anybody may see is nobody's own.
bool is_public(const decltype(Question::what)& what) {
  if (const auto* find = std::get_if<FindDocument>(&what)) return find->thing == Thing::offer;
  const auto* page = std::get_if<ReadPage>(&what);
  return page != nullptr && (page->list == List::offers || page->list == List::categories);
}

// A customer sees his own, the staff all of the workshop.
projections::Scope scope_of(const Caller& caller, const decltype(Question::what)& what) {
  return {caller.partition, caller.access.workshop, caller.staff() || is_public(what) ? std::string() : caller.access.customer};
}

}  // namespace

// ---- asking ----

Views::Asked Views::question(const Caller& caller, const Request& request, decltype(Question::what) what) const {
  // A scope without a customer is that of the staff.
  if (!caller.staff() && caller.access.customer.empty() && !is_public(what))
    return std::unexpected(http::problem(403, "forbidden", "This key belongs to no customer."));
  auto needed = needed_of(request, journal_id_);
  if (!needed) return std::unexpected(std::move(needed.error()));
  const std::int64_t wait_ms = needed->empty() ? 0 : limits::visible_wait_ms;
  projections::Scope scope = scope_of(caller, what);
  return Question{std::move(scope), std::move(what), std::move(*needed), wait_ms};
}

awaitable<Shown> Views::ask(Asked asked, std::string_view missing) const {
  if (!asked) co_return std::unexpected(std::move(asked.error()));
  std::optional<Answer> answer;
  if (local_ != nullptr) {
    answer = local_->at_once(*asked);
    if (!answer) answer = co_await local_->answer(std::move(*asked));
  } else {
    answer = co_await remote_->ask(std::move(*asked));
  }
  if (!answer) co_return std::unexpected(unavailable());
  switch (answer->outcome) {
    case Answer::Outcome::found: co_return std::move(*answer);
    case Answer::Outcome::not_found: co_return std::unexpected(http::problem(404, "not-found", missing));
    case Answer::Outcome::damaged: co_return std::unexpected(unavailable());
    case Answer::Outcome::late:
      co_return std::unexpected(later("not-up-to-position", "The view has not reached that position yet."));
  }
  std::unreachable();
}

awaitable<Shown> Views::find(Thing thing, const Caller& caller, const Request& request, std::string id) const {
  return ask(question(caller, request, FindDocument{thing, std::move(id)}), missing(thing));
}

awaitable<Shown> Views::availability(const Caller& caller, const Request& request, internal::ReadAvailability wanted) const {
  return ask(question(caller, request, std::move(wanted)), missing(Thing::material));
}

awaitable<Shown> Views::units(const Caller& caller, const Request& request, internal::ReadUnits wanted) const {
  return ask(question(caller, request, std::move(wanted)), missing(Thing::product));
}

awaitable<Shown> Views::plan(const Caller& caller, const Request& request, internal::ReadPlan read) const {
  return ask(question(caller, request, std::move(read)), "There is no such order in the plan.");
}

awaitable<Shown> Views::days(const Caller& caller, const Request& request, internal::ReadDays wanted) const {
  return ask(question(caller, request, wanted), "There is no such report.");
}

awaitable<Shown> Views::tracking(std::uint32_t partition, const std::string& workshop, std::string order) const {
  return ask(Question{{partition, workshop, {}}, FindDocument{Thing::tracking, std::move(order)}}, missing(Thing::tracking));
}

awaitable<Shown> Views::measured_quote(const Caller& caller, std::string id, std::int64_t wait_ms) const {
  return ask(Question{{caller.partition, caller.access.workshop, {}},
                      FindDocument{Thing::quote_with_availability, std::move(id), "draft"}, {}, wait_ms},
             missing(Thing::quote));
}

awaitable<Response> Views::list(List list, const Caller& caller, const Request& request) const {
  ReadPage read{list, caller.staff() ? std::string(request.query("customer_id").value_or("")) : caller.access.customer,
                std::string(request.query("status").value_or(""))};
  read.category = request.query(list == List::orders ? "source" : "category").value_or("");
  read.search = request.query("search").value_or("");
  if (list == List::buyers) read.status = request.query("kind").value_or("");
  if (list == List::products || list == List::offers) read.owner = request.query("parent").value_or("");
  if (list == List::offers) read.status = request.query("in_stock") == "true" ? "in_stock" : "";
  return page_of(std::move(read), caller, request);
}

awaitable<Response> Views::list_of(List list, std::string owner, const Caller& caller, const Request& request) const {
  return page_of({list, std::move(owner), std::string(request.query("status").value_or(""))}, caller, request);
}

awaitable<Response> Views::page_of(ReadPage read, const Caller& caller, const Request& request) const {
  if (auto refusal = refusal_of(read.list, request)) return page(std::unexpected(std::move(*refusal)));
  read.cursor = request.query("cursor").value_or("");
  read.limit = *limit_of(request);
  read.sort = request.query("sort").value_or("");
  if (has_period(read.list)) {
    auto period = period_of(request);
    if (!period) return page(std::unexpected(std::move(period.error())));
    read.period = *period;
  }
  return page(question(caller, request, std::move(read)));
}

awaitable<Response> Views::page(Asked asked) const {
  const std::uint32_t partition = asked ? asked->scope.partition : 0;
  auto shown = co_await ask(std::move(asked), "There is no such list.");
  if (!shown) co_return std::move(shown.error());
  Response response = http::json_response(200, std::move(shown->document.json));
  add_position(response, partition, shown->next_offset);
  co_return response;
}

awaitable<Response> Views::answer_after(Response accepted, Thing thing, const Caller& caller, std::string id) const {
  std::string_view position;
  for (const auto& [name, value] : accepted.headers)
    if (name == "Layerline-Position") position = value;
  const auto token = projections::parse_token(position);
  if (!token) co_return accepted;
  const auto& [partition, offset] = *token->offsets.begin();
  const Needed needed{partition, offset};
  auto shown = co_await ask(Question{{caller.partition, caller.access.workshop, {}}, FindDocument{thing, std::move(id)}, {needed},
                                     limits::visible_wait_ms},
                            missing(thing));
  if (shown) accepted.body = std::move(shown->document.json);
  co_return accepted;
}

// ---- answering ----

Response Views::answer(Answer found, std::uint32_t partition) const {
  Response response = http::json_response(200, std::move(found.document.json));
  response.headers.emplace_back("ETag", "\"" + std::to_string(found.document.version) + "\"");
  add_position(response, partition, found.next_offset);
  return response;
}

void Views::add_position(Response& response, std::uint32_t partition, std::uint64_t next_offset) const {
  if (next_offset > 0) response.headers.emplace_back("Layerline-Position", position_token(partition, next_offset - 1));
}

std::string Views::position_token(std::uint32_t partition, std::uint64_t offset) const {
  return projections::format_token({journal_id_, {{partition, offset}}});
}

}  // namespace layerline::rest
