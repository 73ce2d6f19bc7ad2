// /printers and /integration/printer-status: the farm, its filament and its plates.
#include <string>

#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"

namespace layerline::rest {
namespace {

constexpr std::int64_t micrometres_per_millimetre = 1'000;

bool is_port(std::int64_t number) { return number >= 1 && number <= 65'535; }

PrinterId printer_id(const Request& request) { return PrinterId(std::string(request.parameter("id"))); }

awaitable<Response> list(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::printers, *caller, request);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(Thing::printer, *caller, request, printer_id(request).str());
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command, const std::string& id, int success) {
  Response response = co_await tell(api, caller, request, std::move(command), "printer/" + id, success);
  if (response.status != success) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::printer, caller, id);
}

awaitable<Response> add(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  printing::AddPrinter command;
  // The serial number names the printer: adding it again changes its address and code.
  command.serial = body->text("serial");
  command.printer = PrinterId(command.serial);
  command.name = body->text("name");
  command.model = body->text("model");
  command.host = body->text("host");
  command.access_code = body->text("access_code");
  command.pin = body->text("pin");
  command.nozzle_um = body->integer("nozzle_um", command.nozzle_um);
  command.bed_x_um = body->integer("bed_x_um", command.bed_x_um);
  command.bed_y_um = body->integer("bed_y_um", command.bed_y_um);
  command.bed_z_um = body->integer("bed_z_um", command.bed_z_um);
  command.price_per_hour = body->amount("price_per_hour");
  const std::int64_t mqtt_port = body->integer("mqtt_port", command.mqtt_port);
  const std::int64_t ftps_port = body->integer("ftps_port", command.ftps_port);
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!is_port(mqtt_port) || !is_port(ftps_port)) co_return http::problem(422, "printer-incomplete", "A port is a number from 1 to 65535.");
  command.mqtt_port = static_cast<std::uint32_t>(mqtt_port);
  command.ftps_port = static_cast<std::uint32_t>(ftps_port);
  if (command.name.empty()) command.name = command.serial;
  const std::string id = command.printer.str();
  co_return co_await say(api, request, *caller, std::move(command), id, 201);
}

awaitable<Response> change(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  printing::ChangePrinter command{.printer = printer_id(request), .name = {}, .bed_x_um = {}, .bed_y_um = {}, .bed_z_um = {},
                                  .price_per_hour = body->amount("machine_price_per_hour")};
  if (body->has("name")) command.name = body->text("name");
  if (auto volume = body->object_of("build_volume_mm")) {
    command.bed_x_um = volume->scaled("x", micrometres_per_millimetre);
    command.bed_y_um = volume->scaled("y", micrometres_per_millimetre);
    command.bed_z_um = volume->scaled("z", micrometres_per_millimetre);
    body->blame(*volume);
  }
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string id = command.printer.str();
  co_return co_await say(api, request, *caller, std::move(command), id, 200);
}

awaitable<Response> load(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  printing::LoadFilament command{printer_id(request), body->integer("slot", 0), MaterialId(body->text("material_id", "material")),
                                 body->mass().value_or(Mass{}), LotId(body->text("lot_id"))};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  const std::string id = command.printer.str();
  co_return co_await say(api, request, *caller, std::move(command), id, 200);
}

awaitable<Response> clear_plate(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  const PrinterId id = printer_id(request);
  co_return co_await say(api, request, *caller, printing::ClearPlate{id}, id.str(), 200);
}

}  // namespace

void add_printers(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/printers", bind(list));
  router.add(Method::get, "/api/v1/integration/printer-status", bind(list));
  router.add(Method::post, "/api/v1/printers", bind(add));
  router.add(Method::get, "/api/v1/printers/{id}", bind(get));
  router.add(Method::patch, "/api/v1/printers/{id}", bind(change));
  router.add(Method::post, "/api/v1/printers/{id}/filament", bind(load));
  router.add(Method::post, "/api/v1/printers/{id}/clear-plate", bind(clear_plate));
}

}  // namespace layerline::rest
