// /admin: workshops, keys, rules, erasure, parked effects.
#include <fmt/format.h>

#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/limits.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

struct NewKey {
  std::string text;       // shown once
  settings::IssueKey command;
};

std::optional<settings::Role> role_named(std::string_view name) {
  for (const settings::Role role : {settings::Role::customer, settings::Role::operator_, settings::Role::admin, settings::Role::service})
    if (settings::name(role) == name) return role;
  return std::nullopt;
}

NewKey make_key(settings::Role role, std::string customer) {
  NewKey key;
  key.text = "ll_" + crypto::base64url(crypto::random_bytes(24));
  const crypto::Sha256Digest digest = crypto::sha256(key.text);
  key.command = {crypto::hex(crypto::random_bytes(8)), std::string(digest.begin(), digest.end()), role, CustomerId(std::move(customer))};
  return key;
}

// Issues a key and shows it, once.
awaitable<Response> issue_to(Api& api, app::Envelope command, NewKey key) {
  const std::string workshop = command.workshop;
  command.command = key.command;
  Response response = co_await tell(api, std::move(command), 201);
  if (response.status != 201) co_return response;
  const std::string role(settings::name(key.command.role));
  api.access.add(key.command.hash, {workshop, role, key.command.key_id, key.command.customer.str()});
  std::string out;
  json::Writer(out).begin_object().member("key", key.text).member("key_id", key.command.key_id).member("role", role)
      .member("workshop", workshop).member("customer_id", key.command.customer.str()).end();
  response.body = std::move(out);
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

awaitable<Response> issue_key(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const auto role = role_named(body->text("role"));
  std::string customer = body->text("customer_id");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!role) co_return http::problem(400, "unknown-role", "The role is customer, operator, admin or service.");
  if (*role == settings::Role::customer && customer.empty()) customer = "customer-" + crypto::hex(crypto::random_bytes(8));
  auto command = envelope(api, *caller, request, settings::IssueKey{});
  if (!command) co_return std::move(command.error());
  command->command_id.clear();   // the answer holds the key, which is kept nowhere: it can't be repeated
  co_return co_await issue_to(api, std::move(*command), make_key(*role, std::move(customer)));
}

awaitable<Response> revoke_key(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await tell(api, *caller, request, settings::RevokeKey{std::string(request.parameter("id"))});
}

bool plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name != app::platform &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// An admin of the platform opens a workshop: listed in the directory first, then opened in its partition; a repeat completes what is
// missing.
awaitable<Response> open_workshop(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  if (caller->access.workshop != app::platform) co_return http::problem(403, "forbidden", "This needs an admin key of the platform.");
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string workshop = body->text("workshop", "id");
  settings::OpenWorkshop open{WorkshopId(workshop), body->text("name"), body->text("currency"), body->text("operator_email")};
  const std::int64_t wanted = body->integer("partition", -1);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!plain_name(workshop)) co_return http::problem(400, "bad-workshop", "A workshop's id has 1 to 40 of a-z, 0-9 and '-'.");
  if (wanted >= static_cast<std::int64_t>(api.partitions))
    co_return http::problem(400, "bad-partition", fmt::format("There are {} partitions.", api.partitions));
  if (open.currency.empty()) open.currency = "USD";
  if (open.name.empty()) open.name = workshop;
  const auto known = api.directory.listed_in(workshop);   // it may have moved since
  const std::uint32_t partition = known         ? *known
                                  : wanted >= 0 ? static_cast<std::uint32_t>(wanted)
                                                : api.directory.emptiest(api.partitions);

  Response listed = co_await tell(api, *caller, request, settings::ListWorkshop{WorkshopId(workshop), partition});
  if (listed.status != 200) co_return listed;
  api.directory.add(workshop, partition);
  app::Envelope command;
  command.workshop = workshop;
  command.actor = caller->actor();
  command.cause = "http";
  command.command = open;
  Response opened = co_await tell(api, command);
  if (opened.status != 200) co_return opened;
  co_return co_await issue_to(api, std::move(command), make_key(settings::Role::admin, ""));
}

// An admin of the platform, about a workshop that there is.
std::expected<Caller, Response> authenticate_platform(const Api& api, const Request& request) {
  auto caller = authenticate_admin(api, request);
  if (caller && caller->access.workshop != app::platform)
    return std::unexpected(http::problem(403, "forbidden", "This needs an admin key of the platform."));
  const std::string workshop(request.parameter("id"));
  if (caller && (!plain_name(workshop) || !api.directory.partition_of(workshop)))
    return std::unexpected(http::problem(404, "not-found", "There is no such workshop."));
  return caller;
}

awaitable<Response> show_workshop(Api& api, Request& request) {
  auto caller = authenticate_platform(api, request);
  if (!caller) co_return std::move(caller.error());
  const std::string workshop(request.parameter("id"));
  std::string out;
  json::Writer(out).begin_object().member("workshop", workshop).member("partition", *api.directory.partition_of(workshop)).end();
  co_return http::json_response(200, std::move(out));
}

// Accepted once the workshop is sealed where it is; the owner of the target does the rest, come what may.
awaitable<Response> move_workshop(Api& api, Request& request) {
  auto caller = authenticate_platform(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::int64_t wanted = body->integer("partition", -1);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (wanted < 0 || wanted >= static_cast<std::int64_t>(api.partitions))
    co_return http::problem(400, "bad-partition", fmt::format("There are {} partitions.", api.partitions));
  auto command = envelope(api, *caller, request, Command{});
  if (!command) co_return std::move(command.error());
  command->workshop = request.parameter("id");
  command->leaves_for = static_cast<std::uint32_t>(wanted);
  co_return co_await tell(api, std::move(*command));
}

awaitable<Response> erase(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string customer = body->text("customer_id", "subject");
  if (auto wrong = body->error()) co_return std::move(*wrong);
  Response response = co_await tell(api, *caller, request, settings::EraseSubject{customer});
  if (response.status != 200) co_return response;
  if (!api.destroy_key(customer)) co_return http::problem(500, "erasure-incomplete", "The key could not be destroyed; repeat the request.");
  co_return response;
}

std::vector<ShippingRule> read_shipping_options(Body& body) {
  std::vector<ShippingRule> options;
  for (Body& option : body.objects("shipping_options")) {
    options.push_back({option.text("id"), option.text("name"), option.amount("price").value_or(-1), option.amount("free_from").value_or(0),
                       option.integer("days", 0), option.texts("countries")});
    body.blame(option);
  }
  return options;
}

std::vector<WorkStepRule> read_work_steps(Body& body) {
  constexpr std::int64_t ms_per_hour = 3'600'000;
  std::vector<WorkStepRule> steps;
  for (Body& step : body.objects("work_step_hours")) {
    steps.push_back({step.text("step"), step.scaled("hours", ms_per_hour).value_or(-1)});
    body.blame(step);
  }
  return steps;
}

awaitable<Response> configure(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  auto rules = api.rules.find(caller->access.workshop);
  if (!rules) co_return http::problem(404, "not-found", "There is no such workshop.");
  const auto set = [&](std::string_view name, std::int64_t& value) { value = body->integer(name, value); };
  set("machine_price_per_hour", rules->machine_price_per_hour);
  set("labour_per_unit", rules->labour_per_unit);
  set("overhead_per_unit", rules->overhead_per_unit);
  set("markup_basis_points", rules->markup_basis_points);
  set("rush_basis_points", rules->rush_basis_points);
  set("minimum_order", rules->minimum_order);
  set("print_hours_per_day", rules->print_hours_per_day);
  set("extra_delivery_days", rules->extra_delivery_days);
  set("quote_valid_days", rules->quote_valid_days);
  set("approve_up_to_total", rules->approve_up_to_total);
  set("approve_up_to_quantity", rules->approve_up_to_quantity);
  set("largest_part_x_um", rules->largest_part_x_um);
  set("largest_part_y_um", rules->largest_part_y_um);
  set("largest_part_z_um", rules->largest_part_z_um);
  set("low_stock_mg", rules->low_stock_mg);
  set("checkout_hold_ms", rules->checkout_hold_ms);
  set("cart_days", rules->cart_days);
  if (body->has("work_step_hours")) rules->work_steps = read_work_steps(*body);
  if (body->has("shipping_options")) rules->shipping_options = read_shipping_options(*body);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await tell(api, *caller, request, settings::Configure{std::move(*rules)});
}

awaitable<Response> effects(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::effects, *caller, request);
}

awaitable<Response> retry_effect(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await tell(api, *caller, request, layerline::effects::RetryEffect{EffectId(std::string(request.parameter("id")))});
}

}  // namespace

void add_administration(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::post, "/api/v1/admin/workshops", bind(open_workshop));
  router.add(Method::get, "/api/v1/admin/workshops/{id}", bind(show_workshop));
  router.add(Method::post, "/api/v1/admin/workshops/{id}/moves", bind(move_workshop));
  router.add(Method::post, "/api/v1/admin/keys", bind(issue_key));
  router.add(Method::del, "/api/v1/admin/keys/{id}", bind(revoke_key));
  router.add(Method::patch, "/api/v1/admin/rules", bind(configure));
  router.add(Method::post, "/api/v1/admin/erasures", bind(erase));
  router.add(Method::get, "/api/v1/admin/effects", bind(effects));
  router.add(Method::post, "/api/v1/admin/effects/{id}/retry", bind(retry_effect));
}

}  // namespace layerline::rest
