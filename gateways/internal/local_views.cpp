#include "gateways/internal/local_views.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "gateways/internal/connections.hpp"
#include "gateways/internal/dates.hpp"
#include "gateways/internal/limits.hpp"
#include "gateways/internal/promises.hpp"
#include "gateways/internal/shop_front.hpp"
#include "gateways/internal/sorting.hpp"
#include "infra/json/writer.hpp"
#include "infra/store/json_tree.hpp"
#include "projections/analytics.hpp"
#include "projections/buyers.hpp"
#include "projections/customers.hpp"
#include "projections/effects.hpp"
#include "projections/files.hpp"
#include "projections/inventory.hpp"
#include "projections/limits.hpp"
#include "projections/lots.hpp"
#include "projections/orders.hpp"
#include "projections/printers.hpp"
#include "projections/production.hpp"
#include "projections/products.hpp"
#include "projections/purchases.hpp"
#include "projections/quotes.hpp"
#include "projections/shipments.hpp"

namespace layerline::internal {
namespace {

namespace p = projections;
using boost::asio::awaitable;
using store::Json;
using Clock = std::chrono::steady_clock;
using Found = std::expected<p::Document, p::QueryError>;

// ---- stock ----

// The most that one material of this type and colour (empty: any) has; {known, colour known, milligrams}.
struct Stock {
  bool material_known = false;
  bool colour_known = false;
  std::int64_t best_mg = 0;
};

std::expected<Stock, p::QueryError> stock_of(const p::Queries& queries, const p::Scope& scope, const ReadAvailability& wanted) {
  Stock stock;
  p::PageRequest request{"", p::page_max};
  do {
    const auto materials = p::inventory::list(queries, {scope.partition, scope.workshop, {}}, "", "", request);
    if (!materials) return std::unexpected(materials.error());
    for (const p::Document& document : materials->items) {
      const auto json = Json::parse(document.json);
      if (!json || json->text("material") != wanted.type) continue;
      stock.material_known = true;
      if (!wanted.colour.empty() && json->text("color") != wanted.colour) continue;
      stock.colour_known = true;
      stock.best_mg = std::max(stock.best_mg, json->integer("available_mg"));
    }
    request.cursor = materials->cursor;
  } while (!request.cursor.empty());
  return stock;
}

Found availability(const p::Queries& queries, const p::Scope& scope, const ReadAvailability& wanted) {
  const auto stock = stock_of(queries, scope, wanted);
  if (!stock) return std::unexpected(stock.error());
  p::Document out;
  json::Writer(out.json).begin_object().member("material_known", stock->material_known).member("color_known", stock->colour_known)
      .member("in_stock", stock->colour_known && stock->best_mg >= wanted.milligrams).member("available_mg", stock->best_mg)
      .member("needed_mg", wanted.milligrams).end();
  return out;
}

Found quote_with_availability(const p::Queries& queries, const p::Scope& scope, const std::string& id, const Dates& dates) {
  Found quote = dates.quote(p::quotes::find(queries, scope, id));
  const auto json = quote ? Json::parse(quote->json) : std::nullopt;
  if (!json || !quote->json.ends_with('}')) return quote;
  const Json* breakdown = json->find("breakdown");
  const std::int64_t needed_mg = breakdown == nullptr ? 1 : breakdown->integer("material_mg") * json->integer("quantity");
  const auto stock = availability(queries, scope, {std::string(json->text("material_type")), std::string(json->text("color")), needed_mg});
  if (!stock) return stock;
  quote->json.pop_back();
  quote->json.append(",\"availability\":").append(stock->json).append("}");
  return quote;
}

// ---- documents and pages ----

// "used_by": the newest page of its uses.
Found lot_with_uses(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found lot = p::lots::find(queries, scope, id);
  if (!lot || !lot->json.ends_with('}')) return lot;
  const auto uses = p::lots::uses_of_lot(queries, scope, id, {"", p::page_max});
  if (!uses) return std::unexpected(uses.error());
  lot->json.pop_back();
  lot->json.append(",\"used_by\":").append(json_of(*uses)).append("}");
  return lot;
}

// By its id or its SKU.
Found product(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found product = p::products::find(queries, scope, id);
  return product ? product : p::products::find_by_sku(queries, scope, id);
}

// "places": the first page of where its finished units lie.
Found product_with_places(const p::Queries& queries, const p::Scope& scope, const std::string& id_or_sku) {
  Found product = internal::product(queries, scope, id_or_sku);
  const auto json = product ? Json::parse(product->json) : std::nullopt;
  if (!json || !product->json.ends_with('}')) return product;
  const auto units = p::lots::units(queries, scope, json->text("id"), "", {"", p::page_max});
  if (!units) return std::unexpected(units.error());
  Json::Array places;
  for (const p::Document& document : units->items) {
    const Json there = Json::parse(document.json).value_or(Json());
    places.push_back(Json{{"location", there.text("location")}, {"on_hand", there.integer("on_hand")}});
  }
  product->json.pop_back();
  product->json.append(",\"places\":").append(Json(std::move(places)).str()).append("}");
  return product;
}

std::expected<p::Page, p::QueryError> units(const p::Queries& queries, const p::Scope& scope, const ReadPage& read,
                                            const p::PageRequest& request) {
  const Found known = read.owner.empty() ? Found() : product(queries, scope, read.owner);
  if (!known && known.error() == p::QueryError::damaged) return std::unexpected(known.error());
  const auto json = known ? Json::parse(known->json) : std::nullopt;
  return p::lots::units(queries, scope, json ? json->text("id") : std::string_view(read.owner), read.category, request);
}

// "orders": a page of them; /orders?customer_id= goes on with its cursor.
Found buyer_with_orders(const p::Queries& queries, const p::Scope& scope, const std::string& id) {
  Found buyer = p::buyers::find(queries, scope, id);
  if (!buyer || !buyer->json.ends_with('}')) return buyer;
  auto orders = p::orders::list(queries, scope, {.customer = id}, {"", p::page_default});
  if (!orders) return std::unexpected(orders.error());
  for (p::Document& order : orders->items) {
    const Json whole = Json::parse(order.json).value_or(Json());
    Json in_short = Json::Object{};
    for (const char* name : {"id", "order_number", "status", "source", "total_price", "created_at"})
      if (const Json* member = whole.find(name)) in_short[name] = *member;
    order.json = in_short.str();
  }
  buyer->json.pop_back();
  buyer->json.append(",\"orders\":").append(json_of(*orders)).append("}");
  return buyer;
}

Found payment_of_order(const p::Queries& queries, const p::Scope& scope, const std::string& order_id) {
  const Found order = p::orders::find(queries, scope, order_id);
  if (!order) return order;
  const auto json = Json::parse(order->json);
  if (!json) return std::unexpected(p::QueryError::damaged);
  return p::orders::find_payment(queries, scope, json->text("payment_id"));
}

Found find(const p::Queries& queries, const p::Scope& scope, const FindDocument& find, const Dates& dates) {
  switch (find.thing) {
    case Thing::quote: return p::quotes::find(queries, scope, find.id);
    case Thing::quote_with_availability: return quote_with_availability(queries, scope, find.id, dates);
    case Thing::order: return dates.order(p::orders::find(queries, scope, find.id));
    case Thing::production_order: return dates.production_order(p::production::find(queries, scope, find.id));
    case Thing::material: return p::inventory::find(queries, scope, find.id);
    case Thing::printer: return p::printers::find(queries, scope, find.id);
    case Thing::product: return product_with_places(queries, scope, find.id);
    case Thing::file: return p::files::find(queries, scope, find.id);
    case Thing::payment: return p::orders::find_payment(queries, scope, find.id);
    case Thing::payment_of_order: return payment_of_order(queries, scope, find.id);
    case Thing::tracking: return dates.tracking(p::shipments::find_tracking(queries, scope, find.id), find.id);
    case Thing::lot: return lot_with_uses(queries, scope, find.id);
    case Thing::offer: return offer(queries, scope, find.id);
    case Thing::cart: return dates.cart(cart(queries, scope, find.id));
    case Thing::purchase_order: return p::purchases::find(queries, scope, find.id);
    case Thing::supplier: return p::purchases::find_supplier(queries, scope, find.id);
    case Thing::customer: return p::customers::find(queries, scope, find.id);
    case Thing::buyer: return buyer_with_orders(queries, scope, find.id);
    case Thing::printer_connections: return printer_connections(queries, scope);
  }
  std::unreachable();
}

std::expected<p::Page, p::QueryError> production_orders(const p::Queries& queries, const p::Scope& scope, const ReadPage& read,
                                                        const Sorting& sorting, const p::PageRequest& request) {
  const bool waiting = read.status == "waiting";
  if (waiting && (read.sort.empty() || sorting.by == "priority"))
    return p::production::queue(queries, scope, request, made_within(read.period));
  if (!sorting.by.empty()) return p::production::list_by(queries, scope, sorting.by, read.status, request, made_within(read.period));
  if (waiting) return p::production::list_by(queries, scope, "created_at", read.status, within(read.period, request));
  return p::production::list(queries, scope, read.status, within(read.period, request));
}

std::expected<p::Page, p::QueryError> page(const p::Queries& queries, const p::Scope& scope, const ReadPage& read, const Dates& dates) {
  const Sorting sorting = sorting_of(read.sort);
  const p::PageRequest request{read.cursor, read.limit, sorting.direction};
  switch (read.list) {
    case List::quotes: return p::quotes::list(queries, scope, read.owner, read.status, within(read.period, request));
    case List::orders:
      return p::orders::list(queries, scope, {read.owner, read.status, read.category, read.search}, within(read.period, request));
    case List::production_orders: return dates.production_orders(production_orders(queries, scope, read, sorting, request));
    case List::materials: return p::inventory::list(queries, scope, read.status, sorting.by, request);
    case List::ledger: return p::inventory::ledger(queries, scope, read.owner, request);
    case List::printers: return p::printers::list(queries, scope, read.status, sorting.by, request);
    case List::products:
      return p::products::list(queries, scope, {read.category, read.search, read.status, read.owner}, sorting.by, request);
    case List::product_ledger: return p::products::ledger(queries, scope, read.owner, request);
    case List::offers:
      return offers(queries, scope, {read.category, read.search, "active", read.owner}, read.status == "in_stock", sorting.by, request);
    case List::sku_mappings: return p::products::mappings(queries, scope, request);
    case List::purchase_orders: return p::purchases::list(queries, scope, read.status, sorting.by, request);
    case List::suppliers: return p::purchases::suppliers(queries, scope, request);
    case List::effects: return p::effects::list(queries, scope, read.status, request);
    case List::lots: return p::lots::list(queries, scope, read.owner, read.status, request);
    case List::lot_uses: return p::lots::uses_of_lot(queries, scope, read.owner, request);
    case List::order_materials: return p::lots::materials_of_order(queries, scope, read.owner, request);
    case List::locations: return p::lots::locations(queries, scope, request);
    case List::work_steps: return dates.work_steps(p::production::work_steps(queries, scope, read.status, request));
    case List::print_costs: return p::analytics::jobs(queries, scope, {read.owner, read.category}, read.period, request);
    case List::order_costs: return p::analytics::orders(queries, scope, read.period, request);
    case List::product_costs: return p::analytics::products(queries, scope, request);
    case List::buyers: return p::buyers::list(queries, scope, read.status, sorting.by, request);
    case List::categories: return p::products::categories(queries, scope, request);
    case List::units: return units(queries, scope, read, request);
  }
  std::unreachable();
}

struct Ask {
  const p::Queries& queries;
  const p::Scope& scope;
  Outlooks& outlooks;
  Plans& plans;

  Found operator()(const FindDocument& what) const { return find(queries, scope, what, Dates(queries, scope, outlooks)); }
  Found operator()(const ReadAvailability& what) const { return availability(queries, scope, what); }
  Found operator()(const ReadUnits& what) const { return promise(queries, scope, what, outlooks); }
  Found operator()(const ReadPlan& what) const { return plans.read(scope, what); }
  Found operator()(const ReadDays& what) const {
    using std::chrono::days;
    return p::analytics::days(queries, scope, std::chrono::sys_days(days(what.from)), std::chrono::sys_days(days(what.to)));
  }
  Found operator()(const ReadPage& what) const {
    const auto items = page(queries, scope, what, Dates(queries, scope, outlooks));
    if (!items) return std::unexpected(items.error());
    p::Document out;
    out.json = json_of(*items);
    return out;
  }
};

bool unchanged(const Question& question, const Answer& answer) {
  const auto* find = std::get_if<FindDocument>(&question.what);
  if (find == nullptr || find->awaited_change.empty()) return false;
  return answer.outcome == Answer::Outcome::not_found || answer.document.status == find->awaited_change;
}

// ---- waiting ----

// True: visible. The callback of the projector's thread only wakes the io thread.
awaitable<bool> wait_visible(boost::asio::io_context& io, p::Projector& projector, Needed needed, Clock::time_point deadline) {
  if (projector.next_offset(needed.partition) > needed.offset) co_return true;
  struct Waiting {
    Waiting(boost::asio::io_context& context, Clock::time_point until) : timer(context, until) {}
    boost::asio::steady_timer timer;
  };
  auto waiting = std::make_shared<Waiting>(io, deadline);
  const auto ticket = projector.when(needed.partition, needed.offset, [&io, waiting] {
    boost::asio::post(io, [waiting] { waiting->timer.cancel(); });
  });
  if (!ticket) co_return false;
  boost::system::error_code cancelled;
  co_await waiting->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  projector.cancel(*ticket);
  co_return projector.next_offset(needed.partition) > needed.offset;
}

awaitable<void> pause(boost::asio::io_context& io) {
  boost::asio::steady_timer timer(io, limits::poll_time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace

Answer LocalViews::read(const Question& question) const {
  Answer answer;
  // Before it is read: what is visible already will be in it.
  answer.next_offset = projector_.next_offset(question.scope.partition);
  Found found = std::visit(Ask{queries_, question.scope, outlooks_, *plans_}, question.what);
  if (found) {
    answer.outcome = Answer::Outcome::found;
    answer.document = std::move(*found);
  } else {
    answer.outcome = found.error() == p::QueryError::damaged ? Answer::Outcome::damaged : Answer::Outcome::not_found;
  }
  return answer;
}

// On the thread of the plans: the io thread does not net.
awaitable<Answer> LocalViews::read_planning(const Question& question) const {
  const auto reading = [&]() -> awaitable<Answer> { co_return read(question); };
  co_return co_await boost::asio::co_spawn(*planning_, reading, boost::asio::use_awaitable);
}

std::optional<Answer> LocalViews::at_once(const Question& question) const {
  if (std::holds_alternative<ReadPlan>(question.what)) return std::nullopt;
  for (const Needed& needed : question.needed)
    if (projector_.next_offset(needed.partition) <= needed.offset) return std::nullopt;
  Answer answer = read(question);
  return unchanged(question, answer) ? std::nullopt : std::optional(std::move(answer));
}

awaitable<Answer> LocalViews::answer(Question question) const {
  const auto deadline = Clock::now() + std::chrono::milliseconds(question.wait_ms);
  for (const Needed& needed : question.needed) {
    if (co_await wait_visible(io_, projector_, needed, deadline)) continue;
    co_return Answer{.outcome = Answer::Outcome::late, .next_offset = projector_.next_offset(question.scope.partition)};
  }
  if (std::holds_alternative<ReadPlan>(question.what)) co_return co_await read_planning(question);
  while (true) {
    Answer answer = read(question);
    if (!unchanged(question, answer) || Clock::now() >= deadline) co_return answer;
    co_await pause(io_);
  }
}

}  // namespace layerline::internal
