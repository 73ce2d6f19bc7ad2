// A journal on disk in which orders went from upload to delivery: what publishers are tested on.
//
// Personal data stands in it unsealed, where only ciphertext would be: if a publisher handed any of it out, it could be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "infra/journal/log/log.hpp"
#include "workers/publisher/public_event.hpp"

namespace layerline::testing {

// Two partitions with a workshop each; `journeys` in each of them. Some records are dead.
void write_journal(const std::filesystem::path& folder, std::int64_t journeys);

// What has to be published of it, in the order of each partition; by the pure core alone.
[[nodiscard]] std::vector<publisher::PublicEvent> public_events_of(const journal::Log& log);

}  // namespace layerline::testing
