#include "infra/crypto/folder_keys.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
#include "infra/crypto/limits.hpp"
#include "infra/crypto/random.hpp"

// The file is a row of batches, each written with one pwrite and one fdatasync:
//   batch = "LKV1", size of the entries (u32), checksum (8 bytes), entries
//   entry = state (1), checksum of the key (8), key (32), size of the subject (u16), key id (16), subject
// The batch's checksum leaves out state, key checksum and key, because destroying a key overwrites exactly those, in place: the file
// system keeps no other copy of them. The last batch may be torn by a crash; it was never acknowledged and is cut off at the next start.
namespace layerline::crypto {
namespace {

constexpr std::string_view magic = "LKV1";
constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t batch_head_bytes = 4 + 4 + checksum_bytes;
constexpr std::size_t key_id_bytes = 16;
constexpr std::size_t erasable_bytes = 1 + checksum_bytes + key_bytes;
constexpr std::size_t entry_head_bytes = erasable_bytes + 2 + key_id_bytes;
constexpr char live = 'L';
constexpr char destroyed = 'D';

std::string checksum(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return {reinterpret_cast<const char*>(digest.data()), checksum_bytes};
}

std::string little_endian(std::uint32_t number, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
  return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return number;
}

std::string encode(const StoredKey& entry) {
  return std::string(1, entry.state) + checksum(entry.key.key) + entry.key.key +
         little_endian(static_cast<std::uint32_t>(entry.subject.size()), 2) + entry.key.key_id + entry.subject;
}

// The entries of one batch, or nothing if they are not what was written.
std::optional<std::vector<StoredKey>> decode(std::string_view bytes, std::string_view expected_checksum) {
  std::vector<StoredKey> entries;
  std::string fixed;   // what the checksum covers
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < entry_head_bytes) return std::nullopt;
    const std::string_view entry = bytes.substr(at);
    const std::size_t size = entry_head_bytes + number_at(entry, erasable_bytes, 2);
    if (entry.size() < size) return std::nullopt;
    StoredKey found;
    found.state = entry[0];
    found.key.key = entry.substr(1 + checksum_bytes, key_bytes);
    found.key.key_id = entry.substr(erasable_bytes + 2, key_id_bytes);
    found.subject = entry.substr(entry_head_bytes, size - entry_head_bytes);
    found.offset = at;
    if (found.state == live && checksum(found.key.key) != entry.substr(1, checksum_bytes)) return std::nullopt;
    if (found.state != live && found.state != destroyed) return std::nullopt;
    fixed += entry.substr(erasable_bytes, size - erasable_bytes);
    entries.push_back(std::move(found));
    at += size;
  }
  if (checksum(fixed) != expected_checksum) return std::nullopt;
  return entries;
}

std::string encode_batch(const std::vector<StoredKey>& entries) {
  std::string body;
  std::string fixed;
  for (const StoredKey& entry : entries) {
    const std::string bytes = encode(entry);
    fixed += bytes.substr(erasable_bytes);
    body += bytes;
  }
  return std::string(magic) + little_endian(static_cast<std::uint32_t>(body.size()), 4) + checksum(fixed) + body;
}

std::string system_message(std::string_view what) { return fmt::format("key vault: {}: {}", what, std::strerror(errno)); }

std::optional<std::vector<StoredKey>> batch_at_front(std::string_view bytes, std::size_t& size) {
  if (bytes.size() < batch_head_bytes || !bytes.starts_with(magic)) return std::nullopt;
  size = number_at(bytes, magic.size(), 4);
  if (size > limits::batch_bytes || bytes.size() - batch_head_bytes < size) return std::nullopt;
  return decode(bytes.substr(batch_head_bytes, size), bytes.substr(magic.size() + 4, checksum_bytes));
}

bool has_batch_behind(std::string_view bytes) {
  std::size_t size = 0;
  for (auto at = bytes.find(magic); at != std::string_view::npos; at = bytes.find(magic, at + 1)) {
    if (batch_at_front(bytes.substr(at), size)) return true;
  }
  return false;
}

void wipe(StoredKey& entry) { OPENSSL_cleanse(entry.key.key.data(), entry.key.key.size()); }

}  // namespace

SubjectKey new_key() { return {.key_id = hex(random_bytes(key_id_bytes / 2)), .key = random_bytes(key_bytes)}; }

FolderKeys::~FolderKeys() {
  if (file_ >= 0) (void)sync();
  for (auto& [subject, entries] : keys_) std::ranges::for_each(entries, wipe);
  if (file_ >= 0) ::close(file_);
}

// ---------------------------------------------------------------- use

std::expected<std::vector<SubjectKey>, std::string> FolderKeys::make(std::span<const std::string> subjects) {
  if (failed_) return std::unexpected("key vault: an earlier write failed; restart to go on");
  const std::lock_guard lock(mutex_);
  std::vector<SubjectKey> found;
  for (const std::string& subject : subjects) {
    assert(subject.size() <= limits::subject_bytes);
    std::vector<StoredKey>& entries = keys_[subject];
    if (entries.empty()) {
      entries.push_back({.key = new_key(), .subject = subject});
      waiting_.push_back(subject);
    }
    found.push_back(entries.front().key);
  }
  return found;
}

std::expected<void, std::string> FolderKeys::sync() {
  const std::lock_guard file(file_mutex_);
  return write_waiting();
}

std::expected<std::vector<SubjectKey>, std::string> FolderKeys::get_or_create(std::span<const std::string> subjects) {
  auto made = make(subjects);
  if (!made) return made;
  if (auto synced = sync(); !synced) return std::unexpected(synced.error());
  return made;
}

std::optional<SubjectKey> FolderKeys::get(std::string_view subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(subject));
  if (found == keys_.end()) return std::nullopt;
  return found->second.front().key;
}

std::optional<std::string> FolderKeys::find(std::string_view subject, std::string_view key_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(subject));
  if (found == keys_.end()) return std::nullopt;
  for (const StoredKey& entry : found->second) {
    if (entry.key.key_id == key_id) return entry.key.key;
  }
  return std::nullopt;
}

std::expected<bool, std::string> FolderKeys::destroy(std::string_view subject) {
  assert(subject != installation);
  const std::lock_guard file(file_mutex_);
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(subject));
  if (found == keys_.end()) return false;
  for (std::vector<StoredKey>& entries = found->second; !entries.empty(); entries.pop_back()) {
    if (auto forgotten = forget(entries.back()); !forgotten) return std::unexpected(forgotten.error());
  }
  keys_.erase(found);
  return true;
}

std::expected<void, std::string> FolderKeys::add(std::vector<StoredKey> keys) {
  const std::lock_guard file(file_mutex_);
  if (keys.empty()) return {};
  if (auto written = append(keys); !written) return written;
  const std::lock_guard lock(mutex_);
  for (StoredKey& entry : keys) keep(std::move(entry));
  return {};
}

std::expected<void, std::string> FolderKeys::destroy_one(std::string_view subject, std::string_view key_id) {
  const std::lock_guard file(file_mutex_);
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(std::string(subject));
  if (found == keys_.end()) return {};
  std::vector<StoredKey>& entries = found->second;
  const auto entry = std::ranges::find(entries, key_id, [](const StoredKey& stored) { return std::string_view(stored.key.key_id); });
  if (entry == entries.end()) return {};
  if (auto forgotten = forget(*entry); !forgotten) return forgotten;
  entries.erase(entry);
  if (entries.empty()) keys_.erase(found);
  return {};
}

std::vector<StoredKey> FolderKeys::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<StoredKey> found;
  for (const auto& [subject, entries] : keys_) found.insert(found.end(), entries.begin(), entries.end());
  return found;
}

std::expected<void, std::string> FolderKeys::load_secret() {
  const std::string name(installation);
  const auto made = get_or_create({&name, 1});
  if (!made) return std::unexpected(made.error());
  secret_ = made->front().key;
  return {};
}

// ---------------------------------------------------------------- the file

void FolderKeys::keep(StoredKey entry) {
  std::vector<StoredKey>& entries = keys_[entry.subject];
  entries.push_back(std::move(entry));
}

std::expected<void, std::string> FolderKeys::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return std::unexpected(fmt::format("key vault: cannot create {}: {}", folder.string(), error.message()));
  if (::chmod(folder.c_str(), 0700) != 0) return std::unexpected(system_message("cannot close the folder to others"));
  file_ = ::open((folder / "subjects").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return std::unexpected(system_message("cannot open"));
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) return std::unexpected("key vault: another process has it open");
  const int folder_descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder_descriptor >= 0 && ::fsync(folder_descriptor) == 0;
  if (folder_descriptor >= 0) ::close(folder_descriptor);
  if (!synced) return std::unexpected(system_message("cannot sync the folder"));
  return load();
}

std::expected<void, std::string> FolderKeys::load() {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return std::unexpected(system_message("cannot read"));
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (::pread(file_, bytes.data(), bytes.size(), 0) != status.st_size) return std::unexpected(system_message("cannot read"));
  while (end_ < bytes.size()) {
    const auto size = load_batch(std::string_view(bytes).substr(end_));
    if (!size) return std::unexpected(size.error());
    if (*size == 0) break;
    end_ += *size;
  }
  if (end_ < bytes.size()) {
    if (bytes.find(magic, end_ + 1) != std::string::npos && has_batch_behind(std::string_view(bytes).substr(end_ + 1))) {
      return std::unexpected(fmt::format("key vault: damaged at byte {}", end_));
    }
    if (::ftruncate(file_, static_cast<off_t>(end_)) != 0) return std::unexpected(system_message("cannot cut off a torn batch"));
  }
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return {};
}

// The size of the batch at the front, its keys taken over; 0 if there is none.
std::expected<std::size_t, std::string> FolderKeys::load_batch(std::string_view bytes) {
  std::size_t size = 0;
  auto entries = batch_at_front(bytes, size);
  if (!entries) return 0;
  for (StoredKey& entry : *entries) {
    entry.offset += end_ + batch_head_bytes;
    const bool erased = std::ranges::all_of(entry.key.key, [](char c) { return c == '\0'; });
    if (entry.state == destroyed && !erased) {   // a crash came between the two steps of erase()
      if (auto finished = erase(entry.offset); !finished) return std::unexpected(finished.error());
    }
    if (entry.state == live) keep(std::move(entry));
  }
  return batch_head_bytes + size;
}

// All that waits as one batch: of two batches that no sync divides a power cut could leave the second one alone.
std::expected<void, std::string> FolderKeys::write_waiting() {
  if (failed_) return std::unexpected("key vault: an earlier write failed; restart to go on");   // what waited then is not on the disk
  std::vector<StoredKey> entries;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& subject : std::exchange(waiting_, {})) entries.push_back(keys_.at(subject).front());
  }
  if (entries.empty()) return {};
  if (auto written = append(entries); !written) return written;
  const std::lock_guard lock(mutex_);
  for (StoredKey& entry : entries) {
    keys_.at(entry.subject).front().offset = entry.offset;
    wipe(entry);
  }
  return {};
}

// The entries get their places in the file.
std::expected<void, std::string> FolderKeys::append(std::vector<StoredKey>& entries) {
  if (failed_) return std::unexpected("key vault: an earlier write failed; restart to go on");
  const std::string batch = encode_batch(entries);
  const bool written = ::pwrite(file_, batch.data(), batch.size(), static_cast<off_t>(end_)) == static_cast<ssize_t>(batch.size());
  if (!written || ::fdatasync(file_) != 0) {
    failed_ = true;   // what is on the disk is unknown until it is read again
    return std::unexpected(system_message("cannot write"));
  }
  std::size_t offset = end_ + batch_head_bytes;
  for (StoredKey& entry : entries) {
    entry.offset = offset;
    offset += entry_head_bytes + entry.subject.size();
  }
  end_ += batch.size();
  return {};
}

// From the file, or from what waits to be written there.
std::expected<void, std::string> FolderKeys::forget(StoredKey& entry) {
  if (entry.offset == 0) {
    std::erase(waiting_, entry.subject);
  } else if (auto erased = erase(entry.offset); !erased) {
    return erased;
  }
  wipe(entry);
  return {};
}

// First the state, then the key: a crash between them is finished at the next start.
std::expected<void, std::string> FolderKeys::erase(std::size_t offset) {
  const std::string zeros(checksum_bytes + key_bytes, '\0');
  const auto at = static_cast<off_t>(offset);
  const bool done = ::pwrite(file_, &destroyed, 1, at) == 1 && ::fdatasync(file_) == 0 &&
                    ::pwrite(file_, zeros.data(), zeros.size(), at + 1) == static_cast<ssize_t>(zeros.size()) && ::fdatasync(file_) == 0;
  if (!done) return std::unexpected(system_message("cannot erase a key"));
  return {};
}

}  // namespace layerline::crypto
