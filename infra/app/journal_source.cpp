#include "infra/app/journal_source.hpp"

#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "infra/journal/reader.hpp"
#include "infra/sealing/sealing.hpp"

namespace layerline::app {
namespace {

using projections::EventView;
using projections::Mark;
using projections::OwnedCommit;
using projections::Reading;
using projections::SourceStop;

class JournalSource {
 public:
  JournalSource(journal::Log& log, const crypto::KeyVault& keys) : log_(log), keys_(keys), checked_(log.describe().partitions, false) {}

  std::expected<Reading, SourceStop> read(std::uint32_t partition, const Mark& from, std::size_t limit);

  void wait(std::int64_t timeout_ms) { seen_ = log_.wait(seen_, std::chrono::milliseconds(timeout_ms)); }

 private:
  [[nodiscard]] bool take(const journal::Commit& commit, std::uint32_t partition, std::uint64_t offset, Reading& reading);

  journal::Log& log_;
  const crypto::KeyVault& keys_;
  std::vector<bool> checked_;       // by partition: the log still holds what the first position stood on
  std::uint64_t seen_ = 0;
  std::string unreadable_;          // why the last commit could not be taken
};

bool JournalSource::take(const journal::Commit& commit, std::uint32_t partition, std::uint64_t offset, Reading& reading) {
  if (commit.has_adopted()) {
    // What lies behind an adoption is a reading of its own, so that the adoption is waited for alone.
    if (reading.behind || !reading.commits.empty()) return false;
    reading.behind = {commit.adopted().from(), commit.adopted().sealed_offset()};
  }
  if (commit.entries().empty()) return true;
  OwnedCommit& taken = reading.commits.emplace_back();
  taken.events.resize(static_cast<std::size_t>(commit.entries_size()));
  for (std::size_t i = 0; i < taken.events.size(); ++i) {
    const journal::Entry& entry = commit.entries(static_cast<int>(i));
    EventView& event = taken.events[i];
    event.stream = entry.stream();
    event.version = entry.version();
    if (const auto decoded = sealing::decode(entry, keys_, event.event); !decoded) {
      unreadable_ = fmt::format("partition {}, record {}: {}", partition, offset, decoded.error().message);
      reading.commits.pop_back();
      return false;
    }
  }
  taken.commit = {.partition = partition, .offset = offset, .time_ms = commit.time_ms(), .workshop = commit.workshop(),
                  .actor = commit.actor(), .events = {}};
  return true;
}

std::expected<Reading, SourceStop> JournalSource::read(std::uint32_t partition, const Mark& from, std::size_t limit) {
  const auto position = from.whole.empty() ? journal::start_of(partition) : journal::decode_position(from.whole);
  if (!position) return std::unexpected(SourceStop{false, fmt::format("the stored position of partition {} is damaged", partition)});
  journal::Reader reader(log_, *position);
  const auto stop = [](const journal::ReadStop& why) {
    return std::unexpected(SourceStop{why.kind == journal::ReadStop::Kind::log_error, journal::describe(why)});
  };
  if (!checked_[partition]) {
    if (const auto good = reader.check(); !good) return stop(good.error());
    checked_[partition] = true;
  }
  Reading reading;
  unreadable_.clear();
  const auto polled =
      reader.poll([&](const journal::Commit& commit, std::uint64_t offset) { return take(commit, partition, offset, reading); }, limit);
  if (!polled) return stop(polled.error());
  if (!unreadable_.empty() && reading.commits.empty()) return std::unexpected(SourceStop{false, unreadable_});
  for (OwnedCommit& taken : reading.commits) taken.commit.events = taken.events;
  reading.after = {reader.position().offset, journal::encode(reader.position())};
  return reading;
}

}  // namespace

projections::Source journal_source(journal::Log& log, const crypto::KeyVault& keys) {
  const auto source = std::make_shared<JournalSource>(log, keys);
  return projections::Source{
      .partitions = log.describe().partitions,
      .read = [source](std::uint32_t partition, const Mark& from, std::size_t limit) { return source->read(partition, from, limit); },
      .wait = [source](std::int64_t timeout_ms) { source->wait(timeout_ms); },
      .wake = [&log] { log.wake(); },
  };
}

}  // namespace layerline::app
