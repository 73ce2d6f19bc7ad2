// Data keys, one per subject, in a folder of their own so that destroying one makes all that was sealed under it unreadable.
// Also holds the installation's secret. Thread-safe. One process at a time (file lock).
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::crypto {

struct SubjectKey {
  std::string key_id;   // names this key for ever; a subject that is created again after its destruction gets another
  std::string key;      // key_bytes
};

class KeyVault {
 public:
  // Opens or creates the folder (mode 0700). The error is a sentence for an operator.
  static std::expected<KeyVault, std::string> open(const std::filesystem::path& folder);
  KeyVault(KeyVault&&) noexcept;
  KeyVault& operator=(KeyVault&&) noexcept;
  ~KeyVault();

  // The keys of the subjects, in their order; missing ones are made. Returns after ONE fsync for all new ones: before that nothing
  // may be sealed under them. Without new ones it costs no sync.
  [[nodiscard]] std::expected<std::vector<SubjectKey>, std::string> get_or_create(std::span<const std::string> subjects);
  [[nodiscard]] std::optional<SubjectKey> get(std::string_view subject) const;

  // Overwrites the key where it is stored, in memory too. True if there was one. Already destroyed is not an error.
  [[nodiscard]] std::expected<bool, std::string> destroy(std::string_view subject);

  // 32 random bytes made at the first start: the HMAC key for payload hashes and tokens of this installation.
  [[nodiscard]] const std::string& installation_secret() const;

 private:
  class Store;
  explicit KeyVault(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

}  // namespace layerline::crypto
