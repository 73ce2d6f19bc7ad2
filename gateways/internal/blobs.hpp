// GET /internal/blobs/{hash}: a blob of this process for another one of ours.
#pragma once

#include <string>

#include "infra/blob/blob_store.hpp"
#include "infra/http/router.hpp"

namespace layerline::internal {

// The blobs outlive the router.
void add_blobs(http::Router& router, const blob::BlobStore& blobs, std::string token);

}  // namespace layerline::internal
