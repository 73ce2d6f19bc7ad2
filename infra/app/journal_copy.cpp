// `layerline journal copy`.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "infra/app/journal_commands.hpp"
#include "infra/app/limits.hpp"
#include "infra/app/server.hpp"
#include "infra/journal/copy.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"

namespace layerline::app {
namespace {

using OpenedLog = std::expected<std::unique_ptr<journal::Log>, std::string>;

int failed(std::string_view why) {
  fmt::print(stderr, "layerline: {}\n", why);
  return 1;
}

std::string words(const journal::KafkaRefusal& refusal) {
  std::string all;
  for (const std::string& reason : refusal.reasons) all += (all.empty() ? "" : "\nlayerline: ") + reason;
  return all;
}

// ---------------------------------------------------------------- the source

// Opened to write, though nothing is written: so no server has it, and none can take it meanwhile.
OpenedLog open_source(const std::filesystem::path& data) {
  if (!journal::open_embedded_read_only(DataFolder{data}.journal())) {
    return std::unexpected(fmt::format("there is no journal in {}", data.string()));
  }
  auto log = journal::open_embedded(DataFolder{data}.journal(), {.partitions = 1});
  if (!log) return std::unexpected(fmt::format("{} is in use, stop its server: {}", data.string(), log.error().reason));
  return std::move(*log);
}

OpenedLog open_source(const journal::KafkaAddress& address) {
  auto log = journal::open_kafka(address);
  if (!log) return std::unexpected(words(log.error()));
  return std::move(*log);
}

// ---------------------------------------------------------------- the target

OpenedLog open_target(const std::filesystem::path& data, const journal::LogDescription& source) {
  std::error_code ignored;                         // the log names what is wrong with the folder
  std::filesystem::create_directories(data, ignored);
  auto log = journal::open_embedded(DataFolder{data}.journal(), {.partitions = source.partitions, .journal_id = source.journal_id});
  if (!log) return std::unexpected(fmt::format("{} can't be written: {}", data.string(), log.error().reason));
  const std::string found = (*log)->describe().journal_id;
  if (found != source.journal_id) {
    return std::unexpected(fmt::format("the target is not a prefix of the source: it is journal {}, not {}", found, source.journal_id));
  }
  return std::move(*log);
}

OpenedLog open_target(const journal::KafkaAddress& address, const journal::LogDescription& source) {
  const auto cluster = journal::look_at_cluster(address);
  if (!cluster) return std::unexpected(cluster.error());
  const std::uint32_t replication = cluster->brokers >= 3 ? 3 : 1;
  const auto made = journal::create_topic(address, source.partitions, replication, journal::journal_settings(replication));
  if (!made) return std::unexpected(made.error());
  const auto topic = journal::describe_topic(address);
  if (!topic) return std::unexpected(topic.error());
  if (!topic->dangers.empty()) return std::unexpected(words({topic->dangers}));
  auto log = journal::open_kafka_unchecked(address);
  if (!log) return std::unexpected(words(log.error()));
  return std::move(*log);
}

// ---------------------------------------------------------------- copying

// A line on standard error every second.
journal::CopyProgress saying(std::string_view what) {
  using Clock = std::chrono::steady_clock;
  return [what, said = Clock::now()](std::uint64_t done, std::uint64_t total) mutable {
    if (Clock::now() - said < std::chrono::milliseconds(limits::progress_ms)) return;
    said = Clock::now();
    fmt::print(stderr, "{} of {} records {}\n", done, total, what);
  };
}

// Both places are free for it, as far as their marks say.
std::expected<void, std::string> check_marks(const JournalPlace& from, const JournalPlace& to) {
  const auto source = read_mark(from);
  if (!source) return std::unexpected(source.error());
  const bool elsewhere = source->kind == JournalMark::Kind::moved_to && source->other != describe(to);
  if (elsewhere || source->kind == JournalMark::Kind::unfinished_copy_of) return std::unexpected(describe(*source));
  const auto target = read_mark(to);
  if (!target) return std::unexpected(target.error());
  if (target->kind == JournalMark::Kind::unfinished_copy_of && target->other != describe(from)) return std::unexpected(describe(*target));
  return {};
}

void say_keys(const JournalPlace& from, const JournalPlace& to) {
  const auto* folder = std::get_if<std::filesystem::path>(&from);
  const std::string source = folder == nullptr ? "the data folders that served it" : folder->string();
  const auto* target = std::get_if<std::filesystem::path>(&to);
  const std::string next = target == nullptr ? "the data folders that will serve it" : target->string();
  fmt::print("Not part of a journal: keys of personal data (keys/), files (blobs/), first API keys (access/). Take them from {} to {}.\n",
             source, next);
}

}  // namespace

int copy_journal(const JournalPlace& from, const JournalPlace& to) {
  if (describe(from) == describe(to)) return failed("--from and --to are the same");
  if (const auto free = check_marks(from, to); !free) return failed(free.error());
  const OpenedLog source = std::visit([](const auto& where) { return open_source(where); }, from);
  if (!source) return failed(source.error());
  const OpenedLog target = std::visit([&](const auto& where) { return open_target(where, (*source)->describe()); }, to);
  if (!target) return failed(target.error());
  const auto compared = journal::compare(**source, **target, saying("compared"));
  if (!compared) return failed(compared.error());
  if (const auto marked = write_mark(to, {JournalMark::Kind::unfinished_copy_of, describe(from)}); !marked) return failed(marked.error());
  const auto copied = journal::copy(**source, **target, saying("copied"));
  if (!copied) return failed(copied.error());
  // The source first: with both marks nobody serves either of them, and this command can be run again.
  if (const auto marked = write_mark(from, {JournalMark::Kind::moved_to, describe(to)}); !marked) return failed(marked.error());
  const auto late = journal::copy(**source, **target, saying("copied"));
  if (!late) return failed(late.error());
  if (*late > 0) return failed("somebody still writes to the source: stop its owners, and copy again");
  if (const auto marked = write_mark(to, {}); !marked) return failed(marked.error());
  const journal::LogDescription moved = (*source)->describe();
  fmt::print("journal {}: {} records were there, {} copied, in {} partitions; {} is marked as moved to {}\n", moved.journal_id, *compared,
             *copied, moved.partitions, describe(from), describe(to));
  say_keys(from, to);
  return 0;
}

}  // namespace layerline::app
