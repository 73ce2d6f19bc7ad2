// `layerline workshop move`, against a running installation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace layerline::app {

struct MoveOptions {
  std::string workshop;
  std::uint32_t to = 0;                            // partition
  std::string url = "http://127.0.0.1:8080";       // of a gateway
  std::filesystem::path key_file = {};             // an admin's key of the platform
};

[[nodiscard]] int move_workshop(const MoveOptions& options);

}  // namespace layerline::app
