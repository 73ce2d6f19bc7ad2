// The key vault in a folder.
#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "infra/crypto/key_vault.hpp"

namespace layerline::crypto {

// The installation's secret is kept like a key, under the one name that no subject can have.
inline constexpr std::string_view installation = "";

[[nodiscard]] SubjectKey new_key();

struct StoredKey {
  SubjectKey key = {};
  std::string subject = {};
  char state = 'L';
  std::size_t offset = 0;   // of the entry in the file; 0: it is not there yet
};

class FolderKeys {
 public:
  FolderKeys() = default;
  ~FolderKeys();
  FolderKeys(const FolderKeys&) = delete;
  FolderKeys& operator=(const FolderKeys&) = delete;

  // Takes the lock and reads; makes no secret.
  std::expected<void, std::string> open(const std::filesystem::path& folder);

  std::expected<std::vector<SubjectKey>, std::string> make(std::span<const std::string> subjects);
  std::expected<void, std::string> sync();
  std::expected<std::vector<SubjectKey>, std::string> get_or_create(std::span<const std::string> subjects);
  std::optional<SubjectKey> get(std::string_view subject) const;
  std::optional<std::string> find(std::string_view subject, std::string_view key_id) const;
  std::expected<bool, std::string> destroy(std::string_view subject);

  // One fsync for all of them.
  std::expected<void, std::string> add(std::vector<StoredKey> keys);
  std::expected<void, std::string> destroy_one(std::string_view subject, std::string_view key_id);
  std::vector<StoredKey> all() const;

  std::expected<void, std::string> load_secret();   // makes it if there is none
  const std::string& secret() const { return secret_; }

 private:
  std::expected<void, std::string> load();
  std::expected<std::size_t, std::string> load_batch(std::string_view bytes);
  std::expected<void, std::string> write_waiting();
  std::expected<void, std::string> append(std::vector<StoredKey>& entries);
  std::expected<void, std::string> forget(StoredKey& entry);
  std::expected<void, std::string> erase(std::size_t offset);
  void keep(StoredKey entry);

  std::mutex file_mutex_;           // of who writes; taken before the other one, which others need while keys are synced
  int file_ = -1;
  std::size_t end_ = 0;             // of the file's valid part
  std::atomic<bool> failed_ = false;

  mutable std::mutex mutex_;        // guards the next two
  std::unordered_map<std::string, std::vector<StoredKey>> keys_;   // by subject, never empty; more than one only by a copy from a table
  std::vector<std::string> waiting_;                               // subjects whose keys are not in the file yet
  std::string secret_;
};

}  // namespace layerline::crypto
