// What every log driver promises. A driver's test hands in how to make one.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "infra/journal/log/log.hpp"

namespace layerline::journal::test {

// All records of a partition from `from` on; a driver may hand them out in pieces.
inline std::vector<StoredRecord> everything(const Log& log, std::uint32_t partition, std::uint64_t from = 0) {
  std::vector<StoredRecord> records;
  while (true) {
    const auto piece = log.read(partition, from + records.size(), ~std::size_t{0});
    REQUIRE(piece);
    if (piece->empty()) return records;
    records.insert(records.end(), piece->begin(), piece->end());
  }
}

inline void keeps_order_and_offsets(Log& log) {
  const std::vector<Append> first = {{0, "a"}, {1, "x"}, {0, "b"}};
  const auto results = log.append(first);
  REQUIRE(results.size() == 3);
  for (const AppendResult& result : results) REQUIRE(result.kind == AppendResult::Kind::stored);
  CHECK(results[0].offset == 0);
  CHECK(results[1].offset == 0);
  CHECK(results[2].offset == 1);
  CHECK(log.append(std::vector<Append>{{0, "c"}})[0].offset == 2);
  CHECK(log.end(0).value() == 3);
  CHECK(log.end(1).value() == 1);
}

inline void reads_from_anywhere(Log& log) {
  for (const char* bytes : {"a", "b", "c"}) REQUIRE(log.append(std::vector<Append>{{0, bytes}})[0].kind == AppendResult::Kind::stored);
  const auto middle = log.read(0, 1, 1);
  REQUIRE(middle);
  REQUIRE(middle->size() == 1);
  CHECK(middle->front().offset == 1);
  CHECK(middle->front().bytes == "b");
  CHECK(everything(log, 0).size() == 3);
  CHECK(log.read(0, 3, 100).value().empty());
  CHECK(log.read(1, 0, 100).value().empty());
}

inline void keeps_any_bytes(Log& log) {
  const std::string zeros(3, '\0');
  const std::string large(900 * 1024, '\xff');
  REQUIRE(log.append(std::vector<Append>{{0, zeros}, {0, ""}, {0, large}})[2].kind == AppendResult::Kind::stored);
  const auto records = everything(log, 0);
  REQUIRE(records.size() == 3);
  CHECK(records[0].bytes == zeros);
  CHECK(records[1].bytes.empty());
  CHECK(records[2].bytes == large);
}

inline void wakes_its_tail(Log& log) {
  const std::uint64_t before = log.wait(~std::uint64_t{0}, std::chrono::milliseconds(0));
  REQUIRE(log.append(std::vector<Append>{{1, "a"}, {0, "b"}})[0].kind == AppendResult::Kind::stored);
  CHECK(log.wait(before, std::chrono::milliseconds(0)) == before + 2);
}

// Keeps what a log said about its records, and compares it with what the log holds.
class Ledger {
 public:
  void append(Log& log, std::uint32_t partition) {
    const std::string bytes = "record " + std::to_string(++sent_);
    const AppendResult result = log.append(std::vector<Append>{{partition, bytes}})[0];
    switch (result.kind) {
      case AppendResult::Kind::stored: stored_.push_back({partition, result.offset, bytes}); return;
      case AppendResult::Kind::not_sent: not_sent_.push_back(bytes); return;
      case AppendResult::Kind::unknown: return;
    }
  }
  // Stored means that it is there; not sent, that it is not.
  [[nodiscard]] bool holds(const Log& log, std::uint32_t partitions) const {
    for (const Stored& record : stored_) {
      const auto found = log.read(record.partition, record.offset, 1);
      if (!found || found->empty() || found->front().offset != record.offset || found->front().bytes != record.bytes) return false;
    }
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
      for (const StoredRecord& record : everything(log, partition)) {
        if (std::ranges::find(not_sent_, record.bytes) != not_sent_.end()) return false;
      }
    }
    return true;
  }
  [[nodiscard]] std::size_t stored() const { return stored_.size(); }

 private:
  struct Stored {
    std::uint32_t partition;
    std::uint64_t offset;
    std::string bytes;
  };
  int sent_ = 0;
  std::vector<Stored> stored_;
  std::vector<std::string> not_sent_;
};

}  // namespace layerline::journal::test
