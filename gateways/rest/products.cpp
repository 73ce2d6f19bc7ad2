// /products and /admin/products, /admin/boms, /admin/sku-mappings: the catalogue.
#include "gateways/rest/api.hpp"
#include "gateways/rest/body.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/plate.hpp"
#include "gateways/rest/shopper.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/model_facts.hpp"

namespace layerline::rest {
namespace {

std::string id_of(const Request& request) { return std::string(request.parameter("id")); }

// The staff sees all of the catalogue, everybody else what is on offer.
awaitable<Response> list(Api& api, Request& request) {
  auto caller = visitor(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(caller->staff() ? List::products : List::offers, *caller, request);
}

// The categories of what is on offer: the same for everybody.
awaitable<Response> list_categories(Api& api, Request& request) {
  auto caller = visitor(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::categories, *caller, request);
}

awaitable<Response> get(Api& api, Request& request) {
  auto caller = visitor(api, request);
  if (!caller) co_return std::move(caller.error());
  auto found = co_await api.views.find(caller->staff() ? Thing::product : Thing::offer, *caller, request, id_of(request));
  if (!found) co_return std::move(found.error());
  co_return api.views.answer(std::move(*found), caller->partition);
}

// The accepted command's response with the product as its body.
awaitable<Response> say(Api& api, Request& request, const Caller& caller, Command command, std::string product, int success = 200) {
  Response response = co_await tell(api, caller, request, std::move(command), "product/" + product, success);
  if (response.status != success) co_return response;
  co_return co_await api.views.answer_after(std::move(response), Thing::product, caller, std::move(product));
}

// ---- products ----

std::expected<products::Entry, Response> read_entry(Body& body) {
  products::Entry entry;
  const std::string kind = body.has("kind") ? body.text("kind") : "standard";
  entry.name = body.text("name");
  entry.category = body.text("category");
  entry.description = body.text("description");
  entry.parent = ProductId(body.text("parent_id", "parent"));
  entry.options = body.members("options");
  entry.price = body.amount("price").value_or(0);
  for (Body& level : body.objects("price_levels")) {
    entry.price_levels.push_back({level.integer("from_quantity", 0), level.amount("unit_price").value_or(-1)});
    body.blame(level);
  }
  entry.active = body.flag("active", true);
  entry.stocked = body.flag("stocked", false);
  entry.images = body.texts("images");
  entry.material = MaterialId(body.text("material"));
  entry.purchase_cost = body.amount("purchase_cost").value_or(0);
  if (body.has("work_steps")) entry.work_steps = body.texts("work_steps");
  if (auto wrong = body.error()) return std::unexpected(std::move(*wrong));
  if (kind == "custom") entry.kind = products::Kind::custom;
  else if (kind == "material") entry.kind = products::Kind::material;
  else if (kind != "standard") return std::unexpected(http::problem(400, "unknown-kind", "The kind is standard, custom or material."));
  return entry;
}

awaitable<Response> define(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  const std::string sku = body->text("sku");
  auto entry = read_entry(*body);
  if (!entry) co_return std::move(entry.error());
  Response response = co_await tell(api, *caller, request, products::DefineProduct{ProductId(fresh_id()), sku, std::move(*entry)}, {}, 201);
  if (response.status != 201) co_return response;
  // A repeated request is answered with the product that the first one made.
  std::string id = json_text(std::get<std::string>(response.body), "product_id");
  response.headers.emplace_back("Location", "/api/v1/products/" + id);
  co_return co_await api.views.answer_after(std::move(response), Thing::product, *caller, std::move(id));
}

awaitable<Response> change(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  auto entry = read_entry(*body);
  if (!entry) co_return std::move(entry.error());
  co_return co_await say(api, request, *caller, products::ChangeProduct{ProductId(id_of(request)), std::move(*entry)}, id_of(request));
}

// ---- print files ----

// A .gcode.3mf or a model, measured before it is taken.
awaitable<Response> set_file(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto form = co_await read_form(api, request);
  if (!form) co_return std::move(form.error());
  if (form->files.size() != 1) co_return http::problem(400, "missing-file", "Send one .gcode.3mf, .3mf or .stl as \"file\".");
  auto asked = read_plate(*form);
  if (!asked) co_return std::move(asked.error());
  const std::string hash = form->files.front().blob.hash;
  const auto path = api.blobs.find(hash);
  std::expected<slicer::Analysis, slicer::ModelError> analysis;
  std::expected<void, slicer::ModelError> kept;
  co_await offload(api, [&] {
    auto model = slicer::read_model(*path);
    if (model && model->sliced) kept = slicer::keep_plate(*model->sliced, asked->number);
    analysis = model ? slicer::analyze(*model) : std::unexpected(model.error());
  });
  if (!kept) co_return http::problem(422, "not-a-print-file", kept.error().detail);
  if (!analysis) co_return http::problem(422, "not-printable", analysis.error().detail);
  products::SetProductFile command{ProductId(id_of(request)), form->text("profile").value_or("default"),
                                   {BlobHash(hash), slicer::facts_of(*analysis), analysis->milligrams(), analysis->milliseconds(),
                                    asked->pieces, analysis->sliced ? analysis->sliced->plates.front().number : 1}};
  auto ready = envelope(api, *caller, request, std::move(command), "product/" + id_of(request), form->digest_of_fields() + hash);
  if (!ready) co_return std::move(ready.error());
  co_return co_await tell(api, std::move(*ready));
}

awaitable<Response> remove_file(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  products::RemoveProductFile command{ProductId(id_of(request)), std::string(request.parameter("profile"))};
  co_return co_await say(api, request, *caller, std::move(command), id_of(request));
}

awaitable<Response> adjust(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  products::AdjustUnits command{ProductId(id_of(request)), body->integer("difference", 0), body->text("reason"),
                                LocationId(body->text("location_id", "location"))};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  if (!body->has("difference")) co_return http::problem(400, "missing-field", "Give the \"difference\", with its sign.");
  co_return co_await say(api, request, *caller, std::move(command), id_of(request));
}

// ---- bills of materials ----

awaitable<Response> define_bom(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  products::DefineBom command{ProductId(body->text("product_id", "product")), {}, body->flag("activate", true)};
  for (Body& line : body->objects("lines")) {
    command.lines.push_back({.material = MaterialId(line.text("material")), .milligrams_per_unit = line.mass().value_or(Mass{}).milligrams,
                             .component = ProductId(line.text("component_id", "component")), .quantity = line.integer("quantity", 0),
                             .scrap_ppm = line.integer("scrap_ppm", 0)});
    body->blame(line);
  }
  if (auto wrong = body->error()) co_return std::move(*wrong);
  std::string product = command.product.str();
  co_return co_await say(api, request, *caller, std::move(command), std::move(product), 201);
}

awaitable<Response> activate_bom(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  products::ActivateBom command{ProductId(id_of(request)), body->integer("version", 0)};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await say(api, request, *caller, std::move(command), id_of(request));
}

// ---- SKUs of the shops ----

awaitable<Response> list_mappings(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  co_return co_await api.views.list(List::sku_mappings, *caller, request);
}

awaitable<Response> map_sku(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto body = Body::parse(request);
  if (!body) co_return std::move(body.error());
  products::MapSku command{body->text("source", "marketplace"), body->has("shop") ? body->text("shop") : "main",
                           body->text("sku", "marketplace_sku"), ProductId(body->text("product_id", "product"))};
  if (auto wrong = body->error()) co_return std::move(*wrong);
  co_return co_await tell(api, *caller, request, std::move(command), {}, 201);
}

awaitable<Response> unmap_sku(Api& api, Request& request) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  const auto named = [&](std::string_view name) { return std::string(request.query(name).value_or("")); };
  products::UnmapSku command{named("source"), request.query("shop") ? named("shop") : "main", named("sku")};
  co_return co_await tell(api, *caller, request, std::move(command));
}

}  // namespace

void add_products(http::Router& router, Api& api) {
  using http::Method;
  const auto bind = [&api](auto handler) { return [&api, handler](Request& request) { return handler(api, request); }; };
  router.add(Method::get, "/api/v1/products", bind(list));
  router.add(Method::get, "/api/v1/products/{id}", bind(get));
  router.add(Method::get, "/api/v1/categories", bind(list_categories));
  const std::string products = "/api/v1/admin/products";
  router.add(Method::post, products, bind(define));
  router.add(Method::put, products + "/{id}", bind(change));
  router.add(Method::post, products + "/{id}/files", bind(set_file), {http::BodyMode::streamed, limits::upload_bytes});
  router.add(Method::del, products + "/{id}/files/{profile}", bind(remove_file));
  router.add(Method::post, products + "/{id}/units", bind(adjust));
  router.add(Method::post, "/api/v1/admin/boms", bind(define_bom));
  router.add(Method::post, "/api/v1/admin/boms/{id}/activate", bind(activate_bom));
  router.add(Method::get, "/api/v1/admin/sku-mappings", bind(list_mappings));
  router.add(Method::post, "/api/v1/admin/sku-mappings", bind(map_sku));
  router.add(Method::del, "/api/v1/admin/sku-mappings", bind(unmap_sku));
}

}  // namespace layerline::rest
