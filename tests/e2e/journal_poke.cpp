// journal_poke: alters a stopped journal behind its back, for tests/e2e/flip.
//   journal_poke FOLDER flip PARTITION OFFSET     one bit of the stored value
//   journal_poke FOLDER forge PARTITION OFFSET    another time in the commit, with a right checksum
//   journal_poke FOLDER dead PARTITION OFFSET     stores this record a second time behind the last one: a claim there is dead
#include <rocksdb/db.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/journal/record.hpp"

namespace {

constexpr std::size_t partition_bytes = 2;
constexpr std::size_t key_bytes = 10;   // partition and offset, big endian, as in infra/journal/log/embedded

std::string make_key(std::uint32_t partition, std::uint64_t offset) {
  std::string key = {static_cast<char>(partition >> 8), static_cast<char>(partition)};
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(offset >> shift));
  return key;
}

std::optional<std::string> forged(const std::string& value) {
  const layerline::journal::Frame frame = layerline::journal::decode_frame(value);
  layerline::journal::Commit commit;
  if (frame.fault != layerline::journal::FrameFault::none || frame.kind != layerline::journal::Kind::commit) return std::nullopt;
  if (!commit.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size()))) return std::nullopt;
  commit.set_time_ms(commit.time_ms() + 1);
  return layerline::journal::encode(commit);
}

// The key behind the last one of the partition.
std::optional<std::string> next_key(rocksdb::DB& db, std::uint32_t partition) {
  const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator({}));
  iterator->SeekForPrev(make_key(partition, ~std::uint64_t{0}));
  if (!iterator->Valid() || iterator->key().size() != key_bytes) return std::nullopt;
  std::uint64_t offset = 0;
  for (std::size_t i = partition_bytes; i < key_bytes; ++i) offset = offset << 8 | static_cast<std::uint8_t>(iterator->key()[i]);
  return make_key(partition, offset + 1);
}

bool poke(rocksdb::DB& db, std::string_view what, std::uint32_t partition, std::uint64_t offset) {
  std::string key = make_key(partition, offset);
  std::string value;
  if (!db.Get({}, key, &value).ok() || value.empty()) return false;
  if (what == "flip") {
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 0x01);
  } else if (what == "forge") {
    const auto other = forged(value);
    if (!other) return false;
    value = *other;
  } else if (what == "dead") {
    const auto next = next_key(db, partition);
    if (!next) return false;
    key = *next;
  } else {
    return false;
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  return db.Put(synced, key, value).ok();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: journal_poke FOLDER flip|forge|dead PARTITION OFFSET\n");
    return 2;
  }
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, {}}, {"meta", {}}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open({}, arguments[1], families, &handles, &opened);
  if (!status.ok()) {
    std::fprintf(stderr, "journal_poke: %s\n", status.ToString().c_str());
    return 1;
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  const bool done = poke(*db, arguments[2], static_cast<std::uint32_t>(std::strtoul(arguments[3], nullptr, 10)),
                         std::strtoull(arguments[4], nullptr, 10));
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  if (!done) std::fprintf(stderr, "journal_poke: there is no such record, or it can't be altered so\n");
  return done ? 0 : 1;
}
