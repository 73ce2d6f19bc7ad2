// Small meshes and files made by the tests themselves, and a folder that disappears with its test.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "workers/slicer/mesh.hpp"

namespace layerline::slicer::test {

class Folder {
 public:
  Folder() {
    static std::atomic<int> number{0};
    path_ = std::filesystem::temp_directory_path() / ("layerline-slicer-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

using Corners = std::vector<std::array<Vertex, 3>>;

// An axis-parallel box, faces outwards.
inline Corners box(float x, float y, float z, Vertex at = {}) {
  std::array<Vertex, 8> v;
  for (std::size_t i = 0; i < 8; ++i) v[i] = {at.x + ((i & 1) != 0 ? x : 0), at.y + ((i & 2) != 0 ? y : 0), at.z + ((i & 4) != 0 ? z : 0)};
  constexpr std::array<std::array<std::size_t, 3>, 12> faces{
      {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}}};
  Corners out;
  for (const auto& f : faces) out.push_back({v[f[0]], v[f[1]], v[f[2]]});
  return out;
}

inline std::string binary_stl(const Corners& triangles, const std::string& header = "") {
  std::string out = header;
  out.resize(84, ' ');
  const auto count = static_cast<std::uint32_t>(triangles.size());
  std::memcpy(out.data() + 80, &count, 4);
  for (const auto& t : triangles) {
    std::string bytes(50, '\0');
    std::memcpy(bytes.data() + 12, t.data(), 36);
    out += bytes;
  }
  return out;
}

inline std::string ascii_stl(const Corners& triangles, const std::string& line_end = "\n") {
  std::string out = "solid part" + line_end;
  for (const auto& t : triangles) {
    out += "facet normal 0 0 0" + line_end + "outer loop" + line_end;
    for (const Vertex& v : t) out += "vertex " + std::to_string(v.x) + " " + std::to_string(v.y) + " " + std::to_string(v.z) + line_end;
    out += "endloop" + line_end + "endfacet" + line_end;
  }
  return out + "endsolid part" + line_end;
}

// The fixtures' folder; empty when it is absent.
inline std::filesystem::path fixtures() {
  const char* set = std::getenv("LAYERLINE_FIXTURES");
  const std::filesystem::path path =
      set != nullptr ? std::filesystem::path(set) : std::filesystem::path(LAYERLINE_SOURCE_DIR) / "../shared/fixtures";
  return std::filesystem::exists(path / "models") ? path : std::filesystem::path();
}

}  // namespace layerline::slicer::test
