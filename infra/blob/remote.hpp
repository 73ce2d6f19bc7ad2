// Blobs that other processes have: asked for by hash over HTTP, one place after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "infra/blob/blob_store.hpp"
#include "infra/http/message.hpp"

namespace layerline::blob {

struct Places {
  std::function<std::vector<std::string>()> urls = {};   // of the processes that may have it, as they are now: "http://host:port"
  http::Header authorization = {};
};

// GET <url>/internal/blobs/<hash>. Blocks, so not on an io thread; bounded for each place.
[[nodiscard]] BlobStore::Fetch fetch_from(Places places);

}  // namespace layerline::blob
