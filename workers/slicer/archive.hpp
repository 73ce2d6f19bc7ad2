// Reading and writing of zip archives that hold models. Reading is streaming and refuses what is made to harm: too many or
// repeated names, names that climb out, inflation beyond a size or ratio, a stream that contradicts its directory.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workers/slicer/error.hpp"

namespace layerline::slicer {

class Archive {
 public:
  [[nodiscard]] static std::expected<Archive, ModelError> open(const std::filesystem::path& path);
  // `bytes` must outlive the archive.
  [[nodiscard]] static std::expected<Archive, ModelError> open_memory(std::span<const char> bytes);
  Archive(Archive&&) noexcept;
  ~Archive();

  // Names as stored, in the order of the directory. Lookups ignore case and a leading slash, as OPC part names do.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;

  // Feeds the entry's bytes to the sink in pieces; stops with the error that the sink returns.
  using Sink = std::function<std::expected<void, ModelError>(std::span<const char>)>;
  [[nodiscard]] std::expected<void, ModelError> stream(std::string_view name, const Sink& sink);

  // A whole small entry, at most limits::max_small_part_bytes.
  [[nodiscard]] std::expected<std::string, ModelError> read_small(std::string_view name);

 private:
  struct Handle;
  explicit Archive(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// One entry to be written: bytes, or a file that is copied from.
struct ArchiveEntry {
  std::string name;
  std::string bytes = {};
  std::filesystem::path file = {};
};

// Writes a zip whose bytes depend on the entries alone (fixed times, fixed order), into a new file at `path`.
[[nodiscard]] std::expected<void, ModelError> write_archive(const std::filesystem::path& path, const std::vector<ArchiveEntry>& entries);

}  // namespace layerline::slicer
