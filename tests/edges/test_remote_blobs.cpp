// Blobs that are elsewhere, between two stores over HTTP.
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "gateways/internal/blobs.hpp"
#include "gateways/internal/token.hpp"
#include "infra/blob/remote.hpp"
#include "infra/crypto/digest.hpp"
#include "tests/edges/temporary_folder.hpp"
#include "tests/http/running_server.hpp"

namespace layerline::blob {
namespace {

constexpr std::string_view token = "the token";
const std::string nobody = "http://127.0.0.1:1";

struct Process {
  TemporaryFolder folder;
  BlobStore blobs = *BlobStore::open(folder.path());

  void ask(std::vector<std::string> urls, std::string_view shown = token) {
    blobs.fetch_with(fetch_from({[urls] { return urls; }, internal::authorization(shown)}));
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) count += entry.is_regular_file();
    return count;
  }
};

struct Keeper : Process {
  http::RunningServer server{[this] {
    http::Router router;
    internal::add_blobs(router, blobs, std::string(token));
    return router;
  }()};
  [[nodiscard]] std::string url() const { return server.url(""); }
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("blob: one that another process has is fetched, checked and kept here") {
  Keeper empty;
  Keeper keeper;
  const std::string bytes(20 * 1024 * 1024, 'x');   // more than an answer in memory may have
  const std::string hash = keeper.blobs.put(bytes)->hash;
  Process worker;
  worker.ask({nobody, empty.url(), keeper.url()});
  CHECK(worker.blobs.find(hash) == std::nullopt);
  const auto path = worker.blobs.get(hash);
  REQUIRE_MESSAGE(path, path.error().message);
  CHECK(read_file(*path) == bytes);
  worker.ask({});
  CHECK(worker.blobs.get(hash).has_value());
}

TEST_CASE("blob: nobody has it only if everybody said so, and without the token nobody says anything") {
  Keeper keeper;
  const std::string hash = keeper.blobs.put("model")->hash;
  const std::string other = crypto::sha256_hex("other");
  Process worker;
  CHECK(worker.blobs.get(hash).error().kind == BlobError::Kind::not_found);   // alone
  worker.ask({keeper.url()});
  CHECK(worker.blobs.get(other).error().kind == BlobError::Kind::not_found);
  CHECK(worker.blobs.get("../../etc/passwd").error().kind == BlobError::Kind::not_found);
  worker.ask({keeper.url(), nobody});
  CHECK(worker.blobs.get(other).error().kind == BlobError::Kind::unreachable);
  worker.ask({keeper.url()}, "another token");
  CHECK_FALSE(worker.blobs.get(hash).has_value());
  CHECK(worker.files() == 0);
}

TEST_CASE("blob: bytes that are not those of the hash are not kept") {
  http::Router router;
  router.add(http::Method::get, "/internal/blobs/{hash}", http::answering("something else"));
  const http::RunningServer liar(std::move(router));
  Keeper keeper;
  const std::string hash = keeper.blobs.put("model")->hash;
  Process worker;
  worker.ask({liar.url("")});
  CHECK(worker.blobs.get(hash).error().kind == BlobError::Kind::io);
  CHECK(worker.files() == 0);
  worker.ask({liar.url(""), keeper.url()});
  CHECK(worker.blobs.get(hash).has_value());
}

}  // namespace
}  // namespace layerline::blob
