// The log of a single machine: a RocksDB of its own. Key = partition u16 BE ++ offset u64 BE, value = the record's bytes.
//
// All records of one append go into one WriteBatch with one sync: stored means synced, unless `sync` is off. The folder's lock
// excludes a second writer. After a failed write or sync the database is closed and opened again before anything else happens:
// only what the reopened database shows is durable.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "infra/journal/log/log.hpp"

namespace rocksdb {
class Env;
}

namespace layerline::journal {

struct EmbeddedOptions {
  std::uint32_t partitions = 16;     // of a new journal; an old one only grows
  std::string journal_id = {};       // of a new journal that is a copy; empty: a random one
  bool sync = true;                  // off: for measuring only, an answer then means nothing
  bool past_damage = false;          // read only, to say what is left: a damaged log of writes ends where it is damaged
  rocksdb::Env* environment = nullptr;   // for tests that break the disk; must outlive the log
};

// A log open for reading and writing; it says why not where it can't: held by another process, damaged, no disk.
[[nodiscard]] std::expected<std::unique_ptr<Log>, LogError> open_embedded(const std::filesystem::path& folder,
                                                                          const EmbeddedOptions& options = {});

// A frozen view for verify, tail and export; works beside a running server and never writes. Appends are not sent.
[[nodiscard]] std::expected<std::unique_ptr<Log>, LogError> open_embedded_read_only(const std::filesystem::path& folder,
                                                                                   const EmbeddedOptions& options = {});

}  // namespace layerline::journal
