#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "infra/store/limits.hpp"
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

TEST_CASE("store: a walk jumps within its prefix, forwards and back, in the moment in which it began") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"a/1", "one"}, {"a/3", "three"}, {"a0", ""}, {"b", ""}});
  store::Walk walk = store->walk("a/");
  put(*store, {{"a/2", "two"}});
  CHECK(walk.seek("2"));
  CHECK(walk.tail() == "3");
  CHECK(walk.value() == "three");
  CHECK_FALSE(walk.seek("4"));
  CHECK(walk.seek(""));
  CHECK(walk.tail() == "1");
  CHECK(walk.state());
}

TEST_CASE("store: backwards, a scan sees its prefix only, goes on before a cursor and stops when told") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"A", ""}, {"a/", ""}, {"a/1", ""}, {"a/2", ""}, {"a/3", ""}, {"a0", ""}, {"b", ""}});
  const auto back = [&](std::string_view before, std::size_t limit = 100) {
    std::vector<std::string> found;
    const auto visit = [&](std::string_view key, std::string_view) {
      found.emplace_back(key);
      return found.size() < limit;
    };
    REQUIRE(store->scan("a/", before, visit, store::Direction::backwards));
    return found;
  };
  CHECK(back("") == std::vector<std::string>{"a/3", "a/2", "a/1", "a/"});
  CHECK(back("a/3") == std::vector<std::string>{"a/2", "a/1", "a/"});
  CHECK(back("a/25", 1) == std::vector<std::string>{"a/2"});
  CHECK(back("z").size() == 4);
  CHECK(back("A").empty());
}

TEST_CASE("store: backwards, a walk jumps to what comes before, and behind what it stands on") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"a/1", "one"}, {"a/3", "three"}, {"a0", ""}, {"Z", ""}});
  store::Walk walk = store->walk("a/", store::Direction::backwards);
  CHECK(walk.seek(""));
  CHECK(walk.tail() == "3");
  CHECK(walk.seek("2"));
  CHECK(walk.tail() == "1");
  CHECK(walk.seek_behind("3"));
  CHECK(walk.tail() == "1");
  CHECK_FALSE(walk.seek_behind("1"));
  CHECK_FALSE(walk.seek("0"));
  CHECK(walk.state());
  store::Walk ahead = store->walk("a/");
  CHECK(ahead.seek_behind("1"));
  CHECK(ahead.tail() == "3");
  CHECK(ahead.seek_behind("2"));
  CHECK_FALSE(ahead.seek_behind("3"));
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

TEST_CASE("store: a follower gets what is written under its prefix behind what it has read, each key as it stands") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  put(*store, {{"a/1", "x"}, {"a/2", "x"}, {"b", "x"}});
  std::vector<std::string> read;
  auto following = store->follow("a/", [&](std::string_view key, std::string_view) {
    read.emplace_back(key);
    return true;
  });
  REQUIRE(following);
  CHECK(read == std::vector<std::string>{"a/1", "a/2"});
  CHECK(following->take().value().empty());
  put(*store, {{"a/3", "x"}, {"a/1", "y"}, {"b", "y"}});
  store::Batch batch;
  batch.erase("a/2");
  batch.put("a/3", "z");
  REQUIRE(store->write(batch));
  CHECK(following->take() == store::Following::Changes{{"a/1", "y"}, {"a/2", std::nullopt}, {"a/3", "z"}});
  CHECK(following->take().value().empty());
}

TEST_CASE("store: a follower never gets half a batch, whenever it asks") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  std::map<std::string, std::string> followed;
  auto following = store->follow("a/", [](auto, auto) { return true; });
  std::atomic<bool> written = false;
  std::thread writer([&] {
    for (int i = 0; i < 2'000; ++i) {
      const std::string value = std::to_string(i);
      put(*store, {{"a/1", value.c_str()}, {"a/2", value.c_str()}, {"a/3", value.c_str()}, {"a/4", value.c_str()}});
    }
    written = true;
  });
  bool whole = true;
  for (bool last = false; !last;) {
    last = written;
    const auto changes = following->take();
    for (const auto& [key, value] : *changes) followed[key] = value.value();
    whole = whole && (followed.empty() || (followed["a/1"] == followed["a/2"] && followed["a/1"] == followed["a/4"]));
  }
  writer.join();
  CHECK(whole);
  CHECK(followed["a/4"] == "1999");
}

TEST_CASE("store: a follower for whom too much was written, or a prefix erased, has to read again") {
  const Folder folder;
  auto store = store::Store::open(folder.path);
  REQUIRE(store);
  const auto all = [](std::string_view, std::string_view) { return true; };
  auto busy = store->follow("a/", all);
  auto erased = store->follow("b/", all);
  auto other = store->follow("c/", all);
  const std::string large(store::followed_max_bytes / 4, 'x');
  for (int i = 0; i < 9; ++i) put(*store, {{"a/1", large.c_str()}});
  CHECK(busy->take().value().size() == 1);           // the same key again takes no more room
  for (const char* key : {"a/1", "a/2", "a/3", "a/4", "a/5"}) put(*store, {{key, large.c_str()}});
  store::Batch batch;
  batch.erase_prefix("b/");
  REQUIRE(store->write(batch));
  CHECK_FALSE(busy->take());
  CHECK_FALSE(erased->take());
  CHECK(other->take().value().empty());
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
