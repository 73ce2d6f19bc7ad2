// The key vault in a table that processes share. A key's name in it is "<subject>/<key id>": what was sealed names the id of its key, so
// that two keys of one subject, made by two processes at once, are both good.
#pragma once

#include <condition_variable>
#include <mutex>
#include <unordered_set>

#include "infra/crypto/key_vault.hpp"

namespace layerline::crypto {

inline constexpr std::string_view secret_name = "installation";   // has no id, so it is no key of a subject

[[nodiscard]] std::string name_in_table(std::string_view subject, std::string_view key_id);
struct NameInTable {
  std::string_view subject;
  std::string_view key_id;
};
// None: it names no key.
[[nodiscard]] std::optional<NameInTable> parse_name(std::string_view name);

class SharedKeys {
 public:
  SharedKeys(KeyTable table, std::string secret) : table_(std::move(table)), secret_(std::move(secret)) {}
  ~SharedKeys();
  SharedKeys(const SharedKeys&) = delete;
  SharedKeys& operator=(const SharedKeys&) = delete;

  std::expected<std::vector<SubjectKey>, std::string> get_or_create(std::span<const std::string> subjects);
  std::optional<SubjectKey> get(std::string_view subject) const;
  std::expected<std::optional<std::string>, std::string> find(std::string_view subject, std::string_view key_id);
  std::expected<bool, std::string> destroy(std::string_view subject);
  void stop();
  const std::string& secret() const { return secret_; }

 private:
  [[nodiscard]] std::vector<SubjectKey> known(std::string_view subject) const;
  [[nodiscard]] std::expected<void, std::string> until_done(const std::function<std::expected<void, std::string>()>& attempt);

  const KeyTable table_;
  std::string secret_;
  std::mutex making_;                             // one thread at a time makes keys
  std::mutex mutex_;                              // guards the rest
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::unordered_set<std::string> destroyed_;     // names that the table was asked for and does not have: an id never comes again
};

}  // namespace layerline::crypto
