#include "gateways/rest/stored_blob.hpp"

namespace layerline::rest {

awaitable<std::expected<std::filesystem::path, Response>> stored_blob(const Api& api, std::string hash) {
  if (auto path = api.blobs.find(hash)) co_return std::move(*path);
  std::expected<std::filesystem::path, blob::BlobError> fetched;
  co_await offload(api, [&] { fetched = api.blobs.get(hash); });
  if (fetched) co_return std::move(*fetched);
  if (fetched.error().kind != blob::BlobError::Kind::unreachable)
    co_return std::unexpected(http::problem(404, "not-found", "The file is not stored here."));
  Response away = http::problem(503, "file-away", "The process that has the file does not answer now.");
  away.headers.emplace_back("Retry-After", "5");
  co_return std::unexpected(std::move(away));
}

}  // namespace layerline::rest
