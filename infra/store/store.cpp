#include "infra/store/store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <mutex>
#include <span>
#include <utility>

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
  table.block_cache = rocksdb::NewLRUCache(block_cache_max_bytes, block_cache_shard_bits);
  table.cache_index_and_filter_blocks = true;
  // In pieces: whole, they are larger than a shard of the cache, and would be read again at every look.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
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

// ---- following ----

struct Following::Body {
  explicit Body(std::string_view followed) : prefix(followed), end(behind(followed)) {}

  // With the mutex held, for a whole batch.
  void note(std::string_view key, std::optional<std::string_view> value) {
    if (lost || !key.starts_with(prefix)) return;
    const auto [at, fresh] = changes.try_emplace(std::string(key));
    bytes += fresh ? key.size() : 0;
    bytes -= at->second ? at->second->size() : 0;
    bytes += value ? value->size() : 0;
    at->second = value;
    if (bytes > followed_max_bytes) lose();
  }
  void note_range(std::string_view first, std::string_view last) {
    if ((end.empty() || first < end) && last > prefix) lose();
  }
  void lose() {
    lost = true;
    changes.clear();
  }

  const std::string prefix, end;
  std::mutex mutex;   // guards the rest
  Changes changes;
  std::size_t bytes = 0;
  bool lost = false;
};

std::optional<Following::Changes> Following::take() {
  const std::lock_guard lock(body_->mutex);
  if (body_->lost) return std::nullopt;
  body_->bytes = 0;
  return std::exchange(body_->changes, {});
}

struct Store::Body {
  std::unique_ptr<rocksdb::DB> db;
  std::mutex mutex;                                    // a follower begins between two batches
  std::vector<std::weak_ptr<Following::Body>> followers;

  void tell(const rocksdb::WriteBatch& writes);
};

void Store::Body::tell(const rocksdb::WriteBatch& writes) {
  std::vector<std::shared_ptr<Following::Body>> present;
  std::erase_if(followers, [&](const auto& follower) { return !present.emplace_back(follower.lock()); });
  std::erase(present, nullptr);
  if (present.empty()) return;
  std::vector<std::unique_lock<std::mutex>> locks;       // nobody takes half a batch
  for (const auto& follower : present) locks.emplace_back(follower->mutex);
  struct Handler final : rocksdb::WriteBatch::Handler {
    explicit Handler(std::span<const std::shared_ptr<Following::Body>> all) : followed(all) {}
    rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
      for (const auto& one : followed) one->note(key.ToStringView(), value.ToStringView());
      return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice& key) override {
      for (const auto& one : followed) one->note(key.ToStringView(), std::nullopt);
      return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteRangeCF(std::uint32_t, const rocksdb::Slice& first, const rocksdb::Slice& last) override {
      for (const auto& one : followed) one->note_range(first.ToStringView(), last.ToStringView());
      return rocksdb::Status::OK();
    }
    std::span<const std::shared_ptr<Following::Body>> followed;
  } handler(present);
  writes.Iterate(&handler).PermitUncheckedError();     // it was written: it can be read
}

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

namespace {

// The keys of one prefix, as they are when it is made.
class Scan {
 public:
  Scan(rocksdb::DB& db, std::string_view prefix) : prefix_(prefix), start_slice_(slice(prefix)), end_(behind(prefix)), end_slice_(end_) {
    rocksdb::ReadOptions reading;
    reading.iterate_lower_bound = &start_slice_;
    if (!end_.empty()) reading.iterate_upper_bound = &end_slice_;
    at_.reset(db.NewIterator(reading));
  }
  [[nodiscard]] std::expected<void, Error> visit_behind(std::string_view after, const Store::Visit& visit) {
    at_->Seek(slice(after < prefix_ ? prefix_ : after));
    if (at_->Valid() && !after.empty() && at_->key() == slice(after)) at_->Next();
    while (at_->Valid() && visit(at_->key().ToStringView(), at_->value().ToStringView())) at_->Next();
    if (!at_->status().ok()) return failed(at_->status());
    return {};
  }
  [[nodiscard]] std::expected<void, Error> visit_before(std::string_view before, const Store::Visit& visit) {
    if (before.empty()) at_->SeekToLast();
    else at_->SeekForPrev(slice(before));
    if (at_->Valid() && !before.empty() && at_->key() == slice(before)) at_->Prev();
    while (at_->Valid() && visit(at_->key().ToStringView(), at_->value().ToStringView())) at_->Prev();
    if (!at_->status().ok()) return failed(at_->status());
    return {};
  }

 private:
  const std::string_view prefix_;
  const rocksdb::Slice start_slice_;
  const std::string end_;
  const rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> at_;
};

}  // namespace

std::expected<void, Error> Store::scan(std::string_view prefix, std::string_view after, const Visit& visit, Direction direction) const {
  Scan scan(*body_->db, prefix);
  return direction == Direction::forwards ? scan.visit_behind(after, visit) : scan.visit_before(after, visit);
}

std::expected<Following, Error> Store::follow(std::string_view prefix, const Visit& visit) const {
  Following following(std::make_shared<Following::Body>(prefix));
  std::unique_lock lock(body_->mutex);
  Scan scan(*body_->db, prefix);
  body_->followers.push_back(following.body_);
  lock.unlock();
  if (auto read = scan.visit_behind("", visit); !read) return std::unexpected(std::move(read.error()));
  return following;
}

// The iterator keeps pointers into it: it stays where it is.
struct Walk::Body {
  std::string prefix;
  Direction direction = Direction::forwards;
  rocksdb::Slice start_slice;
  std::string end;
  rocksdb::Slice end_slice;
  std::string key;
  std::unique_ptr<rocksdb::Iterator> at;
};

Walk::Walk(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Walk::~Walk() = default;
Walk::Walk(Walk&&) noexcept = default;
Walk& Walk::operator=(Walk&&) noexcept = default;

bool Walk::seek(std::string_view tail) {
  body_->key.assign(body_->prefix).append(tail);
  if (body_->direction == Direction::forwards) body_->at->Seek(slice(body_->key));
  else if (tail.empty()) body_->at->SeekToLast();
  else body_->at->SeekForPrev(slice(body_->key));
  return body_->at->Valid();
}

bool Walk::seek_behind(std::string_view tail) {
  if (!seek(tail) || body_->at->key() != slice(body_->key)) return body_->at->Valid();
  if (body_->direction == Direction::forwards) body_->at->Next();
  else body_->at->Prev();
  return body_->at->Valid();
}

std::string_view Walk::tail() const { return body_->at->key().ToStringView().substr(body_->prefix.size()); }
std::string_view Walk::value() const { return body_->at->value().ToStringView(); }

std::expected<void, Error> Walk::state() const {
  if (!body_->at->status().ok()) return failed(body_->at->status());
  return {};
}

Walk Store::walk(std::string prefix, Direction direction) const {
  auto body = std::make_unique<Walk::Body>();
  body->prefix = std::move(prefix);
  body->direction = direction;
  body->start_slice = slice(body->prefix);
  body->end = behind(body->prefix);
  body->end_slice = slice(body->end);
  rocksdb::ReadOptions reading;
  reading.iterate_lower_bound = &body->start_slice;
  if (!body->end.empty()) reading.iterate_upper_bound = &body->end_slice;
  body->at.reset(body_->db->NewIterator(reading));
  return Walk(std::move(body));
}

std::expected<void, Error> Store::write(Batch& batch, Writing writing) {
  rocksdb::WriteOptions options;
  options.disableWAL = writing == Writing::bulk;
  const std::lock_guard lock(body_->mutex);
  const rocksdb::Status status = body_->db->Write(options, &batch.body_->writes);
  if (!status.ok()) return failed(status);
  body_->tell(batch.body_->writes);
  return {};
}

std::expected<void, Error> Store::flush() {
  const rocksdb::Status status = body_->db->Flush({});
  if (!status.ok()) return failed(status);
  return {};
}

}  // namespace layerline::store
