// Photos of the quality check, of an order or of a production order: in by the staff, and out to nobody else.
#include "gateways/rest/api.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/fresh_id.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/picture.hpp"
#include "gateways/rest/stored_blob.hpp"

namespace layerline::rest {
namespace {

// What the photos of a path are of.
struct Subject {
  Thing thing;
  std::string_view stream;   // "order/"
};
constexpr Subject of_order{Thing::order, "order/"};
constexpr Subject of_production{Thing::production_order, "production/"};

orders::TakePhoto command_of(const Subject& subject, const Request& request, const Form& form) {
  const std::string id(request.parameter("id"));
  orders::TakePhoto command;
  command.photo = fresh_id();
  if (subject.thing == Thing::order) {
    command.order = OrderId(id);
    command.production = ProductionOrderId(form.text("production_order_id").value_or(""));
  } else {
    command.production = ProductionOrderId(id);
  }
  command.blob = BlobHash(form.files.front().blob.hash);
  command.bytes = static_cast<std::int64_t>(form.files.front().blob.size);
  return command;
}

awaitable<Response> take(Api& api, Request& request, const Subject& subject) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto form = co_await read_form(api, request);
  if (!form) co_return std::move(form.error());
  if (form->files.size() != 1) co_return http::problem(400, "missing-file", "Send one JPEG or PNG as \"file\".");
  orders::TakePhoto command = command_of(subject, request, *form);
  const auto path = api.blobs.find(command.blob.str());
  co_await offload(api, [&] { command.content_type = picture_type_of(*path); });
  if (command.content_type.empty()) co_return http::problem(422, "not-a-picture", "The file is neither a JPEG nor a PNG.");
  const std::string id(request.parameter("id"));
  const std::string payload = form->digest_of_fields() + command.blob.str();
  auto ready = envelope(api, *caller, request, std::move(command), std::string(subject.stream) + id, payload);
  if (!ready) co_return std::move(ready.error());
  Response response = co_await tell(api, std::move(*ready), 201);
  if (response.status != 201) co_return response;
  co_return co_await api.views.answer_after(std::move(response), subject.thing, *caller, id);
}

awaitable<Response> show(Api& api, Request& request, const Subject& subject) {
  auto caller = authenticate_staff(api, request);
  if (!caller) co_return std::move(caller.error());
  auto document = co_await api.views.find(subject.thing, *caller, request, std::string(request.parameter("id")));
  if (!document) co_return std::move(document.error());
  const auto photo = photo_of(document->document, request.parameter("photo"));
  if (!photo) co_return http::problem(404, "not-found", "There is no such photo.");
  auto path = co_await stored_blob(api, photo->blob);
  if (!path) co_return std::move(path.error());
  auto file = http::File::open(*path);
  if (!file) co_return http::problem(404, "not-found", "The photo is not stored here.");
  Response response;
  response.headers = {{"Content-Type", photo->content_type}, {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "default-src 'none'; sandbox"}, {"Cache-Control", "private, no-store"}};
  response.body = std::move(*file);
  co_return response;
}

}  // namespace

void add_photos(http::Router& router, Api& api) {
  const auto add = [&](const std::string& base, const Subject& subject) {
    router.add(http::Method::post, base + "/{id}/photos", [&](Request& request) { return take(api, request, subject); },
               {http::BodyMode::streamed, limits::photo_upload_bytes});
    router.add(http::Method::get, base + "/{id}/photos/{photo}", [&](Request& request) { return show(api, request, subject); });
  };
  add("/api/v1/orders", of_order);
  add("/api/v1/sales-orders", of_order);
  add("/api/v1/production-orders", of_production);
}

}  // namespace layerline::rest
