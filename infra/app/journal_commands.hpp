// `layerline journal …`: on a stopped folder, and beside a running server. The exit status is 0 only if every chain holds.
#pragma once

#include <filesystem>

namespace layerline::app {

[[nodiscard]] int verify_journal(const std::filesystem::path& data);
[[nodiscard]] int tail_journal(const std::filesystem::path& data);     // what is there, a line for each record
[[nodiscard]] int export_journal(const std::filesystem::path& data);   // JSON lines

}  // namespace layerline::app
