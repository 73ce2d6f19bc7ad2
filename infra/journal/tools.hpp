// What the command line does with a journal: verify, export, tail. They read any log, also a frozen view beside a running server.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "infra/journal/log/log.hpp"
#include "infra/journal/reader.hpp"
#include "infra/journal/rule.hpp"

namespace layerline::journal {

struct PartitionReport {
  Position position;               // where the walk ended: of a damaged partition, before its first bad record
  std::uint64_t accepted = 0;
  std::uint64_t dead = 0;
};

struct VerifyReport {
  std::string journal_id;
  std::vector<PartitionReport> partitions;
  std::vector<Damage> findings;    // none: every chain holds, and so does every stored head
};

// Walks the chain of every partition and compares the heads that others (projections, checkpoints) stored. A finding names the first
// bad record; where the log has lost its end, the last one that can be read.
[[nodiscard]] VerifyReport verify(const Log& log, std::span<const Position> stored_heads);
[[nodiscard]] std::string describe(const Damage& damage);

// The id in the genesis that a partition begins with; empty: there is none among its first records.
[[nodiscard]] std::expected<std::string, LogError> journal_id_of(const Log& log, std::uint32_t partition);

// Called with each line, without its end.
using Line = std::function<void(std::string_view)>;

// One JSON object a line for every accepted record of all partitions: partition, offset, kind and the record in Protobuf's JSON, its
// bytes in base64. Stops at the first damage.
[[nodiscard]] std::expected<void, ReadStop> export_json(const Log& log, const Line& line);

// One line for people for every record from `position` on, also the dead ones; moves the position, so that it can be called again.
[[nodiscard]] std::expected<void, ReadStop> tail(const Log& log, Position& position, const Line& line);

}  // namespace layerline::journal
