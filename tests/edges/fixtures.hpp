// Provider fixtures, used in place.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace layerline {

// The text of a file below fixtures/providers; nothing, said aloud, if the fixtures are not here.
inline std::optional<std::string> provider_fixture(const std::string& name) {
  const char* const folder = std::getenv("LAYERLINE_FIXTURES");
  const std::filesystem::path root = folder ? folder : LAYERLINE_SOURCE_DIR "/../shared/fixtures";
  std::ifstream file(root / "providers" / name, std::ios::binary);
  if (!file) {
    MESSAGE("skipped: no fixture providers/", name);
    return std::nullopt;
  }
  return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace layerline
