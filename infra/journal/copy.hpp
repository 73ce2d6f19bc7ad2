// Copies a journal record by record: the same bytes at the same offsets, so that positions, projections and tokens go on where they were.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "infra/journal/log/log.hpp"

namespace layerline::journal {

// Told every now and then: records done, of all that there are to do.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// The target must be a prefix of the source, byte for byte. How many records it holds.
[[nodiscard]] std::expected<std::uint64_t, std::string> compare(const Log& source, const Log& target, const CopyProgress& progress);

// Appends to a prefix what it lacks, and says how many records that was. Partition 0 comes last: without its genesis nobody takes an
// unfinished copy for a journal. Neither may be written meanwhile; after a failure compare and copy again.
[[nodiscard]] std::expected<std::uint64_t, std::string> copy(const Log& source, Log& target, const CopyProgress& progress);

// Begins the journal in every partition of a shared log that has no genesis yet, with the id of partition 0, or with `new_id` if that one
// is empty. Returns the id; who of several callers was first decides it.
[[nodiscard]] std::expected<std::string, std::string> begin_journal(Log& log, const std::string& new_id);

}  // namespace layerline::journal
