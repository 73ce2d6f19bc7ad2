#include <doctest/doctest.h>

#include <filesystem>
#include <random>

#include "infra/store/store.hpp"

using namespace layerline;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("layerline-store-" + std::to_string(std::random_device{}()));
  ~Folder() { std::filesystem::remove_all(path); }
};

void put(store::Store& store, std::initializer_list<std::pair<const char*, const char*>> pairs) {
  store::Batch batch;
  for (const auto& [key, value] : pairs) batch.put(key, value);
  REQUIRE(store.write(batch));
}

std::vector<std::string> keys(const store::Store& store, std::string_view prefix, std::string_view after = "", std::size_t limit = 100) {
  std::vector<std::string> found;
  REQUIRE(store.scan(prefix, after, [&](std::string_view key, std::string_view) {
    found.emplace_back(key);
    return found.size() < limit;
  }));
  return found;
}

}  // namespace

TEST_CASE("store: a batch is there after the store is opened again, also for a reader beside nobody") {
  const Folder folder;
  {
    auto store = store::Store::open(folder.path);
    REQUIRE(store);
    put(*store, {{"a/1", "one"}, {"a/2", ""}});
    store::Batch batch;
    batch.erase("a/1");
    batch.put("a/3", std::string_view("\0x", 2));
    REQUIRE(store->write(batch));
  }
  auto store = store::Store::open(folder.path, store::Mode::read_only);
  REQUIRE(store);
  CHECK(store->get("a/1").value() == std::nullopt);
  CHECK(store->get("a/2").value() == "");
  CHECK(store->get("a/3").value() == std::string("\0x", 2));
  store::Batch late;
  late.put("b", "c");
  CHECK_FALSE(store->write(late));
}

TEST_CASE("store: a scan sees its prefix only, goes on behind a cursor and stops when told") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"a/1", ""}, {"a/2", ""}, {"a/3", ""}, {"a0", ""}, {"b", ""}});
  CHECK(keys(*store, "a/") == std::vector<std::string>{"a/1", "a/2", "a/3"});
  CHECK(keys(*store, "a/", "a/1") == std::vector<std::string>{"a/2", "a/3"});
  CHECK(keys(*store, "a/", "a/1", 1) == std::vector<std::string>{"a/2"});
  CHECK(keys(*store, "a/", "z").empty());
  CHECK(keys(*store, "a/", "A") == std::vector<std::string>{"a/1", "a/2", "a/3"});
}

TEST_CASE("store: erasing a prefix takes its keys and no neighbour's") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"a/1", ""}, {"a/\xFF\xFF", ""}, {"a0", ""}, {"a", ""}});
  store::Batch batch;
  batch.erase_prefix("a/");
  REQUIRE(store->write(batch));
  CHECK(keys(*store, "a") == std::vector<std::string>{"a", "a0"});
}

TEST_CASE("store: what was written in bulk is on disk after a flush") {
  const Folder folder;
  {
    auto store = store::Store::open(folder.path);
    REQUIRE(store);
    store::Batch batch;
    batch.put("a", "b");
    REQUIRE(store->write(batch, store::Writing::bulk));
    REQUIRE(store->flush());
  }
  auto store = store::Store::open(folder.path, store::Mode::read_only);
  REQUIRE(store);
  CHECK(store->get("a").value() == "b");
}
