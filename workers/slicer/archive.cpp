#include "workers/slicer/archive.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <array>

#include "workers/slicer/input.hpp"
#include "workers/slicer/limits.hpp"

namespace layerline::slicer {
namespace {

constexpr std::size_t directory_end_bytes = 22;        // the record without its comment
constexpr std::size_t longest_comment_bytes = 0xFFFF;
constexpr std::size_t piece_bytes = 128 * 1024;
constexpr std::uint16_t dos_date = 33;                 // 1980-01-01: archives are the same bytes on every day
constexpr std::uint16_t dos_time = 0;

std::unexpected<ModelError> refuse(ModelErrorKind kind, std::string detail) {
  return std::unexpected(ModelError{kind, std::move(detail)});
}

// OPC part names compare without case and without their leading slash.
std::string key_of(std::string_view name) {
  while (!name.empty() && name[0] == '/') name.remove_prefix(1);
  std::string key(name);
  std::transform(key.begin(), key.end(), key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return key;
}

bool climbs_out(std::string_view name) {
  if (name.empty() || name[0] == '/' || name.find('\\') != std::string_view::npos || name.find(':') != std::string_view::npos) return true;
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    if (name.substr(0, slash) == "..") return true;
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return false;
}

// libzip reads the whole directory into memory when it opens an archive, so the count is looked at before.
std::expected<void, ModelError> check_directory_end(std::span<const char> tail) {
  bool found = false;
  for (std::size_t at = 0; at + directory_end_bytes <= tail.size(); ++at) {
    if (std::string_view(tail.data() + at, 4) != std::string_view("PK\x05\x06", 4)) continue;
    found = true;
    const auto count = static_cast<std::uint64_t>(static_cast<unsigned char>(tail[at + 10])) |
                       static_cast<std::uint64_t>(static_cast<unsigned char>(tail[at + 11])) << 8;
    if (count > limits::max_zip_entries) {
      return refuse(ModelErrorKind::too_large, fmt::format("zip: more than {} entries", limits::max_zip_entries));
    }
  }
  if (!found) return refuse(ModelErrorKind::malformed, "zip: the central directory is missing: the file is truncated");
  return {};
}

}  // namespace

struct Archive::Handle {
  zip_t* zip = nullptr;
  std::vector<std::string> names;
  std::map<std::string, zip_uint64_t> index_of;
  std::uint64_t inflated_bytes = 0;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (zip != nullptr) zip_discard(zip);
  }

  std::expected<void, ModelError> check_names() {
    const zip_int64_t count = zip_get_num_entries(zip, 0);
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(std::max<zip_int64_t>(count, 0)); ++i) {
      const char* raw = zip_get_name(zip, i, ZIP_FL_ENC_GUESS);
      const std::string_view name = raw == nullptr ? "" : raw;
      if (name.size() > limits::max_entry_name_bytes) return refuse(ModelErrorKind::malformed, "zip: an entry's name is too long");
      if (climbs_out(name))
        return refuse(ModelErrorKind::malformed, fmt::format("zip: the name of entry {} leads out of the archive", i + 1));
      if (!index_of.emplace(key_of(name), i).second) {
        return refuse(ModelErrorKind::malformed, fmt::format("zip: entry {} repeats the name of an earlier one", i + 1));
      }
      names.emplace_back(name);
    }
    return {};
  }
};

Archive::Archive(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive::~Archive() = default;

std::expected<Archive, ModelError> Archive::open(const std::filesystem::path& path) {
  auto input = Input::open(path);
  if (!input) return std::unexpected(input.error());
  std::vector<char> tail(std::min<std::uint64_t>(input->size_bytes(), directory_end_bytes + longest_comment_bytes));
  if (auto got = input->read_at(tail, input->size_bytes() - tail.size()); !got) return std::unexpected(got.error());
  if (auto checked = check_directory_end(tail); !checked) return std::unexpected(checked.error());
  auto handle = std::make_unique<Handle>();
  int code = 0;
  handle->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (handle->zip == nullptr) return refuse(ModelErrorKind::malformed, "zip: the directory is damaged");
  if (auto checked = handle->check_names(); !checked) return std::unexpected(checked.error());
  return Archive(std::move(handle));
}

std::expected<Archive, ModelError> Archive::open_memory(std::span<const char> bytes) {
  const std::size_t tail = std::min(bytes.size(), directory_end_bytes + longest_comment_bytes);
  if (auto checked = check_directory_end(bytes.last(tail)); !checked) return std::unexpected(checked.error());
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  auto handle = std::make_unique<Handle>();
  handle->zip = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (handle->zip == nullptr) {
    if (source != nullptr) zip_source_free(source);
    return refuse(ModelErrorKind::malformed, "zip: the directory is damaged");
  }
  if (auto checked = handle->check_names(); !checked) return std::unexpected(checked.error());
  return Archive(std::move(handle));
}

const std::vector<std::string>& Archive::names() const { return handle_->names; }

bool Archive::contains(std::string_view name) const { return handle_->index_of.contains(key_of(name)); }

std::expected<void, ModelError> Archive::stream(std::string_view name, const Sink& sink) {
  const auto found = handle_->index_of.find(key_of(name));
  if (found == handle_->index_of.end()) return refuse(ModelErrorKind::malformed, "zip: a part that is referred to is missing");
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(handle_->zip, found->second, 0, &status) != 0 || (status.valid & needed) != needed) {
    return refuse(ModelErrorKind::malformed, "zip: an entry has no size");
  }
  const std::uint64_t allowed_by_ratio = std::max(limits::inflate_ratio_free_bytes, status.comp_size * limits::max_inflate_ratio);
  const std::uint64_t allowed = std::min(allowed_by_ratio, limits::max_inflated_bytes - handle_->inflated_bytes);
  const auto bomb = [&] {
    return refuse(ModelErrorKind::too_large,
                  fmt::format("zip: an entry inflates beyond {} bytes from {} compressed ones", allowed, status.comp_size));
  };
  if (status.size > allowed) return bomb();
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(handle_->zip, found->second, 0), zip_fclose);
  if (file == nullptr) return refuse(ModelErrorKind::unsupported, "zip: an entry is encrypted or compressed in an unknown way");
  std::vector<char> piece(piece_bytes);
  std::uint64_t total = 0;
  while (true) {
    const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
    if (count < 0) return refuse(ModelErrorKind::malformed, "zip: the data of an entry is damaged or contradicts its size");
    if (count == 0) break;
    total += static_cast<std::uint64_t>(count);
    handle_->inflated_bytes += static_cast<std::uint64_t>(count);
    if (total > allowed) return bomb();
    if (total > status.size) break;
    if (auto done = sink({piece.data(), static_cast<std::size_t>(count)}); !done) return done;
  }
  if (total != status.size) {
    return refuse(ModelErrorKind::malformed,
                  fmt::format("zip: the directory says {} bytes for an entry, its stream holds another number", status.size));
  }
  return {};
}

std::expected<std::string, ModelError> Archive::read_small(std::string_view name) {
  std::string out;
  auto done = stream(name, [&](std::span<const char> piece) -> std::expected<void, ModelError> {
    if (out.size() + piece.size() > limits::max_small_part_bytes)
      return refuse(ModelErrorKind::too_large, "zip: a configuration part is too large");
    out.append(piece.data(), piece.size());
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return out;
}

std::expected<void, ModelError> write_archive(const std::filesystem::path& path, const std::vector<ArchiveEntry>& entries) {
  const auto failed = [](const char* step) {
    return refuse(ModelErrorKind::unreadable, fmt::format("the archive could not be written ({})", step));
  };
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (zip == nullptr) return failed("create");
  const char* problem = nullptr;
  for (const ArchiveEntry& entry : entries) {
    zip_source_t* source = entry.file.empty() ? zip_source_buffer(zip, entry.bytes.data(), entry.bytes.size(), 0)
                                              : zip_source_file(zip, entry.file.c_str(), 0, -1);
    const zip_int64_t index = source == nullptr ? -1 : zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      if (source != nullptr) zip_source_free(source);
      problem = "add";
      break;
    }
    const auto at = static_cast<zip_uint64_t>(index);
    if (zip_set_file_compression(zip, at, ZIP_CM_DEFLATE, 6) != 0 || zip_file_set_dostime(zip, at, dos_time, dos_date, 0) != 0)
      problem = "settings";
  }
  if (problem != nullptr || zip_close(zip) != 0) {
    zip_discard(zip);
    return failed(problem == nullptr ? "write" : problem);
  }
  return {};
}

}  // namespace layerline::slicer
