// /files: an uploaded model back to its owner, and a picture of it.
#include <filesystem>
#include <vector>

#include "gateways/rest/api.hpp"
#include "gateways/rest/documents.hpp"
#include "gateways/rest/stored_blob.hpp"
#include "workers/slicer/thumbnail.hpp"

namespace layerline::rest {
namespace {

struct Found {
  std::filesystem::path path;
  std::string model;
};

awaitable<std::expected<Found, Response>> find(const Api& api, const Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  auto file = co_await api.views.find(Thing::file, *caller, request, std::string(request.parameter("id")));
  if (!file) co_return std::unexpected(std::move(file.error()));
  std::string model = model_of_file(file->document);
  auto path = co_await stored_blob(api, model);
  if (!path) co_return std::unexpected(std::move(path.error()));
  co_return Found{std::move(*path), std::move(model)};
}

awaitable<Response> download(Api& api, Request& request) {
  auto found = co_await find(api, request);
  if (!found) co_return std::move(found.error());
  auto file = http::File::open(found->path);
  if (!file) co_return http::problem(404, "not-found", "The file is not stored here.");
  Response response;
  // Never shown in place: an uploaded file could be a page with a script.
  response.headers = {{"Content-Type", "application/octet-stream"}, {"Content-Disposition", "attachment; filename=\"model\""},
                      {"X-Content-Type-Options", "nosniff"}, {"ETag", "\"" + found->model + "\""}};
  response.body = std::move(*file);
  co_return response;
}

// The portal's metadata of an upload: what was measured of it.
awaitable<Response> metadata(Api& api, Request& request) {
  auto caller = authenticate(api, request);
  if (!caller) co_return std::move(caller.error());
  auto file = co_await api.views.find(Thing::file, *caller, request, std::string(request.parameter("id")));
  if (!file) co_return std::move(file.error());
  co_return api.views.answer(std::move(*file), caller->partition);
}

awaitable<Response> thumbnail(Api& api, Request& request) {
  auto found = co_await find(api, request);
  if (!found) co_return std::move(found.error());
  std::expected<std::vector<std::uint8_t>, slicer::ModelError> png;
  co_await offload(api, [&] { png = slicer::render_thumbnail(found->path); });
  if (!png) co_return http::problem(422, "no-picture", png.error().detail);
  Response response;
  response.headers = {
      {"Content-Type", "image/png"}, {"Cache-Control", "private, max-age=86400, immutable"}, {"ETag", "\"" + found->model + "\""}};
  response.body = std::string(png->begin(), png->end());
  co_return response;
}

}  // namespace

void add_files(http::Router& router, Api& api) {
  router.add(http::Method::get, "/api/v1/files/{id}", [&api](Request& request) { return download(api, request); });
  router.add(http::Method::get, "/api/v1/stl/{id}", [&api](Request& request) { return metadata(api, request); });
  for (const std::string base : {"/api/v1/files", "/api/v1/stl"})
    router.add(http::Method::get, base + "/{id}/thumbnail", [&api](Request& request) { return thumbnail(api, request); });
}

}  // namespace layerline::rest
