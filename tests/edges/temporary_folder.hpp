// A folder that goes with the test.
#pragma once

#include <filesystem>

#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"

namespace layerline {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("layerline-edges-" + crypto::hex(crypto::random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace layerline
