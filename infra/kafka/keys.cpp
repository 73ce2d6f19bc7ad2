#include "infra/kafka/keys.hpp"

#include <utility>

#include "infra/kafka/limits.hpp"

namespace layerline::kafka {
namespace {

std::expected<void, std::string> put_all(Table& table, const std::vector<TableRecord>& records) {
  if (auto stored = table.put_all(records); !stored) return std::unexpected(std::move(stored.error().message));
  return {};
}

}  // namespace

crypto::KeyTable key_table(Table& table) {
  return {.put =
              [&table](crypto::KeyTable::Records keys) {
                std::vector<TableRecord> records;
                for (const auto& [name, key] : keys) records.push_back({name, key});
                return put_all(table, records);
              },
          .remove =
              [&table](std::span<const std::string> names) {
                std::vector<TableRecord> records;
                for (const std::string& name : names) records.push_back({name, std::nullopt});
                return put_all(table, records);
              },
          .get = [&table](std::string_view name) { return table.get(name); },
          .with_prefix = [&table](std::string_view prefix) { return table.with_prefix(prefix); },
          .catch_up = [&table] { return table.catch_up(limits::catch_up_time); }};
}

std::expected<void, std::string> create_topics_beside(const TableAddress& journal, const TableOptions& options) {
  const TopicsBeside beside = topics_beside(journal.topic);
  for (const std::string& topic : {beside.keys, beside.positions}) {
    if (auto made = create_table({journal.bootstrap, topic}, TableKind::compacted, options); !made) return std::unexpected(made.error());
  }
  const std::pair<std::string, TableKind> fleeting[] = {{beside.owners, TableKind::short_retention},
                                                        {beside.telemetry, TableKind::telemetry}};
  for (const auto& [topic, kind] : fleeting) {
    if (auto made = create_table({journal.bootstrap, topic}, kind, options); !made) return std::unexpected(made.error());
  }
  return {};
}

std::expected<void, std::string> create_beside(const TableAddress& journal, const TableOptions& options) {
  if (auto made = create_topics_beside(journal, options); !made) return made;
  const auto table = Table::open({journal.bootstrap, topics_beside(journal.topic).keys}, options);
  if (!table) return std::unexpected(table.error());
  if (auto secret = crypto::create_secret(key_table(**table)); !secret) return std::unexpected(std::move(secret.error()));
  return {};
}

}  // namespace layerline::kafka
