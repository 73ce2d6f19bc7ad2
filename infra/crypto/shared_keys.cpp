#include "infra/crypto/shared_keys.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/folder_keys.hpp"
#include "infra/crypto/limits.hpp"

namespace layerline::crypto {

std::string name_in_table(std::string_view subject, std::string_view key_id) { return fmt::format("{}/{}", subject, key_id); }

// An id has no slash, a subject may have some.
std::optional<NameInTable> parse_name(std::string_view name) {
  const auto slash = name.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return NameInTable{name.substr(0, slash), name.substr(slash + 1)};
}

SharedKeys::~SharedKeys() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

// Of several keys all processes take the one whose id is the first, once they know of it.
std::vector<SubjectKey> SharedKeys::known(std::string_view subject) const {
  std::vector<SubjectKey> keys;
  for (auto& [name, key] : table_.with_prefix(name_in_table(subject, ""))) {
    const auto parsed = parse_name(name);
    if (parsed && parsed->subject == subject && key.size() == key_bytes) keys.push_back({std::string(parsed->key_id), std::move(key)});
  }
  return keys;
}

std::expected<std::vector<SubjectKey>, std::string> SharedKeys::get_or_create(std::span<const std::string> subjects) {
  const std::lock_guard lock(making_);
  std::map<std::string, SubjectKey> keys;
  std::vector<std::pair<std::string, std::string>> made;
  for (const std::string& subject : subjects) {
    assert(subject.size() <= limits::subject_bytes);
    if (keys.contains(subject)) continue;
    const auto there = known(subject);
    const SubjectKey& key = keys[subject] = there.empty() ? new_key() : there.front();
    if (there.empty()) made.emplace_back(name_in_table(subject, key.key_id), key.key);
  }
  if (!made.empty()) {
    // Repeated after an unknown outcome it puts the same again.
    if (auto put = until_done([&] { return table_.put(made); }); !put) return std::unexpected(std::move(put.error()));
  }
  std::vector<SubjectKey> found;
  for (const std::string& subject : subjects) found.push_back(keys.at(subject));
  return found;
}

std::optional<SubjectKey> SharedKeys::get(std::string_view subject) const {
  auto keys = known(subject);
  if (keys.empty() && table_.catch_up()) keys = known(subject);
  if (keys.empty()) return std::nullopt;
  return std::move(keys.front());
}

// A key is in the table before anything is sealed under it: if it is not there now, it was destroyed. What can't be asked is not known,
// and must not read as destroyed.
std::expected<std::optional<std::string>, std::string> SharedKeys::find(std::string_view subject, std::string_view key_id) {
  const std::string name = name_in_table(subject, key_id);
  if (auto key = table_.get(name)) return key;
  {
    const std::lock_guard lock(mutex_);
    if (destroyed_.contains(name)) return std::nullopt;
  }
  if (auto caught_up = until_done(table_.catch_up); !caught_up) return std::unexpected(std::move(caught_up.error()));
  if (auto key = table_.get(name)) return key;
  const std::lock_guard lock(mutex_);
  if (destroyed_.size() >= limits::destroyed_keys) destroyed_.clear();
  destroyed_.insert(name);
  return std::nullopt;
}

std::expected<bool, std::string> SharedKeys::destroy(std::string_view subject) {
  assert(subject != installation);
  if (auto caught_up = table_.catch_up(); !caught_up) return std::unexpected(std::move(caught_up.error()));
  std::vector<std::string> names;
  for (SubjectKey& key : known(subject)) {
    names.push_back(name_in_table(subject, key.key_id));
    OPENSSL_cleanse(key.key.data(), key.key.size());
  }
  if (names.empty()) return false;
  if (auto removed = table_.remove(names); !removed) return std::unexpected(std::move(removed.error()));
  return true;
}

std::expected<void, std::string> SharedKeys::until_done(const std::function<std::expected<void, std::string>()>& attempt) {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return std::unexpected("key vault: stopped while it waited for the shared keys");
    }
    auto done = attempt();
    if (done) return done;
    std::unique_lock lock(mutex_);
    if (stopped_.wait_for(lock, limits::table_retry, [this] { return stopping_; })) return done;
  }
}

void SharedKeys::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

}  // namespace layerline::crypto
