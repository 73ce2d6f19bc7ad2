// The first start of a data folder: the platform, a workshop, and a key for each, in files that only their owner can read.
#pragma once

#include <expected>
#include <string>

#include "infra/app/commands.hpp"
#include "infra/app/server.hpp"
#include "infra/app/settings.hpp"
#include "infra/app/tables.hpp"

namespace layerline::app {

// Repeats itself without harm: what is there stays as it is.
[[nodiscard]] std::expected<void, std::string> ensure_first_workshop(const DataFolder& folder, const Settings& settings, Commands& commands,
                                                                     Directory& directory, AccessTable& access, std::uint32_t partitions);

}  // namespace layerline::app
