#include <fstream>
#include <iterator>

#include <sys/resource.h>

#include <csignal>

#include <doctest/doctest.h>

#include "infra/blob/blob_store.hpp"
#include "infra/crypto/digest.hpp"
#include "tests/edges/temporary_folder.hpp"

namespace layerline::blob {
namespace {

BlobStore open_store(const std::filesystem::path& folder) {
  auto store = BlobStore::open(folder);
  REQUIRE(store.has_value());
  return std::move(*store);
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file();
  return count;
}

TEST_CASE("blob: what came in pieces is found by its hash, once however often it came") {
  const TemporaryFolder folder;
  const BlobStore store = open_store(folder.path());
  auto writer = store.begin();
  REQUIRE(writer.has_value());
  REQUIRE(writer->add("hello ").has_value());
  REQUIRE(writer->add("world").has_value());
  const auto blob = writer->finish();
  REQUIRE(blob.has_value());
  CHECK(blob->hash == crypto::sha256_hex("hello world"));
  CHECK(blob->size == 11);
  CHECK(store.put("hello world")->hash == blob->hash);
  CHECK(files_in(folder.path()) == 1);
  const auto path = store.find(blob->hash);
  REQUIRE(path.has_value());
  std::ifstream file(*path);
  CHECK(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()} == "hello world");
}

TEST_CASE("blob: a store takes what another one's folder has and it lacks, and nothing that was altered") {
  const TemporaryFolder from;
  const TemporaryFolder to;
  const BlobStore source = open_store(from.path());
  const BlobStore target = open_store(to.path());
  const std::string large(3'000'000, 'x');
  REQUIRE(target.put("both").has_value());
  for (const std::string_view bytes : {"both", "one", ""}) REQUIRE(source.put(bytes).has_value());
  const Blob big = source.put(large).value();
  auto unfinished = source.begin();
  REQUIRE(unfinished->add("half").has_value());
  CHECK(target.take_from(from.path()).value() == 3);
  CHECK(target.take_from(from.path()).value() == 0);
  CHECK(std::filesystem::file_size(target.find(big.hash).value()) == large.size());
  CHECK(files_in(to.path()) == 4);

  const Blob altered = source.put("altered").value();
  std::ofstream(source.find(altered.hash).value()) << "Altered";
  CHECK_FALSE(target.take_from(from.path()).has_value());
  CHECK(target.find(altered.hash) == std::nullopt);
  CHECK_FALSE(target.take_from(from.path() / "nowhere").has_value());
}

TEST_CASE("blob: only a hash names a blob, never a path") {
  const TemporaryFolder folder;
  const BlobStore store = open_store(folder.path());
  CHECK(store.find(std::string(64, 'a')) == std::nullopt);
  CHECK(store.find("../../../etc/passwd") == std::nullopt);
  CHECK(store.find(std::string(62, 'a') + "/.") == std::nullopt);
}

TEST_CASE("blob: what is not finished leaves nothing, neither when it is dropped nor when its process died") {
  const TemporaryFolder folder;
  {
    const BlobStore store = open_store(folder.path());
    auto writer = store.begin();
    REQUIRE(writer->add("half").has_value());
    CHECK(files_in(folder.path()) == 1);
  }
  CHECK(files_in(folder.path()) == 0);
  std::ofstream(folder.path() / "incoming" / "of-a-dead-process") << "half";
  open_store(folder.path());
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("blob: a full disk is said so and leaves nothing behind") {
  const TemporaryFolder folder;
  const BlobStore store = open_store(folder.path());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, SIG_IGN);   // the limit on a file's size stands in for a full disk
  rlimit small = before;
  small.rlim_cur = 1'000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto failed = store.put(std::string(5'000, 'x'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().kind == BlobError::Kind::disk_full);
  CHECK(files_in(folder.path()) == 0);
  CHECK(store.put(std::string(5'000, 'x')).has_value());
}

}  // namespace
}  // namespace layerline::blob
