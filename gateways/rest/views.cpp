#include "gateways/rest/views.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <chrono>
#include <memory>

#include "gateways/rest/api.hpp"
#include "gateways/rest/limits.hpp"
#include "infra/json/writer.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/effects.hpp"
#include "projections/files.hpp"
#include "projections/inventory.hpp"
#include "projections/orders.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/products.hpp"
#include "projections/quotes.hpp"
#include "projections/shipments.hpp"

namespace layerline::rest {
namespace {

namespace p = projections;
using store::Json;

std::optional<p::Document> found(std::expected<p::Document, p::QueryError> document) {
  return document ? std::optional(std::move(*document)) : std::nullopt;
}

std::expected<p::Document, p::QueryError> find(const p::Queries& queries, std::string_view view, const p::Scope& scope,
                                               const std::string& id) {
  if (view == "quotes") return p::quotes::find(queries, scope, id);
  if (view == "orders") return p::orders::find(queries, scope, id);
  if (view == "production") return p::production::find(queries, scope, id);
  if (view == "inventory") return p::inventory::find(queries, scope, id);
  if (view == "printers") return p::printers::find(queries, scope, id);
  if (view == "products") return p::products::find(queries, scope, id);
  if (view == "files") return p::files::find(queries, scope, id);
  return std::unexpected(p::QueryError::not_found);
}

std::expected<p::Page, p::QueryError> page(const p::Queries& queries, std::string_view view, const p::Scope& scope,
                                           std::string_view customer, std::string_view status, const p::PageRequest& request) {
  if (view == "quotes") return p::quotes::list(queries, scope, customer, status, request);
  if (view == "orders") return p::orders::list(queries, scope, customer, status, request);
  if (view == "production")
    return status == "waiting" ? p::production::queue(queries, scope, request) : p::production::list(queries, scope, status, request);
  if (view == "inventory") return p::inventory::list(queries, scope, status, request);
  if (view == "printers") return p::printers::list(queries, scope, status, request);
  if (view == "products") return p::products::list(queries, scope, request);
  if (view == "effects") return p::effects::list(queries, scope, status, request);
  return std::unexpected(p::QueryError::not_found);
}

std::optional<p::PageRequest> page_request(const http::Request& request) {
  p::PageRequest out{std::string(request.query("cursor").value_or("")), limits::page_default};
  if (const auto limit = request.query("limit")) {
    const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), out.limit);
    if (error != std::errc() || end != limit->data() + limit->size() || out.limit == 0 || out.limit > limits::page_max) return std::nullopt;
  }
  return out;
}

http::Response bad_limit() { return http::problem(400, "bad-limit", "The limit is a number from 1 to 200."); }

// True: visible. The callback of the projector's thread only wakes the io thread.
boost::asio::awaitable<bool> wait_visible(boost::asio::io_context& io, p::Projector& projector, std::uint32_t partition,
                                          std::uint64_t offset) {
  if (projector.next_offset(partition) > offset) co_return true;
  struct Waiting {
    explicit Waiting(boost::asio::io_context& context) : timer(context, std::chrono::milliseconds(limits::visible_wait_ms)) {}
    boost::asio::steady_timer timer;
    bool reached = false;
  };
  auto waiting = std::make_shared<Waiting>(io);
  const auto ticket = projector.when(partition, offset, [&io, waiting] {
    boost::asio::post(io, [waiting] {
      waiting->reached = true;
      waiting->timer.cancel();
    });
  });
  if (!ticket) co_return false;
  boost::system::error_code cancelled;
  co_await waiting->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  projector.cancel(*ticket);
  co_return waiting->reached || projector.next_offset(partition) > offset;
}

}  // namespace

std::optional<p::Document> Views::get(std::string_view view, std::uint32_t partition, const std::string& workshop,
                                      const std::string& id) const {
  return found(find(queries_, view, {partition, workshop, {}}, id));
}

http::Response Views::list(std::string_view view, const Caller& caller, const http::Request& request) const {
  const auto wanted = page_request(request);
  if (!wanted) return bad_limit();
  const std::string customer = caller.staff() ? std::string(request.query("customer_id").value_or("")) : caller.access.customer;
  const p::Scope scope{caller.partition, caller.access.workshop, caller.staff() ? std::string() : caller.access.customer};
  auto items = page(queries_, view, scope, customer, request.query("status").value_or(""), *wanted);
  if (!items) return http::problem(503, "view-unavailable", "The list can't be read now.");
  http::Response response = http::json_response(200, json_of(*items));
  response.headers.emplace_back("Layerline-Position", position_token(caller.partition, projector_.next_offset(caller.partition) - 1));
  return response;
}

http::Response Views::ledger(const Caller& caller, const std::string& material, const http::Request& request) const {
  const auto wanted = page_request(request);
  if (!wanted) return bad_limit();
  auto lines = p::inventory::ledger(queries_, {caller.partition, caller.access.workshop, {}}, material, *wanted);
  if (!lines) return http::problem(503, "view-unavailable", "The ledger can't be read now.");
  return http::json_response(200, json_of(*lines));
}

http::Response Views::answer(const p::Document& document, std::uint32_t partition) const {
  http::Response response = http::json_response(200, document.json);
  response.headers.emplace_back("ETag", "\"" + std::to_string(document.version) + "\"");
  const std::uint64_t next = projector_.next_offset(partition);
  if (next > 0) response.headers.emplace_back("Layerline-Position", position_token(partition, next - 1));
  return response;
}

std::string Views::position_token(std::uint32_t partition, std::uint64_t offset) const {
  return p::format_token({journal_id_, {{partition, offset}}});
}

boost::asio::awaitable<std::optional<http::Response>> Views::reach(boost::asio::io_context& io, const http::Request& request) const {
  const std::string_view wanted = request.header("Layerline-Min-Position");
  if (wanted.empty()) co_return std::nullopt;
  const auto token = p::parse_token(wanted);
  if (!token || token->journal_id != journal_id_)
    co_return http::problem(400, "bad-position", "Layerline-Min-Position takes the Layerline-Position of an earlier answer.");
  for (const auto& [partition, offset] : token->offsets) {
    if (co_await wait_visible(io, projector_, partition, offset)) continue;
    http::Response late = http::problem(503, "not-up-to-position", "The view has not reached that position yet.");
    late.headers.emplace_back("Retry-After", "1");
    co_return late;
  }
  co_return std::nullopt;
}

boost::asio::awaitable<http::Response> Views::answer_after(boost::asio::io_context& io, http::Response accepted, std::string_view view,
                                                           std::uint32_t partition, const std::string& workshop,
                                                           const std::string& id) const {
  std::string token;
  for (const auto& [name, value] : accepted.headers)
    if (name == "Layerline-Position") token = value;
  const auto position = p::parse_token(token);
  // Whoever is not shown the document in time still knows that the command was accepted.
  if (!position || !co_await wait_visible(io, projector_, partition, position->offsets.begin()->second)) co_return accepted;
  auto document = get(view, partition, workshop, id);
  if (!document) co_return accepted;
  accepted.body = std::move(document->json);
  co_return accepted;
}

std::optional<p::Document> Views::payment(std::uint32_t partition, const std::string& workshop, const std::string& id) const {
  return found(p::orders::find_payment(queries_, {partition, workshop, {}}, id));
}

std::optional<p::Document> Views::payment_of_order(const p::Document& order, std::uint32_t partition, const std::string& workshop) const {
  const auto json = Json::parse(order.json);
  return json ? payment(partition, workshop, std::string(json->text("payment_id"))) : std::nullopt;
}

std::optional<p::Document> Views::tracking(std::uint32_t partition, const std::string& workshop, const std::string& order) const {
  return found(p::shipments::find_tracking(queries_, {partition, workshop, {}}, order));
}

std::string Views::model_of_file(const p::Document& file) const {
  const auto json = Json::parse(file.json);
  return json ? std::string(json->text("model")) : "";
}

std::optional<std::string> Views::refusal_of_quote(const p::Document& quote) const {
  if (quote.status != "rejected") return std::nullopt;
  const auto json = Json::parse(quote.json);
  const Json* rejection = json ? json->find("rejection") : nullptr;
  return rejection == nullptr ? std::nullopt : std::optional(std::string(rejection->text("reason")));
}

quotes::Options Views::options_of_quote(const p::Document& quote) const {
  quotes::Options options;
  const auto json = Json::parse(quote.json);
  if (!json) return options;
  options.quantity = json->integer("quantity");
  options.material_type = json->text("material_type");
  options.colour = json->text("color");
  options.infill_percent = json->integer("infill");
  options.finish = json->text("finish");
  options.rush = json->flag("rush");
  return options;
}

std::string Views::status_of_order(const p::Document& order) const {
  const auto json = Json::parse(order.json);
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const char* name :
       {"id", "order_number", "status", "erp_status", "payment_status", "on_hold", "production_orders", "shipment", "updated_at"})
    if (const Json* member = json ? json->find(name) : nullptr) writer.key(name).raw(member->str());
  writer.end();
  return out;
}

std::string Views::word_of_order(const p::Document& order) const { return order.status; }

std::string Views::with_availability(const p::Document& quote, std::uint32_t partition, const std::string& workshop) const {
  const auto json = Json::parse(quote.json);
  if (!json || quote.json.empty()) return quote.json;
  const Json* breakdown = json->find("breakdown");
  const std::int64_t needed = breakdown == nullptr ? 1 : breakdown->integer("material_mg") * json->integer("quantity");
  std::string out = quote.json.substr(0, quote.json.size() - 1);
  out.append(",\"availability\":")
      .append(availability(partition, workshop, json->text("material_type"), json->text("color"), needed))
      .append("}");
  return out;
}

std::string Views::availability(std::uint32_t partition, const std::string& workshop, std::string_view type, std::string_view colour,
                                std::int64_t milligrams) const {
  std::int64_t best_mg = 0;
  bool material_known = false;
  bool colour_known = false;
  p::PageRequest request{"", limits::page_max};
  do {
    const auto materials = p::inventory::list(queries_, {partition, workshop, {}}, "", request);
    if (!materials) break;
    for (const p::Document& document : materials->items) {
      const auto json = Json::parse(document.json);
      if (!json || json->text("material") != type) continue;
      material_known = true;
      if (!colour.empty() && json->text("color") != colour) continue;
      colour_known = true;
      best_mg = std::max(best_mg, json->integer("available_mg"));
    }
    request.cursor = materials->cursor;
  } while (!request.cursor.empty());
  std::string out;
  json::Writer(out).begin_object().member("material_known", material_known).member("color_known", colour_known)
      .member("in_stock", colour_known && best_mg >= milligrams).member("available_mg", best_mg).member("needed_mg", milligrams).end();
  return out;
}

}  // namespace layerline::rest
