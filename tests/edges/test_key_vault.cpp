#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "infra/crypto/key_vault.hpp"
#include "tests/edges/temporary_folder.hpp"

namespace layerline::crypto {
namespace {

using Subjects = std::vector<std::string>;

KeyVault open_vault(const std::filesystem::path& folder) {
  auto vault = KeyVault::open(folder);
  REQUIRE(vault.has_value());
  return std::move(*vault);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("crypto: key vault: keys and the installation's secret survive a restart") {
  const TemporaryFolder folder;
  std::vector<SubjectKey> made;
  std::string secret;
  {
    KeyVault vault = open_vault(folder.path());
    made = *vault.get_or_create(Subjects{"customer/1", "customer/2", "customer/1"});
    secret = vault.installation_secret();
  }
  REQUIRE(made.size() == 3);
  CHECK(made[0].key.size() == 32);
  CHECK(made[0].key == made[2].key);
  CHECK(made[0].key != made[1].key);
  KeyVault vault = open_vault(folder.path());
  CHECK(vault.get("customer/1")->key == made[0].key);
  CHECK(vault.get("customer/1")->key_id == made[0].key_id);
  CHECK(vault.get_or_create(Subjects{"customer/2"})->front().key == made[1].key);
  CHECK(vault.get("customer/3") == std::nullopt);
  CHECK(vault.installation_secret() == secret);
}

TEST_CASE("crypto: key vault: what was made is on the disk behind one sync, and one that never was there can be destroyed") {
  const TemporaryFolder folder;
  KeyVault vault = open_vault(folder.path());
  const SubjectKey one = vault.make(Subjects{"a"})->front();
  const SubjectKey other = vault.make(Subjects{"b", "a"})->front();
  CHECK(vault.make(Subjects{"a"})->front().key == one.key);
  CHECK(vault.find("a", one.key_id)->value() == one.key);
  CHECK_FALSE(read_file(folder.path() / "subjects").contains(one.key));
  CHECK(vault.sync());
  const std::string synced = read_file(folder.path() / "subjects");
  CHECK(synced.contains(one.key));
  CHECK(synced.contains(other.key));
  CHECK(vault.sync());
  CHECK(read_file(folder.path() / "subjects") == synced);
  const SubjectKey brief = vault.make(Subjects{"c"})->front();
  CHECK(vault.destroy("c") == true);
  CHECK(vault.get("c") == std::nullopt);
  CHECK(vault.sync());
  CHECK(read_file(folder.path() / "subjects") == synced);
  CHECK(vault.destroy("b") == true);
  const std::string destroyed = read_file(folder.path() / "subjects");
  CHECK_FALSE(destroyed.contains(brief.key));
  CHECK_FALSE(destroyed.contains(other.key));
  CHECK(destroyed.contains(one.key));
}

TEST_CASE("crypto: key vault: after a write that failed nobody is told that keys are durable") {
  const TemporaryFolder folder;
  KeyVault vault = open_vault(folder.path());
  REQUIRE(vault.make(Subjects{"a"}));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit full{std::filesystem::file_size(folder.path() / "subjects"), before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);   // then what does not fit fails with EFBIG
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  const bool first = vault.get_or_create(Subjects{"b"}).has_value();
  const bool second = vault.sync().has_value();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, ignored);
  CHECK_FALSE(first);
  CHECK_FALSE(second);
  CHECK_FALSE(vault.sync());
}

TEST_CASE("crypto: key vault: a destroyed key is nowhere in the folder, and a new one for the same subject is another") {
  const TemporaryFolder folder;
  SubjectKey destroyed;
  SubjectKey kept;
  {
    KeyVault vault = open_vault(folder.path());
    const auto keys = *vault.get_or_create(Subjects{"a", "b"});
    destroyed = keys[0];
    kept = keys[1];
    CHECK(vault.destroy("a") == true);
    CHECK(vault.destroy("a") == false);
    CHECK(vault.get("a") == std::nullopt);
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    CHECK_FALSE(read_file(file.path()).contains(destroyed.key));
  }
  KeyVault vault = open_vault(folder.path());
  CHECK(vault.get("a") == std::nullopt);
  CHECK(vault.get("b")->key == kept.key);
  const auto again = *vault.get_or_create(Subjects{"a"});
  CHECK(again[0].key_id != destroyed.key_id);
  CHECK(again[0].key != destroyed.key);
}

TEST_CASE("crypto: key vault: a torn last batch is cut off wherever it tore, damage before others is refused") {
  const TemporaryFolder folder;
  std::size_t whole = 0;
  {
    KeyVault vault = open_vault(folder.path());
    REQUIRE(vault.get_or_create(Subjects{"first"}).has_value());
    whole = std::filesystem::file_size(folder.path() / "subjects");
    REQUIRE(vault.get_or_create(Subjects{"second"}).has_value());
  }
  const std::string bytes = read_file(folder.path() / "subjects");
  for (std::size_t size = whole; size < bytes.size(); ++size) {
    std::ofstream(folder.path() / "subjects", std::ios::binary) << bytes.substr(0, size);
    KeyVault vault = open_vault(folder.path());
    REQUIRE(vault.get("first").has_value());
    REQUIRE_FALSE(vault.get("second").has_value());
    REQUIRE(vault.get_or_create(Subjects{"third"}).has_value());
  }
  std::string damaged = bytes;
  damaged[whole - 3] ^= 1;
  std::ofstream(folder.path() / "subjects", std::ios::binary) << damaged;
  const auto refused = KeyVault::open(folder.path());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().contains("damaged"));
}

TEST_CASE("crypto: key vault: a second process is refused") {
  const TemporaryFolder folder;
  const KeyVault vault = open_vault(folder.path());
  CHECK_FALSE(KeyVault::open(folder.path()).has_value());
}

}  // namespace
}  // namespace layerline::crypto
