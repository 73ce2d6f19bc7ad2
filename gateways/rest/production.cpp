// /production-orders and /print-jobs: the queue, its files, and the prints of it.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/plate.hpp"
#include "gateways/rest/urgency.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/print_facts.hpp"

namespace layerline::rest {
namespace {

ProductionOrderId production_id(const Request& request) { return ProductionOrderId(std::string(request.parameter("id"))); }
PrintJobId job_id(const Request& request) { return PrintJobId(std::string(request.parameter("id"))); }

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::production_order, *caller, request, production_id(request).str());
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::production_orders, *caller, request);
}

// For the stock.
awaitable<Response> create(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  production::CreateProduction command{ProductionOrderId(fresh_id()), ProductId(body->text("product_id", "product")),
                                       body->integer("quantity", 1), body->flag("rush", false), read_urgency(*body)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  Response response = co_await tell(api, *caller, request, std::move(command), {}, 201);
  if (response.status != 201) co_return response;
  std::string id = json_text(std::get<std::string>(response.body), "production_order_id");
  response.headers.emplace_back("Location", "/api/v1/production-orders/" + id);
  co_return co_await api.views.answer_after(std::move(response), Thing::production_order, *caller, std::move(id));
}

awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command) {
  const std::string id = production_id(request).str();
  Response response = co_await tell(api, caller, request, std::move(command), "production/" + id);
  if (response.status != 200) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::production_order, caller, id);
}

awaitable<Response> start(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, production::StartProduction{production_id(request)});
}

awaitable<Response> complete(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  production::CompleteProduction command{production_id(request)};
  if (body->has("quantity")) command.quantity = body->integer("quantity", 0);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// Another place in the queue.
awaitable<Response> reschedule(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  production::RescheduleProduction command{production_id(request), read_urgency(*body)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!command.urgency.priority && !command.urgency.due)
    co_return http::problem(400, "missing-field", "Give a \"priority\", a \"due_date\" or both.");
  co_return co_await say(api, request, *caller, std::move(command));
}

// From which lots its material is taken.
awaitable<Response> choose_lots(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  inventory::ChooseLots command{production_id(request), {}, body->flag("take_reserved", false)};
  if (!body->has("lots")) co_return http::problem(400, "missing-field", "Give the \"lots\", in their order; none: no longer chosen.");
  for (std::string& lot : body->texts("lots")) command.lots.emplace_back(std::move(lot));
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command));
}

// ---- work on printed pieces ----

awaitable<Response> list_steps(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::work_steps, *caller, request);
}

awaitable<Response> finish_step(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await say(api, request, *caller, production::FinishWorkStep{production_id(request), std::string(request.parameter("step"))});
}

// ---- files and prints ----

// An operator attaches a .gcode.3mf of his own.
awaitable<Response> attach(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto form = co_await read_form(api, request);
  if (!form) co_return std::move(form.error());
  if (form->files.size() != 1) co_return http::problem(400, "missing-file", "Send one .gcode.3mf as \"file\".");
  auto asked = read_plate(*form);
  if (!asked) co_return std::move(asked.error());
  const std::string hash = form->files.front().blob.hash;
  const auto path = api.blobs.find(hash);
  auto info = slicer::read_gcode_3mf(*path);
  if (!info) co_return http::problem(422, "not-a-print-file", info.error().detail);
  if (auto kept = slicer::keep_plate(*info, asked->number); !kept)
    co_return http::problem(422, "not-a-print-file", kept.error().detail);
  const slicer::SlicedPlate& plate = info->plates.front();
  production::RecordPrintFile command;
  command.production = production_id(request);
  command.origin = "operator";
  command.file = {BlobHash(hash),
                  slicer::short_printer_model(info->printer_model),
                  slicer::micrometres(info->nozzle_mm.value_or(0)),
                  info->filament_type,
                  Mass{slicer::milligrams_of(plate.grams)},
                  slicer::milliseconds_of(plate.seconds),
                  static_cast<std::int64_t>(plate.layers.value_or(0))};
  command.file.pieces = asked->pieces;
  command.file.plate = plate.number;
  command.height_um = slicer::micrometres(plate.height_mm.value_or(0));
  auto ready = envelope(api, *caller, request, command, "production/" + command.production.str(), form->digest_of_fields() + hash);
  if (!ready) co_return std::move(ready.error());
  co_return co_await tell(api, std::move(*ready));
}

awaitable<Response> stop(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await tell(api, *caller, request, printing::StopPrint{job_id(request)});
}

awaitable<Response> resolve(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string outcome = body->text("outcome");
  printing::ResolvePrint command{job_id(request), printing::Resolution::finished, body->integer("layer", 0)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (outcome == "failed") command.resolution = printing::Resolution::failed;
  else if (outcome == "cancelled") command.resolution = printing::Resolution::cancelled;
  else if (outcome != "finished") co_return http::problem(400, "unknown-outcome", "The outcome is finished, failed or cancelled.");
  co_return co_await tell(api, *caller, request, command);
}

awaitable<Response> weigh(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const auto mass = body->mass();
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!mass) co_return http::problem(400, "missing-field", "Give what the print weighs as \"grams\".");
  co_return co_await tell(api, *caller, request, inventory::WeighPrint{job_id(request), *mass});
}

}  // namespace

void add_production(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/production-orders", bind(list));
  router.add(Method::post, "/api/v1/production-orders", bind(create));
  router.add(Method::get, "/api/v1/production-orders/{id}", bind(get));
  router.add(Method::patch, "/api/v1/production-orders/{id}", bind(reschedule));
  router.add(Method::post, "/api/v1/production-orders/{id}/start", bind(start));
  router.add(Method::post, "/api/v1/production-orders/{id}/complete", bind(complete));
  router.add(Method::post, "/api/v1/production-orders/{id}/file", bind(attach), {http::BodyMode::streamed, limits::upload_bytes});
  router.add(Method::post, "/api/v1/production-orders/{id}/lots", bind(choose_lots));
  router.add(Method::get, "/api/v1/work-steps", bind(list_steps));
  router.add(Method::post, "/api/v1/production-orders/{id}/steps/{step}/done", bind(finish_step));
  router.add(Method::post, "/api/v1/print-jobs/{id}/stop", bind(stop));
  router.add(Method::post, "/api/v1/print-jobs/{id}/resolve", bind(resolve));
  router.add(Method::post, "/api/v1/print-jobs/{id}/weigh", bind(weigh));
}

}  // namespace layerline::rest
