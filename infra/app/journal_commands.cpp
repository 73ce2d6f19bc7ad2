#include "infra/app/journal_commands.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "infra/app/checkpoint.hpp"
#include "infra/app/server.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/journal/tools.hpp"

namespace layerline::app {
namespace {

std::unique_ptr<journal::Log> open_frozen(const DataFolder& folder) {
  auto log = journal::open_embedded_read_only(folder.journal());
  if (log) return std::move(*log);
  fmt::print(stderr, "layerline: partition {} offset {}: {}\n", log.error().partition, log.error().offset, log.error().reason);
  return nullptr;
}

// The journal and, if it can't be opened as a whole, why: then as much of it as can be read.
struct Opened {
  std::unique_ptr<journal::Log> log;
  std::string damage;
};

Opened open_whatever_is_left(const DataFolder& folder) {
  Opened opened;
  auto whole = journal::open_embedded_read_only(folder.journal());
  if (whole) {
    opened.log = std::move(*whole);
    return opened;
  }
  opened.damage = whole.error().reason;
  auto rest = journal::open_embedded_read_only(folder.journal(), {.past_damage = true});
  if (rest) opened.log = std::move(*rest);
  return opened;
}

void print_line(std::string_view line) { fmt::print("{}\n", line); }

int ended(const std::expected<void, journal::ReadStop>& done) {
  if (done) return 0;
  fmt::print(stderr, "layerline: {}\n", journal::describe(done.error()));
  return 1;
}

}  // namespace

int verify_journal(const std::filesystem::path& data) {
  const DataFolder folder{data};
  // The heads first: what is written meanwhile only makes the journal longer than they know.
  std::vector<journal::Position> heads;
  auto state = store::Store::open(folder.state().string(), store::Mode::read_only);
  auto documents = store::Store::open(folder.documents().string(), store::Mode::read_only);
  const Opened opened = open_whatever_is_left(folder);
  if (!opened.damage.empty()) fmt::print("DAMAGED the journal can't be opened as a whole: {}\n", opened.damage);
  if (opened.log == nullptr) return 1;
  const journal::Log& log = *opened.log;
  if (state && documents) {
    auto stored = stored_heads(*state, *documents, log.describe().partitions);
    if (!stored) {
      fmt::print(stderr, "layerline: {}\n", stored.error());
      return 1;
    }
    heads = std::move(*stored);
  } else {
    fmt::print(stderr, "layerline: note: no stored heads to compare with ({})\n",
               state ? documents.error().message : state.error().message);
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

int tail_journal(const std::filesystem::path& data) {
  const std::unique_ptr<journal::Log> log = open_frozen({data});
  if (log == nullptr) return 1;
  for (std::uint32_t partition = 0; partition < log->describe().partitions; ++partition) {
    journal::Position position = journal::start_of(partition);
    if (const int status = ended(journal::tail(*log, position, print_line)); status != 0) return status;
  }
  return 0;
}

int export_journal(const std::filesystem::path& data) {
  const std::unique_ptr<journal::Log> log = open_frozen({data});
  return log == nullptr ? 1 : ended(journal::export_json(*log, print_line));
}

}  // namespace layerline::app
