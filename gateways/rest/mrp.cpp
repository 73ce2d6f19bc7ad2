// /mrp: what has to be made and bought, why, and the step from a planned order to a real one.
#include <charconv>

#include "domain/planning/facts.hpp"
#include "gateways/internal/limits.hpp"
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/limits.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::rest {
namespace {

using internal::ReadPlan;
using store::Json;

std::string id_of(const Request& request) { return std::string(request.parameter("id")); }

ReadPlan reading(ReadPlan::What what, std::string id = {}, std::uint32_t weeks = 1) {
  return {what, std::move(id), weeks, static_cast<std::uint64_t>(now_ms())};
}

awaitable<Response> show(Api& api, Request& request, Caller caller, ReadPlan read) {
  auto shown = co_await api.views.plan(caller, request, std::move(read));
  if (!shown) co_return std::move(shown.error());
  Response response = http::json_response(200, std::move(shown->document.json));
  api.views.add_position(response, caller.partition, shown->next_offset);
  co_return response;
}

awaitable<Response> requirements(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  std::uint32_t weeks = limits::plan_weeks_default;
  if (const auto text = request.query("weeks")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), weeks);
    if (error != std::errc() || end != text->data() + text->size() || weeks == 0 || weeks > internal::limits::plan_weeks)
      co_return http::problem(400, "bad-weeks", "The number of weeks is 1 to 52.");
  }
  const std::string item(request.query("item").value_or(""));
  co_return co_await show(api, request, std::move(*caller), reading(ReadPlan::What::requirements, item, weeks));
}

// The plan is always of now: to run it again is to look at it again.
awaitable<Response> run(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await show(api, request, std::move(*caller), reading(ReadPlan::What::orders));
}

// ---- from a planned order to a real one ----

Time time_of(std::string_view day) {
  const auto parsed = planning::parse_day(day);
  return parsed ? Time{std::chrono::duration_cast<std::chrono::milliseconds>(parsed->time_since_epoch()).count()} : Time{};
}

mrp::FirmPlanned command_of(const Json& order, bool release_now) {
  mrp::FirmPlanned command{FirmOrderId(fresh_id()), std::string(order.text("item_id")), order.integer("quantity"),
                           time_of(order.text("release")), time_of(order.text("due")), {}, order.integer("seen"), release_now};
  const Json* pegs = order.find("pegs");
  if (pegs == nullptr || pegs->array() == nullptr) return command;
  for (const Json& peg : *pegs->array()) command.pegs.push_back({std::string(peg.text("demand")), peg.integer("quantity")});
  return command;
}

// A planned order that is no longer there may be one that this very request has firmed before: its key gets the first answer again, and
// any other caller hears that there is none.
awaitable<Response> firm_or_release(Api& api, Request& request, bool release_now) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::int64_t quantity = body->integer("quantity", 0);
  const bool other_quantity = body->has("quantity");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  auto shown = co_await api.views.plan(*caller, request, reading(ReadPlan::What::order, id_of(request)));
  if (!shown && shown.error().status != 404) co_return std::move(shown.error());
  const auto order = shown ? Json::parse(shown->document.json) : Json();
  const bool firm = order && order->text("status") == "firm";
  if (firm && release_now) {
    const mrp::ReleaseFirm release{FirmOrderId(id_of(request)), ProductionOrderId(fresh_id())};
    co_return co_await tell(api, *caller, request, release, {}, 201);
  }
  mrp::FirmPlanned command = command_of(order.value_or(Json()), release_now);
  if (firm) command.item.clear();   // it is firm already
  if (other_quantity) command.quantity = quantity;
  co_return co_await tell(api, *caller, request, std::move(command), {}, 201);
}

awaitable<Response> firm(Api& api, Request& request) { return firm_or_release(api, request, false); }
awaitable<Response> release(Api& api, Request& request) { return firm_or_release(api, request, true); }

awaitable<Response> drop(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await tell(api, *caller, request, mrp::DropFirm{FirmOrderId(id_of(request))});
}

}  // namespace

void add_mrp(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/mrp/material-requirements", bind(requirements));
  router.add(Method::post, "/api/v1/mrp/run", bind(run));
  const std::string orders = "/api/v1/mrp/planned-orders";
  router.add(Method::get, orders, bind(run));
  router.add(Method::post, orders + "/{id}/firm", bind(firm));
  router.add(Method::post, orders + "/{id}/release", bind(release));
  router.add(Method::del, orders + "/{id}", bind(drop));
}

}  // namespace layerline::rest
