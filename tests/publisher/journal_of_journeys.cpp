#include "tests/publisher/journal_of_journeys.hpp"

#include <google/protobuf/descriptor.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/reader.hpp"
#include "infra/journal/record.hpp"
#include "tests/projections/journey.hpp"

namespace layerline::testing {
namespace {

constexpr std::uint32_t partitions = 2;
constexpr std::size_t dead_every = 50;   // commits

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

// "order_paid" → "order.paid", as the owner names it.
std::string type_of(const events::Event& event) {
  std::string type = events::Event::descriptor()->FindFieldByNumber(event.kind_case())->name();
  type[type.find('_')] = '.';
  return type;
}

// Chains records as an owner would, and appends them.
class Chain {
 public:
  Chain(journal::Log& log, std::uint32_t partition) : log_(log), position_(journal::start_of(partition)) {
    journal::Genesis genesis;
    genesis.set_journal_id(log.describe().journal_id);
    genesis.set_partition(partition);
    append(encode(genesis));
    journal::Claim claim;
    claim.set_journal_id(genesis.journal_id());
    claim.set_partition(partition);
    claim.set_epoch(1);
    append(encode(claim));
  }

  void append(const projections::OwnedCommit& owned) {
    journal::Commit commit;
    commit.set_epoch(position_.epoch);
    commit.set_number(position_.number + 1);
    commit.set_prev(position_.head.data(), position_.head.size());
    commit.set_time_ms(owned.commit.time_ms);
    commit.set_workshop(owned.commit.workshop);
    for (const projections::EventView& view : owned.events) {
      journal::Entry& entry = *commit.add_entries();
      entry.set_stream(view.stream);
      entry.set_version(view.version);
      entry.set_type(type_of(view.event));
      entry.set_schema(1);
      entry.set_data(view.event.SerializeAsString());
    }
    append(encode(commit));
    if (position_.number % dead_every == 0) {
      commit.set_epoch(0);               // of an owner that was fenced
      append(encode(commit));
    }
  }

  void flush() {
    std::vector<journal::Append> records;
    for (const std::string& bytes : waiting_) records.push_back({position_.partition, bytes});
    for (const auto& result : log_.append(records))
      if (result.kind != journal::AppendResult::Kind::stored) fail("a record was not stored");
    waiting_.clear();
  }

 private:
  void append(std::string bytes) {
    if (journal::fold(position_, position_.offset, bytes, decoded_).kind == journal::Verdict::Kind::damaged) fail("a record is damaged");
    waiting_.push_back(std::move(bytes));
    if (waiting_.size() == 1000) flush();
  }

  journal::Log& log_;
  journal::Position position_;
  journal::Decoded decoded_;
  std::vector<std::string> waiting_;
};

}  // namespace

void write_journal(const std::filesystem::path& folder, std::int64_t journeys) {
  auto log = journal::open_embedded(folder, {.partitions = partitions});
  if (!log) fail(log.error().reason);
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    Journal journal(partition, "workshop-" + std::to_string(partition));
    open_workshop(journal);
    for (std::int64_t number = 1; number <= journeys; ++number) {
      const Journey journey{.number = number};
      for (const auto step : {upload_and_quote, accept_and_pay, print, ship}) step(journal, journey);
    }
    Chain chain(**log, partition);
    for (const projections::OwnedCommit& commit : journal.commits()) chain.append(commit);
    chain.flush();
  }
}

std::vector<publisher::PublicEvent> public_events_of(const journal::Log& log) {
  std::vector<publisher::PublicEvent> out;
  std::map<std::string, std::string> currencies;
  const journal::LogDescription description = log.describe();
  for (std::uint32_t partition = 0; partition < description.partitions; ++partition) {
    journal::Reader reader(log, journal::start_of(partition));
    const auto take = [&](const journal::Commit& commit, std::uint64_t offset) {
      std::uint32_t index = 0;
      for (const journal::Entry& entry : commit.entries()) {
        events::Event event;
        if (!event.ParseFromString(entry.data())) fail("an event can't be decoded");
        if (event.has_workshop_opened()) currencies[commit.workshop()] = event.workshop_opened().currency();
        const publisher::EventId id{partition, offset, index++};
        if (auto data = publisher::public_data(event, currencies[commit.workshop()]))
          out.push_back(publisher::cloud_event(id, description.journal_id, commit, entry, std::move(*data)));
      }
      return true;
    };
    while (true) {
      const auto read = reader.poll(take);
      if (!read) fail(describe(read.error()));
      if (*read == 0) break;
    }
  }
  return out;
}

}  // namespace layerline::testing
