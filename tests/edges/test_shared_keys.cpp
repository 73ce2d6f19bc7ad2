// Processes that share their keys: each folds one log when it is told to catch up, as from a topic.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "infra/crypto/cipher.hpp"
#include "infra/crypto/key_vault.hpp"
#include "tests/edges/temporary_folder.hpp"

namespace layerline::crypto {
namespace {

using Subjects = std::vector<std::string>;
using Done = std::expected<void, std::string>;

// What all processes share.
struct Topic {
  std::mutex mutex;
  std::vector<std::pair<std::string, std::optional<std::string>>> records;
  std::atomic<bool> down = false;
  std::atomic<int> questions = 0;
};

// What one process knows of it.
class View {
 public:
  explicit View(Topic& topic) : topic_(topic) {}

  Done append(std::vector<std::pair<std::string, std::optional<std::string>>> records) {
    if (topic_.down) return std::unexpected("the broker is away");
    const std::lock_guard lock(topic_.mutex);
    topic_.records.insert(topic_.records.end(), records.begin(), records.end());
    fold();
    return {};
  }
  Done catch_up() {
    ++topic_.questions;
    if (topic_.down) return std::unexpected("the broker is away");
    const std::lock_guard lock(topic_.mutex);
    fold();
    return {};
  }
  std::map<std::string, std::string> with_prefix(std::string_view prefix) const {
    const std::lock_guard lock(topic_.mutex);
    std::map<std::string, std::string> found;
    std::ranges::copy_if(known_, std::inserter(found, found.end()), [&](const auto& named) { return named.first.starts_with(prefix); });
    return found;
  }

 private:
  void fold() {
    for (; folded_ < topic_.records.size(); ++folded_) {
      const auto& [name, key] = topic_.records[folded_];
      if (key) known_[name] = *key;
      else known_.erase(name);
    }
  }
  Topic& topic_;
  std::size_t folded_ = 0;
  std::map<std::string, std::string> known_;
};

KeyTable process(Topic& topic) {
  const auto view = std::make_shared<View>(topic);
  return {.put = [view](KeyTable::Records keys) { return view->append({keys.begin(), keys.end()}); },
          .remove =
              [view](std::span<const std::string> names) {
                std::vector<std::pair<std::string, std::optional<std::string>>> records;
                for (const std::string& name : names) records.emplace_back(name, std::nullopt);
                return view->append(std::move(records));
              },
          .get =
              [view](std::string_view name) {
                const auto found = view->with_prefix(name);
                const auto exact = found.find(std::string(name));
                return exact == found.end() ? std::nullopt : std::optional(exact->second);
              },
          .with_prefix = [view](std::string_view prefix) { return view->with_prefix(prefix); },
          .catch_up = [view] { return view->catch_up(); }};
}

KeyVault open_vault(Topic& topic) {
  auto vault = KeyVault::open_shared(process(topic));
  REQUIRE_MESSAGE(vault, vault.error());
  return std::move(*vault);
}

struct Installation {
  Topic topic;
  Installation() { REQUIRE(create_secret(process(topic)) == true); }
};

TEST_CASE("crypto: shared keys: without the installation's secret nothing opens, and it is made once") {
  Topic topic;
  const auto refused = KeyVault::open_shared(process(topic));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().contains("layerline journal create"));
  CHECK(create_secret(process(topic)) == true);
  CHECK(create_secret(process(topic)) == false);
  CHECK(open_vault(topic).installation_secret() == open_vault(topic).installation_secret());
  CHECK(open_vault(topic).installation_secret().size() == 32);
}

TEST_CASE("crypto: shared keys: a process without a key finds it as soon as another one made it") {
  Installation installation;
  KeyVault owner = open_vault(installation.topic);
  const KeyVault projector = open_vault(installation.topic);
  const SubjectKey made = owner.get_or_create(Subjects{"customer/1"})->front();
  CHECK(owner.get_or_create(Subjects{"customer/1"})->front().key_id == made.key_id);
  CHECK(projector.find("customer/1", made.key_id)->value() == made.key);
  CHECK(projector.get("customer/1")->key == made.key);
}

TEST_CASE("crypto: shared keys: two processes that make one subject's key at once both read what either sealed, and then agree on one") {
  Installation installation;
  KeyVault first = open_vault(installation.topic);
  KeyVault second = open_vault(installation.topic);
  const SubjectKey one = first.get_or_create(Subjects{"customer/1"})->front();
  const SubjectKey two = second.get_or_create(Subjects{"customer/1"})->front();   // it has not heard of the first
  REQUIRE(one.key_id != two.key_id);
  for (const KeyVault* vault : {&first, &second}) {
    CHECK(vault->find("customer/1", one.key_id)->value() == one.key);
    CHECK(vault->find("customer/1", two.key_id)->value() == two.key);
  }
  CHECK(first.get_or_create(Subjects{"customer/1"})->front().key_id == second.get_or_create(Subjects{"customer/1"})->front().key_id);
  CHECK(first.destroy("customer/1") == true);
  for (const SubjectKey& key : {one, two}) CHECK(open_vault(installation.topic).find("customer/1", key.key_id)->has_value() == false);
}

TEST_CASE("crypto: shared keys: a key that one process destroyed is gone in the others, and only that subject's") {
  Installation installation;
  KeyVault first = open_vault(installation.topic);
  KeyVault second = open_vault(installation.topic);
  const auto keys = *first.get_or_create(Subjects{"customer/1", "customer/10", "customer/1/x"});
  REQUIRE(second.find("customer/1", keys[0].key_id)->has_value());
  CHECK(second.destroy("customer/1") == true);
  CHECK(second.destroy("customer/1") == false);
  CHECK(first.get("customer/10")->key == keys[1].key);
  CHECK(first.get("customer/1/x")->key == keys[2].key);
  REQUIRE(first.get("customer/2") == std::nullopt);   // any miss catches up
  CHECK(first.find("customer/1", keys[0].key_id)->has_value() == false);
  const SubjectKey again = first.get_or_create(Subjects{"customer/1"})->front();
  CHECK(again.key_id != keys[0].key_id);
}

TEST_CASE("crypto: shared keys: a key that was destroyed is asked for once only") {
  Installation installation;
  KeyVault vault = open_vault(installation.topic);
  const int before = installation.topic.questions;
  for (int i = 0; i < 10; ++i) CHECK(vault.find("customer/1", "0123456789abcdef")->has_value() == false);
  CHECK(installation.topic.questions == before + 1);
}

TEST_CASE("crypto: shared keys: while the table is away nothing reads as destroyed and nothing is sealed: all wait, and stop ends it") {
  Installation installation;
  KeyVault owner = open_vault(installation.topic);
  KeyVault reader = open_vault(installation.topic);
  const SubjectKey made = owner.get_or_create(Subjects{"customer/1"})->front();
  installation.topic.down = true;
  CHECK_FALSE(reader.destroy("customer/1").has_value());
  std::expected<std::optional<std::string>, std::string> found = std::unexpected("not yet");
  std::expected<std::vector<SubjectKey>, std::string> created = std::unexpected("not yet");
  {
    std::jthread finds([&] { found = reader.find("customer/1", made.key_id); });
    std::jthread creates([&] { created = owner.get_or_create(Subjects{"customer/2"}); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK_FALSE(found.has_value());
    installation.topic.down = false;
  }
  CHECK(found->value() == made.key);
  CHECK(reader.find("customer/2", created->front().key_id)->value() == created->front().key);

  installation.topic.down = true;
  {
    std::jthread finds([&] { found = reader.find("customer/3", made.key_id); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    reader.stop();
  }
  CHECK_FALSE(found.has_value());
}

TEST_CASE("crypto: shared keys: a folder's keys go to a table and back, with the secret, and what was destroyed stays so") {
  Installation other;
  Topic topic;
  const TemporaryFolder folder;
  const TemporaryFolder back;
  std::vector<SubjectKey> made;
  std::string secret;
  {
    KeyVault vault = *KeyVault::open(folder.path());
    made = *vault.get_or_create(Subjects{"a", "b"});
    secret = vault.installation_secret();
    CHECK_FALSE(copy_keys(folder.path(), process(topic)).has_value());   // it is in use
  }
  REQUIRE(copy_keys(folder.path(), process(topic)).has_value());
  REQUIRE(copy_keys(folder.path(), process(topic)).has_value());
  CHECK_FALSE(copy_keys(folder.path(), process(other.topic)).has_value());
  KeyVault shared = open_vault(topic);
  CHECK(shared.installation_secret() == secret);
  CHECK(shared.find("a", made[0].key_id)->value() == made[0].key);
  REQUIRE(shared.destroy("a") == true);
  const SubjectKey third = shared.get_or_create(Subjects{"c"})->front();
  // Two keys of one subject.
  const std::pair<std::string, std::string> second{"b/0123456789abcdef", std::string(key_bytes, 'k')};
  REQUIRE(process(topic).put({&second, 1}));

  for (const TemporaryFolder* place : {&back, &folder}) {   // a new one, and the one that it came from
    REQUIRE(copy_keys(process(topic), place->path()).has_value());
    const KeyVault vault = *KeyVault::open(place->path());
    CHECK(vault.installation_secret() == secret);
    CHECK(vault.find("a", made[0].key_id)->has_value() == false);
    CHECK(vault.find("b", made[1].key_id)->value() == made[1].key);
    CHECK(vault.find("b", "0123456789abcdef")->value() == second.second);
    CHECK(vault.get("c")->key == third.key);
  }
  CHECK_FALSE(copy_keys(process(other.topic), folder.path()).has_value());
  REQUIRE(KeyVault::open(folder.path())->destroy("b") == true);
  CHECK(KeyVault::open(folder.path())->get("b") == std::nullopt);
  CHECK_FALSE(copy_keys(process(*std::make_unique<Topic>()), folder.path()).has_value());
}

TEST_CASE("crypto: keys go from a folder to a folder, and from a table to a table") {
  const TemporaryFolder first;
  const TemporaryFolder second;
  Topic topic;
  Topic other;
  const SubjectKey made = KeyVault::open(first.path())->get_or_create(Subjects{"a"})->front();
  REQUIRE(copy_keys(first.path(), second.path()).has_value());
  REQUIRE(copy_keys(second.path(), process(topic)).has_value());
  REQUIRE(copy_keys(process(topic), process(other)).has_value());
  CHECK(KeyVault::open(second.path())->get("a")->key == made.key);
  CHECK(open_vault(other).get("a")->key == made.key);
  CHECK(open_vault(other).installation_secret() == KeyVault::open(first.path())->installation_secret());
}

}  // namespace
}  // namespace layerline::crypto
