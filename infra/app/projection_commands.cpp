#include "infra/app/projection_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>

#include "infra/app/checkpoint.hpp"
#include "infra/app/journal_source.hpp"
#include "infra/app/server.hpp"
#include "infra/crypto/key_vault.hpp"
#include "infra/journal/log/embedded/embedded.hpp"
#include "infra/kafka/keys.hpp"
#include "projections/rebuild.hpp"

namespace layerline::app {
namespace {

int failed(const std::string& why) {
  fmt::print(stderr, "layerline: {}\n", why);
  return 1;
}

using Work =
    std::function<int(store::Store& documents, const projections::Source& source, std::span<const projections::View* const> views)>;

// The journal and the keys of what it seals.
struct Opened {
  std::unique_ptr<journal::Log> log;
  std::unique_ptr<kafka::Table> table;             // of keys that processes share
  std::optional<crypto::KeyVault> keys;
};

std::expected<Opened, std::string> open_embedded(const DataFolder& folder) {
  auto log = journal::open_embedded_read_only(folder.journal());
  if (!log) return std::unexpected(log.error().reason);
  auto keys = crypto::KeyVault::open(folder.keys());
  if (!keys) return std::unexpected(keys.error());
  return Opened{std::move(*log), nullptr, std::move(*keys)};
}

// The folder's documents were folded from the journal that it has seen; from another one they would be somebody else's.
std::expected<Opened, std::string> open_kafka(const DataFolder& folder, const journal::KafkaAddress& address) {
  const auto state = store::Store::open(folder.state().string(), store::Mode::read_only);
  if (!state) return std::unexpected(state.error().message);
  const JournalSeen seen = journal_seen(*state);
  auto log = journal::open_kafka(address, {.recorded_journal_id = seen.journal_id, .recorded_partitions = seen.partitions});
  if (!log) return std::unexpected(fmt::format("{}", fmt::join(log.error().reasons, "\n")));
  auto table = kafka::Table::open({address.bootstrap, kafka::topics_beside(address.topic).keys});
  if (!table) return std::unexpected(table.error());
  auto keys = crypto::KeyVault::open_shared(kafka::key_table(**table));
  if (!keys) return std::unexpected(keys.error());
  return Opened{std::move(*log), std::move(*table), std::move(*keys)};
}

int with_folder(const Documents& documents, const std::string& name, store::Mode mode, const Work& work) {
  const DataFolder folder{documents.data};
  const auto views = projections::views_named(name);
  if (views.empty()) return failed("there is no view " + name);
  const auto opened = documents.journal ? open_kafka(folder, *documents.journal) : open_embedded(folder);
  if (!opened) return failed(opened.error());
  auto stored = store::Store::open(folder.documents().string(), mode);
  if (!stored) return failed(stored.error().message);
  return work(*stored, journal_source(*opened->log, *opened->keys), views);
}

}  // namespace

int rebuild_projections(const Documents& documents, const std::string& name) {
  return with_folder(documents, name, store::Mode::read_write, [](store::Store& stored, const projections::Source& source, auto views) {
    const auto rebuilt = projections::rebuild(stored, source, views);
    if (!rebuilt) return failed(rebuilt.error());
    fmt::print("rebuilt {} views from {} commits with {} events\n", views.size(), rebuilt->commits, rebuilt->events);
    return 0;
  });
}

int compare_projections(const Documents& documents, const std::string& name) {
  const std::filesystem::path scratch = documents.data / fmt::format("compare-{}", ::getpid());
  const int status =
      with_folder(documents, name, store::Mode::read_only, [&](store::Store& stored, const projections::Source& source, auto views) {
        auto empty = store::Store::open(scratch.string());
        if (!empty) return failed(empty.error().message);
        const auto compared = projections::compare(stored, *empty, source, views);
        if (!compared) return failed(compared.error());
        for (const projections::Difference& difference : compared->differences)
          fmt::print("DIFFERENT {}: {}: {}\n", difference.view, difference.key, difference.detail);
        fmt::print("{} views, {} keys: {}\n", views.size(), compared->documents,
                   compared->differences.empty() ? "byte-identical" : "NOT identical");
        return compared->differences.empty() ? 0 : 1;
      });
  std::error_code ignored;
  std::filesystem::remove_all(scratch, ignored);
  return status;
}

}  // namespace layerline::app
