// Content-addressed files: a blob is named by the SHA-256 of its bytes and never changes. Durable before it has a name.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace layerline::blob {

struct BlobError {
  enum class Kind {
    disk_full,    // no space or quota: nothing was left behind
    too_large,    // more than limits::blob_bytes
    io,           // anything else that the system reported
  };
  Kind kind = Kind::io;
  std::string message;   // for an operator
};

struct Blob {
  std::string hash;         // 64 lower-case hex digits
  std::uint64_t size = 0;   // bytes
};

// One blob on its way in. Destroyed without finish(), it leaves nothing behind. One thread at a time.
class BlobWriter {
 public:
  BlobWriter(BlobWriter&&) noexcept;
  BlobWriter& operator=(BlobWriter&&) noexcept;
  ~BlobWriter();

  [[nodiscard]] std::expected<void, BlobError> add(std::string_view bytes);
  // Syncs the file, gives it its name and syncs the folder; a blob that exists already stays as it is.
  [[nodiscard]] std::expected<Blob, BlobError> finish();

 private:
  friend class BlobStore;
  struct State;
  explicit BlobWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Thread-safe: all state is in the folder.
class BlobStore {
 public:
  // Creates the folder and removes what an earlier process left unfinished in it.
  static std::expected<BlobStore, BlobError> open(std::filesystem::path folder);

  [[nodiscard]] std::expected<BlobWriter, BlobError> begin() const;
  [[nodiscard]] std::expected<Blob, BlobError> put(std::string_view bytes) const;

  // Where the bytes are, if they are here. A hash that is not 64 lower-case hex digits is not here.
  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view hash) const;

 private:
  explicit BlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;   // "ab/cdef…" per blob, "incoming/" for unfinished ones
};

}  // namespace layerline::blob
