// Pictures of products: in by an admin, who names them in the product's `images`; out to whoever may see the product.
#include "gateways/rest/api.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/form.hpp"
#include "gateways/rest/limits.hpp"
#include "gateways/rest/picture.hpp"
#include "gateways/rest/shopper.hpp"
#include "gateways/rest/stored_blob.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

// The same bytes are the same image, so a repeated request needs no key to be one.
awaitable<Response> upload(Api& api, Request& request) {
  auto caller = authenticate_admin(api, request);
  if (!caller) co_return std::move(caller.error());
  auto form = co_await read_form(api, request);
  if (!form) co_return std::move(form.error());
  if (form->files.size() != 1) co_return http::problem(400, "missing-file", "Send one JPEG or PNG as \"file\".");
  const blob::Blob& image = form->files.front().blob;
  const auto path = api.blobs.find(image.hash);
  std::string_view type;
  co_await offload(api, [&] { type = picture_type_of(*path); });
  if (type.empty()) co_return http::problem(422, "not-a-picture", "The file is neither a JPEG nor a PNG.");
  Response response;
  response.status = 201;
  std::string body;
  json::Writer(body).begin_object().member("image", image.hash).member("content_type", type)
      .member("size_bytes", static_cast<std::int64_t>(image.size)).end();
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = std::move(body);
  co_return response;
}

// Whether one of the entity tags of If-None-Match is this one; compared weakly, as RFC 9110 has it.
bool known(std::string_view tags, std::string_view etag) {
  while (!tags.empty()) {
    const std::size_t comma = tags.find(',');
    std::string_view tag = tags.substr(0, comma);
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
    if (comma == std::string_view::npos) return false;
    tags.remove_prefix(comma + 1);
  }
  return false;
}

awaitable<Response> show(Api& api, Request& request) {
  auto caller = visitor(api, request);
  if (!caller) co_return std::move(caller.error());
  auto product = co_await api.views.find(caller->staff() ? Thing::product : Thing::offer, *caller, request,
                                         std::string(request.parameter("id")));
  if (!product) co_return std::move(product.error());
  const std::string image(request.parameter("image"));
  if (!has_image(product->document, image)) co_return http::problem(404, "not-found", "The product has no such image.");
  // Caches ask again soon: a product that is taken off offer does not stay in them.
  Response response;
  response.headers = {{"ETag", "\"" + image + "\""},
                      {"Cache-Control", caller->staff() ? "private, no-store" : "public, max-age=300"},
                      {"Vary", "Authorization, X-API-Key"}};
  if (known(request.header("If-None-Match"), "\"" + image + "\"")) {
    response.status = 304;
    co_return response;
  }
  auto path = co_await stored_blob(api, image);
  if (!path) co_return std::move(path.error());
  std::string_view type;
  co_await offload(api, [&] { type = picture_type_of(*path); });
  auto file = http::File::open(*path);
  // An admin may have named anything; what is no picture is nobody's to see here.
  if (!file || type.empty()) co_return http::problem(404, "not-found", "The product has no such image.");
  response.headers.emplace_back("Content-Type", type);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  response.body = std::move(*file);
  co_return response;
}

}  // namespace

void add_images(http::Router& router, Api& api) {
  router.add(http::Method::post, "/api/v1/admin/images", [&api](Request& request) { return upload(api, request); },
             {http::BodyMode::streamed, limits::photo_upload_bytes});
  router.add(http::Method::get, "/api/v1/products/{id}/images/{image}", [&api](Request& request) { return show(api, request); });
}

}  // namespace layerline::rest
