#include "infra/crypto/key_vault.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/digest.hpp"
#include "infra/crypto/encoding.hpp"
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
constexpr std::size_t subject_bytes = 256;             // longest name of a subject
constexpr std::size_t batch_bytes = 64 * 1024 * 1024;  // longest batch that is believed when read
constexpr char live = 'L';
constexpr char destroyed = 'D';

// The installation's secret is kept like a key, under the one name that no subject can have.
constexpr std::string_view installation = "";

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

struct Entry {
  SubjectKey key;
  std::string subject;
  char state = live;
  std::size_t offset = 0;   // of the entry in the file
};

std::string encode(const Entry& entry) {
  return std::string(1, entry.state) + checksum(entry.key.key) + entry.key.key +
         little_endian(static_cast<std::uint32_t>(entry.subject.size()), 2) + entry.key.key_id + entry.subject;
}

// The entries of one batch, or nothing if they are not what was written.
std::optional<std::vector<Entry>> decode(std::string_view bytes, std::string_view expected_checksum) {
  std::vector<Entry> entries;
  std::string fixed;   // what the checksum covers
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < entry_head_bytes) return std::nullopt;
    const std::string_view entry = bytes.substr(at);
    const std::size_t size = entry_head_bytes + number_at(entry, erasable_bytes, 2);
    if (entry.size() < size) return std::nullopt;
    Entry found;
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

std::string encode_batch(const std::vector<Entry>& entries) {
  std::string body;
  std::string fixed;
  for (const Entry& entry : entries) {
    const std::string bytes = encode(entry);
    fixed += bytes.substr(erasable_bytes);
    body += bytes;
  }
  return std::string(magic) + little_endian(static_cast<std::uint32_t>(body.size()), 4) + checksum(fixed) + body;
}

std::string system_message(std::string_view what) { return fmt::format("key vault: {}: {}", what, std::strerror(errno)); }

}  // namespace

class KeyVault::Store {
 public:
  ~Store() {
    for (auto& [subject, entry] : keys_) OPENSSL_cleanse(entry.key.key.data(), entry.key.key.size());
    if (file_ >= 0) ::close(file_);
  }

  std::expected<void, std::string> open(const std::filesystem::path& folder) {
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
    if (auto loaded = load(); !loaded) return loaded;
    const std::string name(installation);
    const auto made = get_or_create({&name, 1});
    if (!made) return std::unexpected(made.error());
    secret_ = made->front().key;
    return {};
  }

  std::expected<std::vector<SubjectKey>, std::string> get_or_create(std::span<const std::string> subjects) {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> missing;
    for (const std::string& subject : subjects) {
      assert(subject.size() <= subject_bytes);
      if (keys_.contains(subject) || std::ranges::find(missing, subject, &Entry::subject) != missing.end()) continue;
      missing.push_back({.key = {.key_id = hex(random_bytes(key_id_bytes / 2)), .key = random_bytes(key_bytes)}, .subject = subject});
    }
    if (!missing.empty()) {
      if (auto appended = append(missing); !appended) return std::unexpected(appended.error());
    }
    std::vector<SubjectKey> found;
    for (const std::string& subject : subjects) found.push_back(keys_.at(subject).key);
    return found;
  }

  std::optional<SubjectKey> get(std::string_view subject) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(std::string(subject));
    if (found == keys_.end()) return std::nullopt;
    return found->second.key;
  }

  std::expected<bool, std::string> destroy(std::string_view subject) {
    assert(subject != installation);
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(std::string(subject));
    if (found == keys_.end()) return false;
    if (auto erased = erase(found->second.offset); !erased) return std::unexpected(erased.error());
    OPENSSL_cleanse(found->second.key.key.data(), found->second.key.key.size());
    keys_.erase(found);
    return true;
  }

  const std::string& secret() const { return secret_; }

 private:
  std::expected<void, std::string> load() {
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

  static std::optional<std::vector<Entry>> batch_at_front(std::string_view bytes, std::size_t& size) {
    if (bytes.size() < batch_head_bytes || !bytes.starts_with(magic)) return std::nullopt;
    size = number_at(bytes, magic.size(), 4);
    if (size > batch_bytes || bytes.size() - batch_head_bytes < size) return std::nullopt;
    return decode(bytes.substr(batch_head_bytes, size), bytes.substr(magic.size() + 4, checksum_bytes));
  }

  static bool has_batch_behind(std::string_view bytes) {
    std::size_t size = 0;
    for (auto at = bytes.find(magic); at != std::string_view::npos; at = bytes.find(magic, at + 1)) {
      if (batch_at_front(bytes.substr(at), size)) return true;
    }
    return false;
  }

  // The size of the batch at the front, its keys taken over; 0 if there is none.
  std::expected<std::size_t, std::string> load_batch(std::string_view bytes) {
    std::size_t size = 0;
    auto entries = batch_at_front(bytes, size);
    if (!entries) return 0;
    for (Entry& entry : *entries) {
      entry.offset += end_ + batch_head_bytes;
      const bool erased = std::ranges::all_of(entry.key.key, [](char c) { return c == '\0'; });
      if (entry.state == destroyed && !erased) {   // a crash came between the two steps of erase()
        if (auto finished = erase(entry.offset); !finished) return std::unexpected(finished.error());
      }
      if (entry.state == live) keys_.insert_or_assign(entry.subject, std::move(entry));
    }
    return batch_head_bytes + size;
  }

  std::expected<void, std::string> append(std::vector<Entry>& entries) {
    if (failed_) return std::unexpected("key vault: an earlier write failed; restart to go on");
    const std::string batch = encode_batch(entries);
    const bool written = ::pwrite(file_, batch.data(), batch.size(), static_cast<off_t>(end_)) == static_cast<ssize_t>(batch.size());
    if (!written || ::fdatasync(file_) != 0) {
      failed_ = true;   // what is on the disk is unknown until it is read again
      return std::unexpected(system_message("cannot write"));
    }
    std::size_t offset = end_ + batch_head_bytes;
    for (Entry& entry : entries) {
      entry.offset = offset;
      offset += entry_head_bytes + entry.subject.size();
      keys_.insert_or_assign(entry.subject, std::move(entry));
    }
    end_ += batch.size();
    return {};
  }

  // First the state, then the key: a crash between them is finished at the next start.
  std::expected<void, std::string> erase(std::size_t offset) {
    const std::string zeros(checksum_bytes + key_bytes, '\0');
    const auto at = static_cast<off_t>(offset);
    const bool done = ::pwrite(file_, &destroyed, 1, at) == 1 && ::fdatasync(file_) == 0 &&
                      ::pwrite(file_, zeros.data(), zeros.size(), at + 1) == static_cast<ssize_t>(zeros.size()) && ::fdatasync(file_) == 0;
    if (!done) return std::unexpected(system_message("cannot erase a key"));
    return {};
  }

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> keys_;
  std::string secret_;
  int file_ = -1;
  std::size_t end_ = 0;   // of the file's valid part
  bool failed_ = false;
};

KeyVault::KeyVault(std::unique_ptr<Store> store) : store_(std::move(store)) {}
KeyVault::KeyVault(KeyVault&&) noexcept = default;
KeyVault& KeyVault::operator=(KeyVault&&) noexcept = default;
KeyVault::~KeyVault() = default;

std::expected<KeyVault, std::string> KeyVault::open(const std::filesystem::path& folder) {
  auto store = std::make_unique<Store>();
  if (auto opened = store->open(folder); !opened) return std::unexpected(opened.error());
  return KeyVault(std::move(store));
}

std::expected<std::vector<SubjectKey>, std::string> KeyVault::get_or_create(std::span<const std::string> subjects) {
  assert(std::ranges::find(subjects, installation) == subjects.end());
  return store_->get_or_create(subjects);
}
std::optional<SubjectKey> KeyVault::get(std::string_view subject) const { return store_->get(subject); }
std::expected<bool, std::string> KeyVault::destroy(std::string_view subject) { return store_->destroy(subject); }
const std::string& KeyVault::installation_secret() const { return store_->secret(); }

}  // namespace layerline::crypto
