// A disk for RocksDB that can lose what was not synced, and fail. It keeps the files on the real disk and remembers how far each was
// synced; a crash cuts them there.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace layerline::journal::test {

enum class DiskFault { none, sync_fails, append_fails_full, append_torn };

class CrashFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  CrashFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  // The next append or sync of a write-ahead log fails this way, once.
  void fail_once(DiskFault fault) { fault_ = fault; }
  // From now on nothing is written any more; what is open may be closed.
  void power_off() { off_ = true; }
  // Cuts every file to what was synced, and lets writes through again.
  void power_on() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, synced] : synced_) {
      if (std::filesystem::exists(path) && std::filesystem::file_size(path) > synced) std::filesystem::resize_file(path, synced);
    }
    fault_ = DiskFault::none;
    off_ = false;
  }

  const char* Name() const override { return "CrashFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) override {
    if (off_) return rocksdb::IOStatus::IOError("no power");
    const rocksdb::IOStatus status = target()->NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    set_synced(path, 0);
    *file = std::make_unique<File>(*this, path, std::move(*file));
    return status;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (off_) return rocksdb::IOStatus::IOError("no power");
    const std::lock_guard lock(mutex_);
    if (const auto found = synced_.find(from); found != synced_.end()) {
      synced_[to] = found->second;
      synced_.erase(from);
    }
    return target()->RenameFile(from, to, options, debug);
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (off_) return rocksdb::IOStatus::IOError("no power");
    const std::lock_guard lock(mutex_);
    synced_.erase(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(CrashFileSystem& disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile>&& file)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)), is_log_(path_.ends_with(".log")) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (disk_.off_) return rocksdb::IOStatus::IOError("no power");
      if (is_log_ && disk_.take(DiskFault::append_fails_full)) return rocksdb::IOStatus::NoSpace("disk full");
      if (is_log_ && disk_.take(DiskFault::append_torn)) {
        const rocksdb::Slice half(data.data(), data.size() / 2);
        written_ += half.size();
        const rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Append(half, options, debug);
        return status.ok() ? rocksdb::IOStatus::IOError("input/output error") : status;
      }
      written_ += data.size();
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override { return sync(options, debug); }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override { return sync(options, debug); }

   private:
    rocksdb::IOStatus sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
      if (disk_.off_) return rocksdb::IOStatus::IOError("no power");
      if (is_log_ && disk_.take(DiskFault::sync_fails)) return rocksdb::IOStatus::IOError("input/output error");
      const rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Flush(options, debug);   // the cut is ours: the real disk need not sync
      if (status.ok()) disk_.set_synced(path_, written_);
      return status;
    }
    CrashFileSystem& disk_;
    const std::string path_;
    const bool is_log_;
    std::uint64_t written_ = 0;
  };

  void set_synced(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    synced_[path] = bytes;
  }
  bool take(DiskFault fault) { return fault_.compare_exchange_strong(fault, DiskFault::none); }

  std::atomic<bool> off_ = false;
  std::atomic<DiskFault> fault_ = DiskFault::none;
  std::mutex mutex_;                          // guards synced_
  std::map<std::string, std::uint64_t> synced_;   // path -> bytes that a crash leaves
};

}  // namespace layerline::journal::test
