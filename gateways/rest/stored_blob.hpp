// A blob that a document names, as a file: from here, or fetched from the process that has it.
#pragma once

#include <filesystem>

#include "gateways/rest/api.hpp"

namespace layerline::rest {

// 404 if it is nowhere, 503 while it is away.
[[nodiscard]] awaitable<std::expected<std::filesystem::path, Response>> stored_blob(const Api& api, std::string hash);

}  // namespace layerline::rest
