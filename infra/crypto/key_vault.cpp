#include "infra/crypto/key_vault.hpp"

#include <algorithm>
#include <cassert>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/folder_keys.hpp"
#include "infra/crypto/limits.hpp"
#include "infra/crypto/random.hpp"
#include "infra/crypto/shared_keys.hpp"

namespace layerline::crypto {

KeyVault::KeyVault(Place place) : place_(std::move(place)) {}
KeyVault::KeyVault(KeyVault&&) noexcept = default;
KeyVault& KeyVault::operator=(KeyVault&&) noexcept = default;
KeyVault::~KeyVault() = default;

std::expected<KeyVault, std::string> KeyVault::open(const std::filesystem::path& folder) {
  auto keys = std::make_unique<FolderKeys>();
  if (auto opened = keys->open(folder); !opened) return std::unexpected(opened.error());
  if (auto loaded = keys->load_secret(); !loaded) return std::unexpected(loaded.error());
  return KeyVault(std::move(keys));
}

std::expected<KeyVault, std::string> KeyVault::open_shared(KeyTable table) {
  if (auto caught_up = table.catch_up(); !caught_up) return std::unexpected("key vault: " + caught_up.error());
  auto secret = table.get(secret_name);
  if (!secret) return std::unexpected("key vault: the shared keys hold no installation's secret; make it with: layerline journal create");
  return KeyVault(std::make_unique<SharedKeys>(std::move(table), std::move(*secret)));
}

std::expected<std::vector<SubjectKey>, std::string> KeyVault::make(std::span<const std::string> subjects) {
  assert(std::ranges::find(subjects, installation) == subjects.end());
  if (auto* folder = std::get_if<std::unique_ptr<FolderKeys>>(&place_)) return (*folder)->make(subjects);
  return get_or_create(subjects);   // a table's are durable at once
}

std::expected<void, std::string> KeyVault::sync() {
  auto* folder = std::get_if<std::unique_ptr<FolderKeys>>(&place_);
  return folder == nullptr ? std::expected<void, std::string>() : (*folder)->sync();
}

std::expected<std::vector<SubjectKey>, std::string> KeyVault::get_or_create(std::span<const std::string> subjects) {
  assert(std::ranges::find(subjects, installation) == subjects.end());
  return std::visit([&](const auto& keys) { return keys->get_or_create(subjects); }, place_);
}

std::optional<SubjectKey> KeyVault::get(std::string_view subject) const {
  return std::visit([&](const auto& keys) { return keys->get(subject); }, place_);
}

std::expected<std::optional<std::string>, std::string> KeyVault::find(std::string_view subject, std::string_view key_id) const {
  using Found = std::expected<std::optional<std::string>, std::string>;
  return std::visit([&](const auto& keys) -> Found { return keys->find(subject, key_id); }, place_);
}

std::expected<bool, std::string> KeyVault::destroy(std::string_view subject) {
  return std::visit([&](const auto& keys) { return keys->destroy(subject); }, place_);
}

const std::string& KeyVault::installation_secret() const {
  return std::visit([](const auto& keys) -> const std::string& { return keys->secret(); }, place_);
}

void KeyVault::stop() {
  if (auto* shared = std::get_if<std::unique_ptr<SharedKeys>>(&place_)) (*shared)->stop();
}

std::expected<bool, std::string> create_secret(const KeyTable& table) {
  if (auto caught_up = table.catch_up(); !caught_up) return std::unexpected(std::move(caught_up.error()));
  if (table.get(secret_name)) return false;
  const std::pair<std::string, std::string> made{secret_name, random_bytes(key_bytes)};
  if (auto put = table.put({&made, 1}); !put) return std::unexpected(std::move(put.error()));
  return true;
}

// ---------------------------------------------------------------- from one place to another

namespace {

using Named = std::map<std::string, StoredKey>;   // by the name that the key has in a table

Named by_name(const FolderKeys& folder) {
  Named found;
  for (StoredKey& stored : folder.all()) {
    std::string name = stored.subject == installation ? std::string(secret_name) : name_in_table(stored.subject, stored.key.key_id);
    found.emplace(std::move(name), std::move(stored));
  }
  return found;
}

std::expected<Named, std::string> keys_in(const std::filesystem::path& folder) {
  FolderKeys keys;
  if (auto opened = keys.open(folder); !opened) return std::unexpected(std::move(opened.error()));
  return by_name(keys);
}

std::expected<Named, std::string> keys_in(const KeyTable& table) {
  if (auto caught_up = table.catch_up(); !caught_up) return std::unexpected(std::move(caught_up.error()));
  Named found;
  for (auto& [name, key] : table.with_prefix("")) {
    const auto parsed = parse_name(name);
    if (key.size() != key_bytes || (parsed ? parsed->key_id.size() != new_key().key_id.size() : name != secret_name))
      return std::unexpected("the shared keys hold something that is no key: " + name);
    StoredKey stored{.key = {.key_id = parsed ? std::string(parsed->key_id) : new_key().key_id, .key = std::move(key)}};
    if (parsed) stored.subject = parsed->subject;
    found.emplace(name, std::move(stored));
  }
  return found;
}

std::expected<void, std::string> check_same_installation(const Named& source, const Named& target) {
  const auto from = source.find(std::string(secret_name));
  const auto to = target.find(std::string(secret_name));
  if (from == source.end()) return std::unexpected("there are no keys to copy: the installation's secret is missing");
  if (to == target.end() || to->second.key.key == from->second.key.key) return {};
  return std::unexpected("the keys of another installation are there already: copy to an empty place");
}

// Calls `move` with up to limits::copied_keys of what is in `these` and not in `those`, until all were.
template <class Move>
std::expected<void, std::string> for_missing(const Named& these, const Named& those, const Move& move) {
  std::vector<Named::const_pointer> piece;
  for (const auto& named : these) {
    if (!those.contains(named.first)) piece.push_back(&named);
    if (piece.size() < limits::copied_keys) continue;
    if (auto moved = move(piece); !moved) return moved;
    piece.clear();
  }
  return piece.empty() ? std::expected<void, std::string>{} : move(piece);
}

using Piece = std::vector<Named::const_pointer>;

std::expected<void, std::string> fill(const KeyTable& table, const Named& source) {
  const auto target = keys_in(table);
  if (!target) return std::unexpected(target.error());
  if (auto same = check_same_installation(source, *target); !same) return same;
  const auto put = for_missing(source, *target, [&](const Piece& piece) {
    std::vector<std::pair<std::string, std::string>> records;
    for (const auto* named : piece) records.emplace_back(named->first, named->second.key.key);
    return table.put(records);
  });
  if (!put) return put;
  return for_missing(*target, source, [&](const Piece& piece) {
    std::vector<std::string> names;
    for (const auto* named : piece) names.push_back(named->first);
    return table.remove(names);
  });
}

std::expected<void, std::string> fill(const std::filesystem::path& folder, const Named& source) {
  FolderKeys keys;
  if (auto opened = keys.open(folder); !opened) return opened;
  const Named target = by_name(keys);
  if (auto same = check_same_installation(source, target); !same) return same;
  const auto added = for_missing(source, target, [&](const Piece& piece) {
    std::vector<StoredKey> stored;
    for (const auto* named : piece) stored.push_back(named->second);
    return keys.add(std::move(stored));
  });
  if (!added) return added;
  return for_missing(target, source, [&](const Piece& piece) -> std::expected<void, std::string> {
    for (const auto* named : piece) {
      if (auto gone = keys.destroy_one(named->second.subject, named->second.key.key_id); !gone) return gone;
    }
    return {};
  });
}

}  // namespace

std::expected<void, std::string> copy_keys(const KeyPlace& from, const KeyPlace& to) {
  const auto source = std::visit([](const auto& place) { return keys_in(place); }, from);
  if (!source) return std::unexpected(source.error());
  return std::visit([&](const auto& place) { return fill(place, *source); }, to);
}

}  // namespace layerline::crypto
