#include "gateways/internal/blobs.hpp"

#include "gateways/internal/token.hpp"

namespace layerline::internal {
namespace {

// Only what is here: asking on would go in circles.
http::Response answer(const blob::BlobStore& blobs, const http::Request& request) {
  const auto path = blobs.find(request.parameter("hash"));
  if (!path) return nothing_here();
  auto file = http::File::open(*path);
  if (!file) return nothing_here();
  http::Response response{.headers = {{"Content-Type", "application/octet-stream"}}};
  response.body = std::move(*file);
  return response;
}

}  // namespace

void add_blobs(http::Router& router, const blob::BlobStore& blobs, std::string token) {
  router.add(http::Method::get, "/internal/blobs/{hash}",
             [&blobs, token = std::move(token)](http::Request& request) -> boost::asio::awaitable<http::Response> {
               if (!authorized(request, token)) co_return nothing_here();
               co_return answer(blobs, request);
             });
}

}  // namespace layerline::internal
