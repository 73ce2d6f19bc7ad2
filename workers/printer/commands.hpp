// The payloads for device/{serial}/request (1.7). `sequence` is ours: the printer echoes it in its ack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workers/printer/attempt.hpp"

namespace layerline::printer {

[[nodiscard]] std::string get_version_command(std::uint64_t sequence);
[[nodiscard]] std::string pushall_command(std::uint64_t sequence);
[[nodiscard]] std::string push_start_command(std::uint64_t sequence);
[[nodiscard]] std::string stop_command(std::uint64_t sequence);
// `url_scheme` stands before the file's name: "ftp://", or "file:///sdcard/" where a model wants it.
[[nodiscard]] std::string project_file_command(std::uint64_t sequence, const PrintRequest& request, std::string_view url_scheme);

}  // namespace layerline::printer
