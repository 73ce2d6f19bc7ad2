#include "infra/store/store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "infra/store/limits.hpp"

namespace layerline::store {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::unexpected<Error> failed(const rocksdb::Status& status) { return std::unexpected(Error{status.ToString()}); }

// The smallest key behind all keys that start with `prefix`; empty if there is none.
std::string behind(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && static_cast<unsigned char>(key.back()) == 0xFF) key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) + 1);
  return key;
}

rocksdb::Options options_of(Mode mode) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_max_bytes);
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::Options options;
  options.create_if_missing = mode == Mode::read_write;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = write_buffer_max_bytes;
  options.max_write_buffer_number = 2;
  options.max_total_wal_size = wal_max_bytes;
  options.max_open_files = open_files_max;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.keep_log_file_num = 2;
  options.paranoid_checks = true;
  return options;
}

}  // namespace

struct Batch::Body {
  rocksdb::WriteBatch writes;
};

Batch::Batch() : body_(std::make_unique<Body>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

// The status of these is only an out-of-memory or a batch limit that is not set.
void Batch::put(std::string_view key, std::string_view value) { body_->writes.Put(slice(key), slice(value)).PermitUncheckedError(); }
void Batch::erase(std::string_view key) { body_->writes.Delete(slice(key)).PermitUncheckedError(); }
void Batch::erase_prefix(std::string_view prefix) {
  body_->writes.DeleteRange(slice(prefix), slice(behind(prefix))).PermitUncheckedError();
}
void Batch::clear() { body_->writes.Clear(); }

struct Store::Body {
  std::unique_ptr<rocksdb::DB> db;
};

Store::Store(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

std::expected<Store, Error> Store::open(const std::string& folder, Mode mode) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Options options = options_of(mode);
  const rocksdb::Status status =
      mode == Mode::read_write ? rocksdb::DB::Open(options, folder, &db) : rocksdb::DB::OpenForReadOnly(options, folder, &db);
  if (!status.ok()) return failed(status);
  auto body = std::make_unique<Body>();
  body->db.reset(db);
  return Store(std::move(body));
}

std::expected<std::optional<std::string>, Error> Store::get(std::string_view key) const {
  std::string value;
  const std::expected<bool, Error> found = get(key, value);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  return value;
}

std::expected<bool, Error> Store::get(std::string_view key, std::string& value) const {
  rocksdb::PinnableSlice pinned;
  const rocksdb::Status status = body_->db->Get({}, body_->db->DefaultColumnFamily(), slice(key), &pinned);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return failed(status);
  value.assign(pinned.data(), pinned.size());
  return true;
}

std::expected<void, Error> Store::scan(std::string_view prefix, std::string_view after, const Visit& visit) const {
  const std::string end = behind(prefix);
  const rocksdb::Slice end_slice(end);
  rocksdb::ReadOptions reading;
  if (!end.empty()) reading.iterate_upper_bound = &end_slice;
  const std::unique_ptr<rocksdb::Iterator> at(body_->db->NewIterator(reading));
  at->Seek(slice(after < prefix ? prefix : after));
  if (at->Valid() && !after.empty() && at->key() == slice(after)) at->Next();
  for (; at->Valid(); at->Next()) {
    const rocksdb::Slice key = at->key();
    const rocksdb::Slice value = at->value();
    if (!visit({key.data(), key.size()}, {value.data(), value.size()})) break;
  }
  if (!at->status().ok()) return failed(at->status());
  return {};
}

std::expected<void, Error> Store::write(Batch& batch, Writing writing) {
  rocksdb::WriteOptions options;
  options.disableWAL = writing == Writing::bulk;
  const rocksdb::Status status = body_->db->Write(options, &batch.body_->writes);
  if (!status.ok()) return failed(status);
  return {};
}

std::expected<void, Error> Store::flush() {
  const rocksdb::Status status = body_->db->Flush({});
  if (!status.ok()) return failed(status);
  return {};
}

}  // namespace layerline::store
