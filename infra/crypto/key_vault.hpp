// Data keys by subject, apart from what they seal, so that destroying them makes all of it unreadable. Also holds the installation's
// secret. Either in a folder (one process at a time, by a file lock), or in a table that processes on several machines share.
// Thread-safe.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace layerline::crypto {

struct SubjectKey {
  std::string key_id;   // names this key for ever; a subject that is created again after its destruction gets another
  std::string key;      // key_bytes
};

// A map in which processes share keys: "<subject>/<key id>" → key, and the installation's secret. Any thread; errors are sentences.
struct KeyTable {
  using Records = std::span<const std::pair<std::string, std::string>>;
  std::function<std::expected<void, std::string>(Records)> put;                              // durable when it returns
  std::function<std::expected<void, std::string>(std::span<const std::string>)> remove;      // durable when it returns
  std::function<std::optional<std::string>(std::string_view)> get;                           // what this process knows; does not wait
  std::function<std::map<std::string, std::string>(std::string_view)> with_prefix;           // the same; "" is everything
  std::function<std::expected<void, std::string>()> catch_up;                                // now it knows what was put before the call
};

class KeyVault {
 public:
  // Opens or creates the folder (mode 0700). The error is a sentence for an operator.
  static std::expected<KeyVault, std::string> open(const std::filesystem::path& folder);
  // Nothing is kept on this machine's disk. Refuses a table without the installation's secret, which create_secret() makes.
  static std::expected<KeyVault, std::string> open_shared(KeyTable table);
  KeyVault(KeyVault&&) noexcept;
  KeyVault& operator=(KeyVault&&) noexcept;
  ~KeyVault();

  // The keys of the subjects, in their order; missing ones are made. What is sealed under a new one may be stored only behind a sync().
  // Two processes that make one subject's key at once make two, and both are good. Shared, it waits for the table until stop().
  [[nodiscard]] std::expected<std::vector<SubjectKey>, std::string> make(std::span<const std::string> subjects);
  // Keys that were made are durable when it returns: ONE fsync for all of them, and none if there are none.
  [[nodiscard]] std::expected<void, std::string> sync();
  // Both at once.
  [[nodiscard]] std::expected<std::vector<SubjectKey>, std::string> get_or_create(std::span<const std::string> subjects);
  [[nodiscard]] std::optional<SubjectKey> get(std::string_view subject) const;

  // The key that something was sealed under; none: it was destroyed. Shared, it waits for the table until it knows, or until stop().
  [[nodiscard]] std::expected<std::optional<std::string>, std::string> find(std::string_view subject, std::string_view key_id) const;

  // Overwrites the subject's keys where they are stored, in memory too. True if there was one. Already destroyed is not an error.
  [[nodiscard]] std::expected<bool, std::string> destroy(std::string_view subject);

  // Ends all waiting for the table, for good: what waits fails.
  void stop();

  // 32 random bytes made at the first start: the HMAC key for payload hashes and tokens of this installation.
  [[nodiscard]] const std::string& installation_secret() const;

 private:
  using Place = std::variant<std::unique_ptr<class FolderKeys>, std::unique_ptr<class SharedKeys>>;
  explicit KeyVault(Place place);
  Place place_;
};

// Makes the secret of a new installation in the table. True: made now; false: it was there.
[[nodiscard]] std::expected<bool, std::string> create_secret(const KeyTable& table);

// Makes the target hold what the source holds, no more and no less; between folders, tables, or one of each. Refuses a target that belongs
// to another installation, and needs the locks of folders. Afterwards the source still can read everything: it has to be erased as well,
// or be removed.
using KeyPlace = std::variant<std::filesystem::path, KeyTable>;
[[nodiscard]] std::expected<void, std::string> copy_keys(const KeyPlace& from, const KeyPlace& to);

}  // namespace layerline::crypto
