// Replay of all views from stored commits into an empty store (decode, unseal, fold, serialise, write), beside the same without the store:
// decode, unseal and fold into documents that stay in memory. One JSON line; events per second, best of `rounds` each.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "infra/sealing/sealing.hpp"
#include "projections/documents.hpp"
#include "projections/rebuild.hpp"
#include "tests/projections/journey.hpp"

namespace {

using namespace layerline;
using namespace layerline::projections;

constexpr std::int64_t journeys = 3'400;   // about 220,000 events
constexpr std::int64_t abreast = 40;       // open at any time
constexpr int rounds = 3;

void require(bool good, const char* what) {
  if (good) return;
  fmt::print(stderr, "{}\n", what);
  std::exit(1);
}

// The records of the journal as their owner would have written them.
std::vector<std::string> records_of(const testing::Journal& journal, crypto::KeyVault& keys) {
  std::vector<std::string> records;
  for (const OwnedCommit& commit : journal.commits()) {
    journal::Commit record;
    record.set_time_ms(commit.commit.time_ms);
    record.set_workshop(commit.commit.workshop);
    record.set_actor(commit.commit.actor);
    for (const EventView& event : commit.events) {
      journal::Entry* entry = record.add_entries();
      entry->set_stream(event.stream);
      entry->set_version(event.version);
      entry->set_type("t");
      events::Event sealed = event.event;
      require(sealing::seal(sealed, event.stream, "t", keys).has_value(), "can't seal");
      entry->set_data(sealed.SerializeAsString());
    }
    records.push_back(record.SerializeAsString());
  }
  return records;
}

std::expected<Reading, SourceStop> read(const std::vector<std::string>& records, const crypto::KeyVault& keys, const Mark& from,
                                        std::size_t limit) {
  Reading reading;
  journal::Commit record;
  const std::size_t end = std::min<std::size_t>(records.size(), from.next_offset + limit);
  for (std::uint64_t offset = from.next_offset; offset < end; ++offset) {
    if (!record.ParseFromString(records[offset])) return std::unexpected(SourceStop{false, "a record can't be decoded"});
    OwnedCommit& taken = reading.commits.emplace_back();
    taken.events.resize(static_cast<std::size_t>(record.entries_size()));
    for (std::size_t i = 0; i < taken.events.size(); ++i) {
      const journal::Entry& entry = record.entries(static_cast<int>(i));
      taken.events[i].stream = entry.stream();
      taken.events[i].version = entry.version();
      if (!sealing::decode(entry, keys, taken.events[i].event)) return std::unexpected(SourceStop{false, "an event can't be decoded"});
    }
    taken.commit = {.partition = 0,
                    .offset = offset,
                    .time_ms = record.time_ms(),
                    .workshop = record.workshop(),
                    .actor = record.actor(),
                    .events = {}};
  }
  for (OwnedCommit& taken : reading.commits) taken.commit.events = taken.events;
  reading.after = {end, ""};
  return reading;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void fold_in_memory(const store::Store& empty, const Source& source) {
  std::vector<Documents> documents;
  for (const View& view : all_views()) documents.emplace_back(empty, std::string(view.name) + "/");
  Mark from;
  while (true) {
    const auto reading = source.read(0, from, 8'192);
    require(reading.has_value(), "can't read");
    if (reading->commits.empty()) break;
    for (const OwnedCommit& commit : reading->commits) {
      for (std::size_t i = 0; i < documents.size(); ++i) {
        documents[i].enter(commit.commit.workshop);
        all_views()[i].apply(commit.commit, documents[i]);
        require(documents[i].failure().empty(), "can't fold");
      }
    }
    from = reading->after;
  }
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("layerline-replay-{}", std::random_device{}());
  std::filesystem::create_directories(folder);
  auto keys = crypto::KeyVault::open(folder / "keys");
  require(keys.has_value(), "no key vault");
  const testing::Journal journal = testing::many_journeys(journeys, abreast);
  const std::vector<std::string> records = records_of(journal, *keys);
  const Source source{.partitions = 1,
                      .read = [&](std::uint32_t, const Mark& from, std::size_t limit) { return read(records, *keys, from, limit); }};

  double with_store = 1e9;
  double without = 1e9;
  for (int round = 0; round < rounds; ++round) {
    auto store = store::Store::open(folder / fmt::format("store-{}", round));
    auto empty = store::Store::open(folder / fmt::format("empty-{}", round));
    require(store && empty, "no store");
    with_store =
        std::min(with_store, seconds_of([&] { require(rebuild(*store, source, views_named("all")).has_value(), "can't rebuild"); }));
    without = std::min(without, seconds_of([&] { fold_in_memory(*empty, source); }));
  }
  const auto events = static_cast<double>(journal.event_count());
  fmt::print(
      "{{\"name\":\"replay-projections\",\"value\":{:.0f},\"unit\":\"events/s\",\"baseline\":{:.0f},\"ratio\":{:.3f},\"events\":{:.0f}}}\n",
      events / with_store, events / without, without / with_store, events);
  std::filesystem::remove_all(folder);
  return 0;
}
