#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "infra/app/journal_source.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/rule.hpp"
#include "infra/sealing/sealing.hpp"
#include "projections/effects.hpp"
#include "projections/orders.hpp"
#include "projections/projector.hpp"
#include "projections/quotes.hpp"
#include "projections/rebuild.hpp"
#include "tests/projections/journey.hpp"

using namespace layerline;
using namespace layerline::projections;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("layerline-projector-" + std::to_string(std::random_device{}()));
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string sub(const char* name) const { return path / name; }
  Folder() { std::filesystem::create_directories(path); }
};

store::Store opened(const std::string& path) {
  auto store = store::Store::open(path);
  REQUIRE(store);
  return std::move(*store);
}

void fold_all(store::Store& store, const Source& source) {
  Projector projector(store, source);
  REQUIRE(projector.start());
  projector.stop();
  for (const Stopped& stopped : projector.stopped()) FAIL(stopped.view << ": " << stopped.reason);
}

// Everything in the store, for byte comparisons.
std::map<std::string, std::string> content(const store::Store& store) {
  std::map<std::string, std::string> all;
  REQUIRE(store.scan("", "", [&](std::string_view key, std::string_view value) {
    all.emplace(key, value);
    return true;
  }));
  return all;
}

void check_same(const store::Store& live, const std::string& scratch_folder, const Source& source) {
  store::Store scratch = opened(scratch_folder);
  const auto compared = compare(live, scratch, source, views_named("all"));
  REQUIRE_MESSAGE(compared, (compared ? "" : compared.error()));
  for (const Difference& difference : compared->differences) FAIL(difference.view << " " << difference.key << ": " << difference.detail);
  CHECK(compared->documents > 0);
}

const Scope here{.partition = 0, .workshop = "w1", .customer = ""};

}  // namespace

TEST_CASE("projections: projector: documents are the same bytes whatever the batches, and the same as rebuilt ones") {
  const testing::Journal journal = testing::many_journeys(20, 6);
  const Folder folder;
  store::Store whole = opened(folder.sub("whole"));
  fold_all(whole, journal.source());
  for (const std::size_t most : {1, 3, 17}) {
    store::Store live = opened(folder.sub(fmt::format("live-{}", most).c_str()));
    fold_all(live, journal.source(most));
    CHECK(content(live) == content(whole));
  }
  check_same(whole, folder.sub("scratch"), journal.source(11));
}

TEST_CASE("projections: projector: a restart goes on where it stopped, and redelivered commits change nothing") {
  const testing::Journal journal = testing::many_journeys(4, 2);
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  testing::Journal half = journal;
  fold_all(store, half.source());
  const auto before = content(store);
  fold_all(store, half.source());
  CHECK(content(store) == before);

  const auto keyspaces = Keyspaces::load(store);
  Projection projection(store, orders::view, keyspaces->of("orders"));
  REQUIRE(projection.load(1));
  const auto reading = journal.source().read(0, {}, 10'000);
  store::Batch batch;
  REQUIRE(projection.fold(reading->commits, 0, reading->after, batch));
  REQUIRE(store.write(batch));
  CHECK(content(store) == before);

  testing::print(half, {99, "customer-9"});   // speaks of a production order that is not there: whoever folds it fails
  Projector again(store, half.source());
  REQUIRE(again.start());
  again.stop();
  CHECK_FALSE(again.stopped().empty());
}

TEST_CASE("projections: projector: a commit that can't be folded stops money views at it and parks its streams in the others") {
  testing::Journal journal;
  testing::open_workshop(journal);
  testing::upload_and_quote(journal, {1, "customer-1"});
  auto* ghost = journal.commit().on("order/ghost").mutable_order_paid();
  ghost->set_order("ghost");
  auto* lost = journal.commit().on("quote/ghost").mutable_quote_expired();
  lost->set_quote("ghost");
  const std::uint64_t poison = journal.commits().size() - 2;
  testing::upload_and_quote(journal, {2, "customer-1"});
  testing::accept_and_pay(journal, {1, "customer-1"});
  auto* more = journal.commit().on("quote/ghost").mutable_quote_cancelled();
  more->set_quote("ghost");
  auto* along = journal.on("quote/quote-00000002").mutable_quote_cancelled();   // goes with the parked stream
  along->set_quote("quote-00000002");

  const Folder folder;
  std::map<std::string, std::string> expected;
  for (const std::size_t most : {1, 4, 0}) {
    store::Store store = opened(folder.sub(fmt::format("store-{}", most).c_str()));
    Projector projector(store, journal.source(most));
    REQUIRE(projector.start());
    projector.stop();
    REQUIRE(projector.stopped().size() == 1);
    CHECK(projector.stopped()[0].view == "orders");
    CHECK(projector.stopped()[0].offset == poison);
    CHECK(projector.next_offset(0) <= poison);
    const Queries queries(store, projector.keyspaces());
    CHECK(orders::find(queries, here, "order-00000001").error() == QueryError::not_found);
    CHECK(quotes::find(queries, here, "quote-00000001")->status == "accepted");
    CHECK(quotes::find(queries, here, "quote-00000002")->status == "approved");
    CHECK(store.get("!parked/quotes@1.2a/w1/quote%2Fghost")->has_value());
    std::map<std::string, std::string> all = content(store);
    std::erase_if(all, [](const auto& pair) { return pair.first.starts_with("orders@") || pair.first.starts_with("!position/orders"); });
    if (expected.empty()) expected = all;
    CHECK(all == expected);
  }
}

TEST_CASE("projections: erasure: documents of an erased subject hold no personal data, live and rebuilt alike") {
  testing::Journal journal = testing::many_journeys(3, 1);
  testing::upload_and_quote(journal, {50, "customer-2"});
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  fold_all(store, journal.source());
  journal.commit().on("workshop/w1").mutable_subject_erased()->set_subject("customer-2");
  testing::accept_and_pay(journal, {50, "customer-9"});
  fold_all(store, journal.source());

  std::size_t placeholders = 0;
  for (const auto& [key, value] : content(store)) {
    if (value.find("\"customer-2\"") == std::string::npos) continue;
    CHECK_MESSAGE(value.find("ada@example.org") == std::string::npos, key);
    if (key.find("0050") == std::string::npos) CHECK_MESSAGE(value.find("Ada") == std::string::npos, key);
    if (value.find("[erased]") != std::string::npos) ++placeholders;
  }
  CHECK(placeholders >= 8);
  journal.erase_keys("customer-2");
  check_same(store, folder.sub("scratch"), journal.source());
}

TEST_CASE("projections: rebuild: the other keyspace takes over with the same documents, and the old one is gone") {
  const testing::Journal journal = testing::many_journeys(5, 2);
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  fold_all(store, journal.source());
  const auto blue = content(store);
  const auto rebuilt = rebuild(store, journal.source(50), views_named("orders"));
  REQUIRE(rebuilt);
  CHECK(rebuilt->events == journal.event_count());
  CHECK(Keyspaces::load(store)->of("orders") == "orders@8.2b/");
  const auto green = content(store);
  CHECK(green.size() == blue.size() + 1);   // the pointer
  for (const auto& [key, value] : blue) {
    std::string moved = key;
    if (const auto at = moved.find("orders@8.2a"); at != std::string::npos) moved[at + 10] = 'b';
    REQUIRE_MESSAGE(green.contains(moved), moved);
    CHECK(green.at(moved) == value);
  }
  check_same(store, folder.sub("scratch"), journal.source());
  REQUIRE(rebuild(store, journal.source(), views_named("all")));
  CHECK(Keyspaces::load(store)->of("orders") == "orders@8.2a/");
  check_same(store, folder.sub("scratch-2"), journal.source());
}

TEST_CASE("projections: compare: names the first document that is not what the journal says") {
  const testing::Journal journal = testing::many_journeys(5, 2);
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  fold_all(store, journal.source());
  const std::string key = "orders@8.2a/w1/d/order/order-00000003";
  std::string value = store.get(key)->value();
  value.back() = ' ';
  store::Batch batch;
  batch.put(key, value);
  batch.erase("quotes@1.2a/w1/d/quote/quote-00000002");
  REQUIRE(store.write(batch));
  store::Store scratch = opened(folder.sub("scratch"));
  const auto compared = compare(store, scratch, journal.source(), views_named("all"));
  REQUIRE(compared);
  REQUIRE(compared->differences.size() == 2);
  CHECK(compared->differences[0].view == "orders");
  CHECK(compared->differences[0].key == "w1/d/order/order-00000003");
  CHECK(compared->differences[0].detail == "different bytes");
  CHECK(compared->differences[1].key == "w1/d/quote/quote-00000002");
  CHECK(compared->differences[1].detail == "only rebuilt");
}

TEST_CASE("projections: projector: what a workshop did before a move is folded before what it did behind it, live and rebuilt") {
  const testing::Journal journal = testing::many_journeys(6, 3);
  const Folder folder;
  store::Store unmoved = opened(folder.sub("unmoved"));
  fold_all(unmoved, journal.source());

  // The first half lies in partition 1, and partition 0, which is read first, goes on where it ends.
  const std::size_t half = journal.commits().size() / 2;
  const Source whole = journal.source();
  Source moved{.partitions = 2, .read = [&](std::uint32_t partition, const Mark& from, std::size_t limit) {
                 const std::size_t begin = partition == 1 ? 0 : half;
                 const std::size_t end = partition == 1 ? half : journal.commits().size();
                 const std::size_t left = end - begin - from.next_offset;
                 if (left == 0) return std::expected<Reading, SourceStop>({.commits = {}, .after = from});
                 auto reading = whole.read(0, {begin + from.next_offset, ""}, std::min(limit, left));
                 for (OwnedCommit& commit : reading->commits) commit.commit.partition = partition, commit.commit.offset -= begin;
                 reading->after.next_offset -= begin;
                 if (partition == 0 && from.next_offset == 0) reading->behind = Place{1, half - 1};
                 return reading;
               }};
  store::Store live = opened(folder.sub("moved"));
  fold_all(live, moved);
  const auto without_positions = [](const store::Store& store) {
    auto all = content(store);
    std::erase_if(all, [](const auto& entry) { return entry.first.starts_with("!position/"); });
    return all;
  };
  CHECK(without_positions(live) == without_positions(unmoved));
  check_same(live, folder.sub("scratch"), moved);
}

TEST_CASE("projections: projector: a start erases what other versions, layouts and a rebuild that was cut off left behind") {
  const testing::Journal journal = testing::many_journeys(2, 1);
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  fold_all(store, journal.source());
  const auto clean = content(store);
  store::Batch batch;
  for (const char* key : {"orders@1a/0000/w1/d/order/ada", "orders@8.2b/w1/d/order/ada", "quotes@0a/x", "!position/orders@1a/0000",
                          "!parked/quotes@1a/0000/w1/quote%2Fghost"}) {
    batch.put(key, "left behind");
  }
  REQUIRE(store.write(batch));
  fold_all(store, journal.source());
  CHECK(content(store) == clean);
}

TEST_CASE("projections: projector: a folder with an older version of a view folds that one anew by itself") {
  const testing::Journal journal = testing::many_journeys(2, 1);
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  fold_all(store, journal.source());
  const auto clean = content(store);
  const std::string now = Keyspaces::load(store)->of("orders");
  const std::string older = now.substr(0, now.find('@') + 1) + "0" + now.substr(now.find('.'));
  store::Batch batch;
  std::size_t moved = 0;
  for (const auto& [key, value] : clean) {
    const std::size_t at = key.find(now);
    if (at == std::string::npos) continue;
    batch.erase(key);
    batch.put(key.substr(0, at) + older + key.substr(at + now.size()), value);
    ++moved;
  }
  REQUIRE(moved > 0);
  REQUIRE(store.write(batch));
  fold_all(store, journal.source());
  CHECK(content(store) == clean);
}

TEST_CASE("projections: projector: requests hear when the position they wait for is there") {
  const testing::Journal all = testing::many_journeys(3, 1);
  const std::size_t count = all.commits().size();
  std::atomic<std::size_t> visible = 5;
  Source source = all.source();
  source.read = [read = source.read, &visible](std::uint32_t partition, const Mark& from, std::size_t limit) {
    return read(partition, from, std::min(limit, visible - std::min<std::size_t>(visible, from.next_offset)));
  };
  const Folder folder;
  store::Store store = opened(folder.sub("store"));
  Projector projector(store, source);
  REQUIRE(projector.start());
  CHECK(projector.next_offset(0) == 5);
  CHECK(projector.wait_for(0, 4, 0));
  CHECK_FALSE(projector.wait_for(0, 5, 1));
  CHECK_FALSE(projector.wait_for(7, 0, 1));

  std::mutex mutex;
  std::condition_variable heard;
  int calls = 0;
  const auto call = [&] {
    const std::lock_guard lock(mutex);
    ++calls;
    heard.notify_all();
  };
  REQUIRE(projector.when(0, 4, call));
  CHECK(calls == 1);
  REQUIRE(projector.when(0, count - 1, call));
  const auto cancelled = projector.when(0, count - 1, [&] { FAIL("cancelled"); });
  REQUIRE(cancelled);
  projector.cancel(*cancelled);
  visible = count;
  {
    std::unique_lock lock(mutex);
    heard.wait(lock, [&] { return calls == 2; });
  }
  CHECK(projector.wait_for(0, count - 1, 60'000));
  projector.stop();
}

TEST_CASE("projections: token: what was formatted is parsed, and nothing else is") {
  const PositionToken token{.journal_id = "0190-ab", .offsets = {{0, 7}, {12, 99}}};
  CHECK(format_token(token) == "0190-ab.0:7,12:99");
  const auto parsed = parse_token("0190-ab.0:7,12:99");
  REQUIRE(parsed);
  CHECK(parsed->journal_id == "0190-ab");
  CHECK(parsed->offsets == token.offsets);
  for (const char* bad : {"", "x", ".0:1", "x.0", "x.0:", "x.a:1", "x.0:1,", "x.0:1;1:2", "x.0:-1", "x.0:99999999999999999999"})
    CHECK_FALSE(parse_token(bad));
}

TEST_CASE("projections: journal source: sealed commits of a real log fold to clear documents, and dead ones are left out") {
  const Folder folder;
  auto keys = crypto::KeyVault::open(folder.path / "keys");
  REQUIRE(keys);
  auto log = journal::open_embedded(folder.path / "journal", {.partitions = 2});
  REQUIRE(log);
  const std::string journal_id = (*log)->describe().journal_id;
  journal::Position position = journal::start_of(1);
  journal::Decoded decoded;
  const auto append = [&](const std::string& bytes) {
    const journal::Append one{1, bytes};
    const auto result = (*log)->append({&one, 1});
    REQUIRE(result[0].kind == journal::AppendResult::Kind::stored);
    return journal::fold(position, result[0].offset, bytes, decoded).kind;
  };
  journal::Genesis genesis;
  genesis.set_journal_id(journal_id);
  genesis.set_partition(1);
  append(journal::encode(genesis));
  journal::Claim claim;
  claim.set_journal_id(journal_id);
  claim.set_partition(1);
  claim.set_epoch(1);
  append(journal::encode(claim));

  testing::Journal told(1);
  testing::open_workshop(told);
  testing::upload_and_quote(told, {1, "customer-1"});
  std::uint64_t number = 0;
  for (const OwnedCommit& commit : told.commits()) {
    journal::Commit record;
    record.set_epoch(1);
    record.set_number(++number);
    record.set_prev(position.head.data(), position.head.size());
    record.set_time_ms(commit.commit.time_ms);
    record.set_workshop("w1");
    for (const EventView& event : commit.events) {
      journal::Entry* entry = record.add_entries();
      entry->set_stream(event.stream);
      entry->set_version(event.version);
      entry->set_type("t");
      events::Event sealed = event.event;
      REQUIRE(sealing::seal(sealed, event.stream, "t", *keys));
      entry->set_data(sealed.SerializeAsString());
    }
    CHECK(append(journal::encode(record)) == journal::Verdict::Kind::accepted);
  }
  store::Store store = opened(folder.sub("store"));
  {
    Projector projector(store, app::journal_source(**log, *keys));
    REQUIRE(projector.start());
    CHECK(projector.next_offset(1) == position.offset);
    const Queries queries(store, projector.keyspaces());
    const auto quote = quotes::find(queries, {.partition = 1, .workshop = "w1", .customer = ""}, "quote-00000001");
    REQUIRE(quote);
    CHECK(quote->json.find("ada@example.org") != std::string::npos);
  }
  const auto marks = stored_marks(store, 2);
  REQUIRE(marks);
  CHECK(journal::decode_position(marks->back().mark.whole) == position);
  REQUIRE(keys->destroy("customer-1"));
  store::Store scratch = opened(folder.sub("scratch"));
  const auto compared = compare(store, scratch, app::journal_source(**log, *keys), views_named("quotes"));
  REQUIRE(compared);
  CHECK(compared->differences.size() == 1);   // the key is gone, and no SubjectErased told the live view
}
