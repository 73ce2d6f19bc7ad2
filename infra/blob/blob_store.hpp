// Content-addressed files: a blob is named by the SHA-256 of its bytes and never changes. Durable before it has a name.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace layerline::blob {

struct BlobError {
  enum class Kind {
    disk_full,    // no space or quota: nothing was left behind
    too_large,    // more than limits::blob_bytes
    not_found,    // neither here nor elsewhere
    unreachable,  // not here, and somebody who may have it did not answer: try again later
    io,           // anything else that the system reported, and bytes that are not those of their hash
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
  // The same, if these are the bytes of that hash; else nothing is left.
  [[nodiscard]] std::expected<Blob, BlobError> finish_as(std::string_view hash);

 private:
  friend class BlobStore;
  struct State;
  explicit BlobWriter(std::unique_ptr<State> state);
  static std::expected<Blob, BlobError> name(std::unique_ptr<State> state, std::string hash);
  std::unique_ptr<State> state_;
};

// Thread-safe once fetch_with() was called: all state is in the folder.
class BlobStore {
 public:
  // Creates the folder and removes what an earlier process left unfinished in it.
  static std::expected<BlobStore, BlobError> open(std::filesystem::path folder);

  [[nodiscard]] std::expected<BlobWriter, BlobError> begin() const;
  [[nodiscard]] std::expected<Blob, BlobError> put(std::string_view bytes) const;

  // Where the bytes are, if they are here. A hash that is not 64 lower-case hex digits is not here.
  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view hash) const;
  // The same, and what is not here is fetched first and kept: that blocks.
  [[nodiscard]] std::expected<std::filesystem::path, BlobError> get(std::string_view hash) const;

  // Copies what the folder of another store has and this one has not; how many blobs that were. Bytes that are not those of their name
  // end it.
  [[nodiscard]] std::expected<std::size_t, BlobError> take_from(const std::filesystem::path& folder) const;

  // Brings a blob here from elsewhere. Without one nothing is elsewhere.
  using Fetch = std::function<std::expected<void, BlobError>(const BlobStore&, std::string_view hash)>;
  void fetch_with(Fetch fetch) { fetch_ = std::move(fetch); }

 private:
  explicit BlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;   // "ab/cdef…" per blob, "incoming/" for unfinished ones
  Fetch fetch_;
};

}  // namespace layerline::blob
