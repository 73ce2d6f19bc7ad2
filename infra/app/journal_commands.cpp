#include "infra/app/journal_commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "infra/app/checkpoint.hpp"
#include "infra/app/server.hpp"
#include "infra/crypto/random.hpp"
#include "infra/journal/copy.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "infra/kafka/keys.hpp"
#include "infra/journal/tools.hpp"
#include "infra/json/writer.hpp"

namespace layerline::app {
namespace {

int failed(std::string_view why) {
  fmt::print(stderr, "layerline: {}\n", why);
  return 1;
}

std::expected<std::unique_ptr<journal::Log>, std::string> open_to_read(const std::filesystem::path& data) {
  auto log = journal::open_embedded_read_only(DataFolder{data}.journal());
  if (log) return std::move(*log);
  return std::unexpected(fmt::format("partition {} offset {}: {}", log.error().partition, log.error().offset, log.error().reason));
}

// Also a topic that nobody should write to can be looked at.
std::expected<std::unique_ptr<journal::Log>, std::string> open_to_read(const journal::KafkaAddress& address) {
  auto log = journal::open_kafka_unchecked(address);
  if (log) return std::move(*log);
  return std::unexpected(log.error().reasons.front());
}

std::unique_ptr<journal::Log> open_frozen(const JournalPlace& place) {
  auto log = std::visit([](const auto& where) { return open_to_read(where); }, place);
  if (log) return std::move(*log);
  failed(log.error());
  return nullptr;
}

// The journal and, if it can't be opened as a whole, why: then as much of it as can be read.
struct Opened {
  std::unique_ptr<journal::Log> log;
  std::string damage;
};

Opened open_whatever_is_left(const JournalPlace& place) {
  Opened opened;
  auto whole = std::visit([](const auto& where) { return open_to_read(where); }, place);
  if (whole) {
    opened.log = std::move(*whole);
    return opened;
  }
  opened.damage = whole.error();
  if (const auto* data = std::get_if<std::filesystem::path>(&place)) {
    auto rest = journal::open_embedded_read_only(DataFolder{*data}.journal(), {.past_damage = true});
    if (rest) opened.log = std::move(*rest);
  }
  return opened;
}

void print_line(std::string_view line) { fmt::print("{}\n", line); }

int ended(const std::expected<void, journal::ReadStop>& done) {
  if (done) return 0;
  fmt::print(stderr, "layerline: {}\n", journal::describe(done.error()));
  return 1;
}

// Who stored heads of the chain; or why nobody can be asked.
struct HeadStores {
  std::optional<store::Store> state;
  std::optional<store::Store> documents;
  std::string missing;
};

HeadStores open_head_stores(const std::filesystem::path& data) {
  HeadStores stores;
  if (data.empty()) {
    stores.missing = "--data DIR names a folder that has some";
    return stores;
  }
  auto state = store::Store::open(DataFolder{data}.state().string(), store::Mode::read_only);
  auto documents = store::Store::open(DataFolder{data}.documents().string(), store::Mode::read_only);
  if (!state || !documents) {
    stores.missing = state ? documents.error().message : state.error().message;
    return stores;
  }
  stores.state.emplace(std::move(*state));
  stores.documents.emplace(std::move(*documents));
  return stores;
}

std::string to_json(const journal::KafkaAddress& address, const journal::KafkaTopic& topic, const std::string& journal_id,
                    const std::string& mark, const std::vector<std::string>& dangers) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("journal", journal::describe(address)).member("journal_id", journal_id).member("mark", mark);
  out.member("brokers", topic.brokers).member("partitions", topic.partitions).member("replication", topic.replication);
  out.member("retention_ms", topic.retention_ms).member("retention_bytes", topic.retention_bytes);
  out.member("cleanup_policy", topic.cleanup_policy).member("min_insync_replicas", topic.min_insync_replicas);
  out.member("unclean_leader_election", topic.unclean_leader_election).member("max_message_bytes", topic.max_message_bytes);
  out.key("offsets").begin_array();
  for (std::size_t partition = 0; partition < topic.end.size(); ++partition) {
    out.begin_object().member("partition", partition).member("begin", topic.low[partition]).member("end", topic.end[partition]).end();
  }
  out.end().key("dangers").begin_array();
  for (const std::string& danger : dangers) out.value(danger);
  out.end().end();
  return text;
}

}  // namespace

int verify_journal(const JournalPlace& place, const std::filesystem::path& data) {
  // The heads first: what is written meanwhile only makes the journal longer than they know.
  const HeadStores stores = open_head_stores(data);
  std::vector<journal::Position> heads;
  const Opened opened = open_whatever_is_left(place);
  if (!opened.damage.empty()) fmt::print("DAMAGED the journal can't be opened as a whole: {}\n", opened.damage);
  if (opened.log == nullptr) return 1;
  const journal::Log& log = *opened.log;
  if (stores.missing.empty()) {
    auto stored = stored_heads(*stores.state, *stores.documents, log.describe().partitions);
    if (!stored) return failed(stored.error());
    heads = std::move(*stored);
  } else {
    fmt::print(stderr, "layerline: note: no stored heads to compare with ({})\n", stores.missing);
  }
  const journal::VerifyReport report = journal::verify(log, heads);
  std::uint64_t accepted = 0;
  std::uint64_t dead = 0;
  for (const journal::PartitionReport& partition : report.partitions) {
    accepted += partition.accepted;
    dead += partition.dead;
  }
  for (const journal::Damage& damage : report.findings) fmt::print("DAMAGED {}\n", journal::describe(damage));
  const bool whole = report.findings.empty() && opened.damage.empty();
  fmt::print("journal {}: {} partitions, {} accepted records, {} dead, {} stored heads compared: {}\n", report.journal_id,
             report.partitions.size(), accepted, dead, heads.size(), whole ? "every chain holds" : "NOT what was written");
  return whole ? 0 : 1;
}

int tail_journal(const JournalPlace& place) {
  const std::unique_ptr<journal::Log> log = open_frozen(place);
  if (log == nullptr) return 1;
  for (std::uint32_t partition = 0; partition < log->describe().partitions; ++partition) {
    journal::Position position = journal::start_of(partition);
    if (const int status = ended(journal::tail(*log, position, print_line)); status != 0) return status;
  }
  return 0;
}

int export_journal(const JournalPlace& place) {
  const std::unique_ptr<journal::Log> log = open_frozen(place);
  return log == nullptr ? 1 : ended(journal::export_json(*log, print_line));
}

int create_journal(const journal::KafkaAddress& address, const NewJournal& wanted) {
  const auto cluster = journal::look_at_cluster(address);
  if (!cluster) return failed(cluster.error());
  const std::uint32_t replication = wanted.replication != 0 ? wanted.replication : cluster->brokers >= 3 ? 3 : 1;
  const auto made = journal::create_topic(address, wanted.partitions, replication, journal::journal_settings(replication));
  if (!made) return failed(made.error());
  const auto topic = journal::describe_topic(address);
  if (!topic) return failed(topic.error());
  for (const std::string& danger : topic->dangers) failed(danger);
  if (!topic->dangers.empty()) return 1;
  const auto mark = read_mark(address);
  if (!mark) return failed(mark.error());
  if (mark->kind != JournalMark::Kind::none) return failed(describe(*mark));
  auto log = journal::open_kafka_unchecked(address);
  if (!log) return failed(log.error().reasons.front());
  using namespace std::chrono;
  const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const auto id = journal::begin_journal(**log, crypto::UuidGenerator().next(now_ms));
  if (!id) return failed(id.error());
  if (const auto beside = kafka::create_beside({address.bootstrap, address.topic}); !beside) return failed(beside.error());
  fmt::print("journal {} in {}: {} partitions, replication {}\n", *id, journal::describe(address), topic->partitions, topic->replication);
  if (topic->replication == 1) fmt::print("A single copy is for trying out: a broker answers before its disk has the record.\n");
  return 0;
}

int describe_journal(const journal::KafkaAddress& address) {
  const auto topic = journal::describe_topic(address);
  if (!topic) return failed(topic.error());
  std::vector<std::string> dangers = topic->dangers;
  std::string id;
  if (auto log = journal::open_kafka_unchecked(address)) {
    id = (*log)->describe().journal_id;
    if (id.empty()) dangers.push_back("partition 0 has no genesis: layerline journal create --journal " + journal::describe(address));
  } else {
    dangers.push_back(log.error().reasons.front());
  }
  const auto mark = read_mark(address);
  if (!mark) return failed(mark.error());
  fmt::print("{}\n", to_json(address, *topic, id, describe(*mark), dangers));
  for (const std::string& danger : dangers) failed(danger);
  return dangers.empty() ? 0 : 1;
}

}  // namespace layerline::app
