#include "infra/blob/blob_store.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "infra/blob/limits.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/random.hpp"

namespace layerline::blob {
namespace {

constexpr std::string_view incoming = "incoming";

std::unexpected<BlobError> failed(std::string_view what, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return std::unexpected(BlobError{.kind = full ? BlobError::Kind::disk_full : BlobError::Kind::io,
                                   .message = fmt::format("blob store: cannot {}: {}", what, std::strerror(error_number))});
}

bool sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  const int error_number = errno;
  ::close(descriptor);
  errno = error_number;
  return synced;
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::filesystem::path path_of(const std::filesystem::path& folder, std::string_view hash) {
  return folder / hash.substr(0, 2) / hash.substr(2);
}

}  // namespace

struct BlobWriter::State {
  std::filesystem::path folder;
  std::filesystem::path path;
  int descriptor = -1;
  std::uint64_t size = 0;
  crypto::StreamDigest digest;

  // An unfinished file has no value: whatever went wrong, it goes.
  ~State() {
    if (descriptor >= 0) ::close(descriptor);
    if (!path.empty()) ::unlink(path.c_str());
  }
};

BlobWriter::BlobWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobWriter::BlobWriter(BlobWriter&&) noexcept = default;
BlobWriter& BlobWriter::operator=(BlobWriter&&) noexcept = default;
BlobWriter::~BlobWriter() = default;

std::expected<void, BlobError> BlobWriter::add(std::string_view bytes) {
  assert(state_);
  if (state_->size + bytes.size() > limits::blob_bytes) {
    return std::unexpected(BlobError{.kind = BlobError::Kind::too_large, .message = "blob store: the blob is larger than allowed"});
  }
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t written = ::write(state_->descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  state_->digest.add(bytes);
  state_->size += bytes.size();
  return {};
}

std::expected<Blob, BlobError> BlobWriter::finish() {
  assert(state_);
  std::unique_ptr<State> state = std::move(state_);
  std::string hash = state->digest.finish_hex();
  return name(std::move(state), std::move(hash));
}

std::expected<Blob, BlobError> BlobWriter::finish_as(std::string_view hash) {
  assert(state_);
  std::unique_ptr<State> state = std::move(state_);
  if (state->digest.finish_hex() != hash)
    return std::unexpected(BlobError{.kind = BlobError::Kind::io, .message = "blob store: the bytes are not those of their hash"});
  return name(std::move(state), std::string(hash));
}

std::expected<Blob, BlobError> BlobWriter::name(std::unique_ptr<State> state, std::string hash) {
  Blob blob{.hash = std::move(hash), .size = state->size};
  const std::filesystem::path target = path_of(state->folder, blob.hash);
  if (::fsync(state->descriptor) != 0) return failed("sync a file", errno);
  std::error_code error;
  std::filesystem::create_directory(target.parent_path(), error);
  if (error) return failed("create a folder", error.value());
  if (!sync_folder(state->folder)) return failed("sync a folder", errno);   // also when an earlier process made it and died
  if (::rename(state->path.c_str(), target.c_str()) != 0) return failed("rename a file", errno);   // onto an equal one, if it exists
  state->path.clear();
  if (!sync_folder(target.parent_path())) return failed("sync a folder", errno);
  return blob;
}

std::expected<BlobStore, BlobError> BlobStore::open(std::filesystem::path folder) {
  std::error_code error;
  std::filesystem::create_directories(folder / incoming, error);
  if (error) return failed("create its folder", error.value());
  for (const auto& unfinished : std::filesystem::directory_iterator(folder / incoming, error)) {
    std::filesystem::remove(unfinished.path(), error);
  }
  if (error) return failed("clear its folder", error.value());
  if (!sync_folder(folder)) return failed("sync its folder", errno);
  return BlobStore(std::move(folder));
}

std::expected<BlobWriter, BlobError> BlobStore::begin() const {
  auto state = std::make_unique<BlobWriter::State>();
  state->folder = folder_;
  const auto path = folder_ / incoming / crypto::hex(crypto::random_bytes(16));
  state->descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (state->descriptor < 0) return failed("create a file", errno);
  state->path = path;
  return BlobWriter(std::move(state));
}

std::expected<Blob, BlobError> BlobStore::put(std::string_view bytes) const {
  auto writer = begin();
  if (!writer) return std::unexpected(std::move(writer.error()));
  if (auto added = writer->add(bytes); !added) return std::unexpected(std::move(added.error()));
  return writer->finish();
}

std::optional<std::filesystem::path> BlobStore::find(std::string_view hash) const {
  if (!is_hash(hash)) return std::nullopt;
  std::filesystem::path path = path_of(folder_, hash);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  return path;
}

std::expected<std::filesystem::path, BlobError> BlobStore::get(std::string_view hash) const {
  if (auto path = find(hash)) return std::move(*path);
  const BlobError missing{.kind = BlobError::Kind::not_found, .message = "blob store: there is no such blob"};
  if (!is_hash(hash) || !fetch_) return std::unexpected(missing);
  if (auto fetched = fetch_(*this, hash); !fetched) return std::unexpected(std::move(fetched.error()));
  if (auto path = find(hash)) return std::move(*path);
  return std::unexpected(missing);
}

std::expected<std::size_t, BlobError> BlobStore::take_from(const std::filesystem::path& folder) const {
  std::size_t taken = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
    const std::string hash = each->path().parent_path().filename().string() + each->path().filename().string();
    if (!is_hash(hash) || find(hash)) continue;      // else a folder, or unfinished
    auto writer = begin();
    if (!writer) return std::unexpected(std::move(writer.error()));
    std::ifstream file(each->path(), std::ios::binary);
    std::string piece(limits::copied_bytes, '\0');
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
      const std::string_view bytes(piece.data(), static_cast<std::size_t>(file.gcount()));
      if (auto added = writer->add(bytes); !added) return std::unexpected(std::move(added.error()));
    }
    if (auto done = writer->finish_as(hash); !done)
      return std::unexpected(BlobError{done.error().kind, done.error().message + ": " + each->path().string()});
    taken += 1;
  }
  if (error) return failed("read " + folder.string(), error.value());
  return taken;
}

}  // namespace layerline::blob
