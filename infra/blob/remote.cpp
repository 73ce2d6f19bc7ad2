#include "infra/blob/remote.hpp"

#include <fmt/format.h>

#include "infra/blob/limits.hpp"
#include "infra/http/client.hpp"

namespace layerline::blob {
namespace {

BlobError away(std::string message) { return {.kind = BlobError::Kind::unreachable, .message = std::move(message)}; }

std::expected<void, BlobError> fetch(const BlobStore& store, std::string_view hash, const std::string& url, const http::Header& header) {
  auto writer = store.begin();
  if (!writer) return std::unexpected(std::move(writer.error()));
  std::expected<void, BlobError> kept;
  http::Client client;
  const http::ClientRequest request{.url = fmt::format("{}/internal/blobs/{}", url, hash),
                                    .headers = {header},
                                    .on_body = [&](std::string_view piece) { return (kept = writer->add(piece)).has_value(); }};
  const auto answer = client.perform(request, {.connect = limits::fetch_connect_time, .total = limits::fetch_time});
  if (!kept) return kept;
  if (!answer) return std::unexpected(away(fmt::format("{}: {}", url, answer.error().message)));
  if (answer->status == 404) return std::unexpected(BlobError{BlobError::Kind::not_found, "blob store: nobody has this blob"});
  if (answer->status != 200) return std::unexpected(away(fmt::format("{} answered {}", url, answer->status)));
  if (auto done = writer->finish_as(hash); !done) return std::unexpected(std::move(done.error()));
  return {};
}

}  // namespace

// Nobody has it only if everybody said so.
BlobStore::Fetch fetch_from(Places places) {
  return [places = std::move(places)](const BlobStore& store, std::string_view hash) -> std::expected<void, BlobError> {
    BlobError why{BlobError::Kind::not_found, "blob store: nobody has this blob"};
    for (const std::string& url : places.urls()) {
      auto fetched = fetch(store, hash, url, places.authorization);
      if (fetched) return fetched;
      if (fetched.error().kind == BlobError::Kind::disk_full) return fetched;
      if (fetched.error().kind != BlobError::Kind::not_found) why = std::move(fetched.error());
    }
    return std::unexpected(std::move(why));
  };
}

}  // namespace layerline::blob
