// `layerline journal copy`.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "infra/app/journal_commands.hpp"
#include "infra/app/limits.hpp"
#include "infra/app/server.hpp"
#include "infra/blob/blob_store.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/copy.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "infra/kafka/keys.hpp"

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

OpenedLog same_journal(std::unique_ptr<journal::Log> log, const journal::LogDescription& source, std::string_view mend) {
  const std::string found = log->describe().journal_id;
  if (found.empty() || found == source.journal_id) return log;
  return std::unexpected(
      fmt::format("the target is not a prefix of the source: it is journal {}, not {}; {}", found, source.journal_id, mend));
}

OpenedLog open_target(const std::filesystem::path& data, const journal::LogDescription& source) {
  std::error_code ignored;                         // the log names what is wrong with the folder
  std::filesystem::create_directories(data, ignored);
  auto log = journal::open_embedded(DataFolder{data}.journal(), {.partitions = source.partitions, .journal_id = source.journal_id});
  if (!log) return std::unexpected(fmt::format("{} can't be written: {}", data.string(), log.error().reason));
  return same_journal(std::move(*log), source, "copy to an empty folder");
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
  return same_journal(std::move(*log), source, "copy makes its topic itself, so name one that is not there");
}

// ---------------------------------------------------------------- keys and files

struct Keys {
  std::unique_ptr<kafka::Table> table = {};        // where they lie in a topic
  crypto::KeyPlace place = {};
};
using OpenedKeys = std::expected<Keys, std::string>;

OpenedKeys open_keys(const std::filesystem::path& data) { return Keys{.place = DataFolder{data}.keys()}; }

OpenedKeys open_keys(const journal::KafkaAddress& address) {
  auto table = kafka::Table::open({address.bootstrap, kafka::topics_beside(address.topic).keys});
  if (!table) return std::unexpected(table.error());
  crypto::KeyTable keys = kafka::key_table(**table);
  return Keys{.table = std::move(*table), .place = std::move(keys)};
}

OpenedKeys open_keys(const JournalPlace& place) {
  return std::visit([](const auto& where) { return open_keys(where); }, place);
}

// A copy gets the secret of its source: a new one would make tokens and repeated keys strange to it.
OpenedKeys open_target_keys(const JournalPlace& place) {
  const auto* address = std::get_if<journal::KafkaAddress>(&place);
  if (address != nullptr) {
    if (auto made = kafka::create_topics_beside(*address); !made) return std::unexpected(made.error());
  }
  return open_keys(place);
}

std::expected<void, std::string> copy_keys(const Keys& from, const Keys& to) {
  const auto copied = crypto::copy_keys(from.place, to.place);
  if (!copied) return std::unexpected("the keys of personal data: " + copied.error());
  return {};
}

// How many.
std::expected<std::size_t, std::string> copy_files(const std::vector<std::filesystem::path>& from, const JournalPlace& to) {
  if (from.empty()) return 0;
  const auto store = blob::BlobStore::open(DataFolder{std::get<std::filesystem::path>(to)}.blobs());
  if (!store) return std::unexpected(store.error().message);
  std::size_t files = 0;
  for (const std::filesystem::path& folder : from) {
    const auto taken = store->take_from(DataFolder{folder}.blobs());
    if (!taken) return std::unexpected(taken.error().message);
    files += *taken;
  }
  return files;
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

// What people have to do now.
void say_rest(const JournalPlace& from, const JournalPlace& to, const std::vector<std::filesystem::path>& files_of) {
  const auto* source = std::get_if<std::filesystem::path>(&from);
  if (source == nullptr && std::holds_alternative<journal::KafkaAddress>(to)) {
    fmt::print("Files stay in the data folders of its processes: serve the copy with the same folders.\n");
  } else if (std::holds_alternative<journal::KafkaAddress>(to)) {
    fmt::print("Files and the first API keys stay in {0}: start one process that serves the copy with --data {0}; the others fetch "
               "them from it.\n", source->string());
  } else if (files_of.empty()) {
    fmt::print("Files stay in the data folders of its processes: before the copy is served, run this again with --blobs DIR[,DIR...], "
               "which takes them from there.\n");
  }
  fmt::print("The keys of personal data are still readable in {} as well: remove them there when you are content.\n", describe(from));
}

struct Copied {
  std::uint64_t records = 0;
  std::size_t files = 0;
};

std::expected<Copied, std::string> copy_all(const journal::Log& source, journal::Log& target, const Keys& from, const Keys& to,
                                            const std::vector<std::filesystem::path>& files_of, const JournalPlace& place) {
  if (const auto keys = copy_keys(from, to); !keys) return std::unexpected(keys.error());
  const auto files = copy_files(files_of, place);
  if (!files) return std::unexpected(files.error());
  const auto records = journal::copy(source, target, saying("copied"));
  if (!records) return std::unexpected(records.error());
  return Copied{*records, *files};
}

}  // namespace

int copy_journal(const JournalPlace& from, const JournalPlace& to, std::vector<std::filesystem::path> files_of) {
  if (describe(from) == describe(to)) return failed("--from and --to are the same");
  const auto* folder = std::get_if<std::filesystem::path>(&from);
  if (folder != nullptr && std::holds_alternative<std::filesystem::path>(to)) files_of.push_back(*folder);
  if (const auto free = check_marks(from, to); !free) return failed(free.error());
  const OpenedLog source = std::visit([](const auto& where) { return open_source(where); }, from);
  if (!source) return failed(source.error());
  const OpenedLog target = std::visit([&](const auto& where) { return open_target(where, (*source)->describe()); }, to);
  if (!target) return failed(target.error());
  const auto compared = journal::compare(**source, **target, saying("compared"));
  if (!compared) return failed(compared.error());
  const auto keys = open_keys(from);
  if (!keys) return failed(keys.error());
  const auto target_keys = open_target_keys(to);
  if (!target_keys) return failed(target_keys.error());
  if (const auto marked = write_mark(to, {JournalMark::Kind::unfinished_copy_of, describe(from)}); !marked) return failed(marked.error());
  const auto copied = copy_all(**source, **target, *keys, *target_keys, files_of, to);
  if (!copied) return failed(copied.error());
  // The source first: with both marks nobody serves either of them, and this command can be run again.
  if (const auto marked = write_mark(from, {JournalMark::Kind::moved_to, describe(to)}); !marked) return failed(marked.error());
  const auto late = journal::copy(**source, **target, saying("copied"));
  if (!late) return failed(late.error());
  if (*late > 0) return failed("somebody still writes to the source: stop its owners, and copy again");
  if (const auto again = copy_keys(*keys, *target_keys); !again) return failed(again.error());
  if (const auto marked = write_mark(to, {}); !marked) return failed(marked.error());
  const journal::LogDescription moved = (*source)->describe();
  fmt::print("journal {}: {} records were there, {} copied, in {} partitions, with the keys of personal data and {} files; {} is marked as "
             "moved to {}\n", moved.journal_id, *compared, copied->records, moved.partitions, copied->files, describe(from), describe(to));
  say_rest(from, to, files_of);
  return 0;
}

}  // namespace layerline::app
