#include "infra/journal/log/embedded/embedded.hpp"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "infra/journal/limits.hpp"

namespace layerline::journal {
namespace {

constexpr std::string_view meta_family = "meta";
constexpr std::string_view journal_id_key = "journal_id";
constexpr std::string_view partitions_key = "partitions";
constexpr std::size_t write_buffer_bytes = std::size_t{64} << 20;
constexpr int read_only_tries = 20;                               // a running server may delete a file between listing and opening it
constexpr std::chrono::milliseconds read_only_pause{20};
constexpr std::size_t key_bytes = 10;

using Key = std::array<char, key_bytes>;

Key make_key(std::uint32_t partition, std::uint64_t offset) {
  Key key;
  key[0] = static_cast<char>(partition >> 8);
  key[1] = static_cast<char>(partition);
  for (std::size_t i = 0; i < 8; ++i) key[2 + i] = static_cast<char>(offset >> (56 - 8 * i));
  return key;
}

rocksdb::Slice slice(const Key& key) { return {key.data(), key.size()}; }
rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

std::uint32_t partition_of(rocksdb::Slice key) {
  return std::uint32_t{static_cast<std::uint8_t>(key[0])} << 8 | static_cast<std::uint8_t>(key[1]);
}

std::uint64_t offset_of(rocksdb::Slice key) {
  std::uint64_t offset = 0;
  for (std::size_t i = 2; i < key_bytes; ++i) offset = offset << 8 | static_cast<std::uint8_t>(key[i]);
  return offset;
}

// A random UUID, version 4.
std::string make_journal_id() {
  std::random_device device;
  std::array<std::uint8_t, 16> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(device());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 0x0FU];
  }
  return text;
}

LogError error_of(const rocksdb::Status& status, std::uint32_t partition, std::uint64_t offset) {
  return {partition, offset, status.IsCorruption(), status.ToString()};
}

rocksdb::DBOptions database_options(rocksdb::Env* environment) {
  rocksdb::DBOptions options;
  if (environment != nullptr) options.env = environment;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_open_files = -1;
  options.keep_log_file_num = 2;
  options.max_background_jobs = 1;
  options.max_subcompactions = 1;
  options.enable_pipelined_write = false;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  return options;
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = std::size_t{16} << 10;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// An open database with its two column families.
struct Database {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;   // 0: records, 1: meta

  ~Database() {
    if (db == nullptr) return;
    for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
    db->Close();
  }
};

std::expected<std::unique_ptr<Database>, LogError> open_database(const std::filesystem::path& folder, const EmbeddedOptions& how,
                                                                 bool read_only) {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, family_options()},
                                                                 {std::string(meta_family), family_options()}};
  rocksdb::DBOptions options = database_options(how.environment);
  if (read_only && how.past_damage) options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  if (read_only) options.create_if_missing = options.create_missing_column_families = false;
  auto database = std::make_unique<Database>();
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      read_only ? rocksdb::DB::OpenForReadOnly(options, folder.string(), families, &database->families, &raw)
                : rocksdb::DB::Open(options, folder.string(), families, &database->families, &raw);
  if (!status.ok()) return std::unexpected(error_of(status, 0, 0));
  database->db.reset(raw);
  return database;
}

class EmbeddedLog final : public Log {
 public:
  EmbeddedLog(std::filesystem::path folder, EmbeddedOptions options, bool read_only)
      : folder_(std::move(folder)), options_(options), read_only_(read_only) {}

  std::expected<void, LogError> open();

  [[nodiscard]] std::vector<AppendResult> append(std::span<const Append> records) override;
  [[nodiscard]] bool reopen() override;
  [[nodiscard]] std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from,
                                                                        std::size_t limit) const override;
  [[nodiscard]] std::expected<std::uint64_t, LogError> end(std::uint32_t partition) const override;
  [[nodiscard]] std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const override;
  void wake() override;
  [[nodiscard]] LogDescription describe() const override;

 private:
  std::expected<void, LogError> load_meta();
  std::expected<void, LogError> store_meta(std::string_view key, const std::string& value);
  std::expected<void, LogError> load_ends();
  void announce(std::size_t count);

  const std::filesystem::path folder_;
  const EmbeddedOptions options_;
  const bool read_only_;
  mutable std::shared_mutex open_mutex_;         // shared to use the database, unique to close and open it
  std::unique_ptr<Database> database_;           // null while broken
  std::string journal_id_;
  std::uint32_t partitions_ = 0;
  std::vector<std::uint64_t> ends_;              // of each partition; under open_mutex_ shared by readers, see end_mutex_
  mutable std::mutex end_mutex_;                 // guards ends_, appended_ and wakes_
  mutable std::condition_variable appended_signal_;
  std::uint64_t appended_ = 0;
  std::uint64_t wakes_ = 0;
};

std::expected<void, LogError> EmbeddedLog::open() {
  std::unique_lock lock(open_mutex_);
  database_.reset();                              // releases the folder's lock
  auto opened = open_database(folder_, options_, read_only_);
  for (int tries = 1; !opened && read_only_ && !options_.past_damage && tries < read_only_tries; ++tries) {
    std::this_thread::sleep_for(read_only_pause);
    opened = open_database(folder_, options_, read_only_);
  }
  if (!opened) return std::unexpected(std::move(opened.error()));
  database_ = std::move(*opened);
  auto loaded = load_meta();
  if (loaded) loaded = load_ends();
  if (!loaded) database_.reset();
  return loaded;
}

std::expected<void, LogError> EmbeddedLog::store_meta(std::string_view key, const std::string& value) {
  rocksdb::WriteOptions write;
  write.sync = options_.sync;
  const rocksdb::Status status = database_->db->Put(write, database_->families[1], slice(key), value);
  if (!status.ok()) return std::unexpected(error_of(status, 0, 0));
  return {};
}

std::expected<void, LogError> EmbeddedLog::load_meta() {
  std::string id;
  std::string count;
  rocksdb::Status status = database_->db->Get({}, database_->families[1], slice(journal_id_key), &id);
  if (status.ok()) status = database_->db->Get({}, database_->families[1], slice(partitions_key), &count);
  if (!status.ok() && !status.IsNotFound()) return std::unexpected(error_of(status, 0, 0));
  const auto stored = static_cast<std::uint32_t>(count.empty() ? 0 : std::stoul(count));
  partitions_ = std::max(stored, read_only_ ? 0 : options_.partitions);
  if (partitions_ > partitions_max) return std::unexpected(LogError{0, 0, false, "too many partitions"});
  journal_id_ = !id.empty() ? id : options_.journal_id.empty() ? make_journal_id() : options_.journal_id;
  if (read_only_) return {};
  if (id.empty()) {
    if (auto done = store_meta(journal_id_key, journal_id_); !done) return done;
  }
  return stored == partitions_ ? std::expected<void, LogError>{} : store_meta(partitions_key, std::to_string(partitions_));
}

std::expected<void, LogError> EmbeddedLog::load_ends() {
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->db->NewIterator({}, database_->families[0]));
  std::vector<std::uint64_t> ends(partitions_, 0);
  for (std::uint32_t partition = 0; partition < partitions_; ++partition) {
    const Key last = make_key(partition, ~std::uint64_t{0});
    iterator->SeekForPrev(slice(last));
    if (!iterator->status().ok()) {
      if (!read_only_ || !options_.past_damage) return std::unexpected(error_of(iterator->status(), partition, 0));
      ends[partition] = ~std::uint64_t{0};   // unknown: the walk names the first record that can't be read
      continue;
    }
    if (iterator->Valid() && partition_of(iterator->key()) == partition) ends[partition] = offset_of(iterator->key()) + 1;
  }
  const std::lock_guard lock(end_mutex_);
  ends_ = std::move(ends);
  return {};
}

bool EmbeddedLog::reopen() {
  {
    const std::shared_lock lock(open_mutex_);
    if (database_ != nullptr) return true;
  }
  return open().has_value();
}

std::vector<AppendResult> EmbeddedLog::append(std::span<const Append> records) {
  std::vector<AppendResult> results(records.size(), {AppendResult::Kind::not_sent, 0});
  rocksdb::Status status;
  {
    const std::shared_lock lock(open_mutex_);
    if (read_only_ || records.empty() || database_ == nullptr) return results;
    std::vector<std::uint64_t> ends = ends_;      // only this thread writes ends_
    rocksdb::WriteBatch batch;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i].partition >= partitions_) return results;
      results[i].offset = ends[records[i].partition]++;
      const Key key = make_key(records[i].partition, results[i].offset);
      batch.Put(database_->families[0], slice(key), slice(records[i].bytes));
    }
    rocksdb::WriteOptions write;
    write.sync = options_.sync;
    status = database_->db->Write(write, &batch);
    if (status.ok()) {
      const std::lock_guard ends_lock(end_mutex_);
      ends_ = std::move(ends);
    }
  }
  for (AppendResult& result : results) result.kind = status.ok() ? AppendResult::Kind::stored : AppendResult::Kind::unknown;
  if (status.ok()) {
    announce(records.size());
  } else {
    const std::unique_lock lock(open_mutex_);
    database_.reset();
  }
  return results;
}

std::expected<std::vector<StoredRecord>, LogError> EmbeddedLog::read(std::uint32_t partition, std::uint64_t from,
                                                                     std::size_t limit) const {
  const std::shared_lock lock(open_mutex_);
  if (database_ == nullptr) return std::unexpected(LogError{partition, from, false, "the log is closed after a failed write"});
  std::vector<StoredRecord> records;
  if (partition >= partitions_) return records;
  if (!read_only_) {
    // Whoever follows all partitions asks most of them in vain: that must not cost an iterator.
    const std::lock_guard end_lock(end_mutex_);
    if (from >= ends_[partition]) return records;
  }
  const Key past_end = make_key(partition + 1, 0);
  const rocksdb::Slice bound = slice(past_end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->db->NewIterator(options, database_->families[0]));
  std::size_t bytes = 0;
  const Key first = make_key(partition, from);
  for (iterator->Seek(slice(first)); iterator->Valid() && records.size() < limit && bytes < read_batch_bytes; iterator->Next()) {
    records.push_back({offset_of(iterator->key()), iterator->value().ToString()});
    bytes += records.back().bytes.size();
  }
  if (iterator->status().ok()) return records;
  // What was read before the damage is handed out first; the next call names it.
  if (!records.empty()) return records;
  return std::unexpected(error_of(iterator->status(), partition, from));
}

std::expected<std::uint64_t, LogError> EmbeddedLog::end(std::uint32_t partition) const {
  const std::shared_lock open_lock(open_mutex_);
  if (database_ == nullptr) return std::unexpected(LogError{partition, 0, false, "the log is closed after a failed write"});
  const std::lock_guard lock(end_mutex_);
  return partition < ends_.size() ? ends_[partition] : 0;
}

std::uint64_t EmbeddedLog::wait(std::uint64_t seen, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(end_mutex_);
  const std::uint64_t wakes = wakes_;
  appended_signal_.wait_for(lock, timeout, [&] { return appended_ > seen || wakes_ != wakes; });
  return appended_;
}

void EmbeddedLog::announce(std::size_t count) {
  {
    const std::lock_guard lock(end_mutex_);
    appended_ += count;
  }
  appended_signal_.notify_all();
}

void EmbeddedLog::wake() {
  {
    const std::lock_guard lock(end_mutex_);
    ++wakes_;
  }
  appended_signal_.notify_all();
}

LogDescription EmbeddedLog::describe() const {
  const std::shared_lock lock(open_mutex_);
  return {"embedded", journal_id_, partitions_, true};
}

// RocksDB makes its folder, but nobody syncs the one above it: without this a crash may take the whole journal's name away.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::expected<std::unique_ptr<Log>, LogError> open_log(const std::filesystem::path& folder, const EmbeddedOptions& options,
                                                       bool read_only) {
  auto log = std::make_unique<EmbeddedLog>(folder, options, read_only);
  if (auto opened = log->open(); !opened) return std::unexpected(std::move(opened.error()));
  return log;
}

}  // namespace

std::expected<std::unique_ptr<Log>, LogError> open_embedded(const std::filesystem::path& folder, const EmbeddedOptions& options) {
  std::error_code ignored;                        // RocksDB names what is wrong with the folder
  std::filesystem::create_directories(folder, ignored);
  sync_folder(std::filesystem::absolute(folder).parent_path());
  return open_log(folder, options, false);
}

std::expected<std::unique_ptr<Log>, LogError> open_embedded_read_only(const std::filesystem::path& folder, const EmbeddedOptions& options) {
  return open_log(folder, options, true);
}

}  // namespace layerline::journal
