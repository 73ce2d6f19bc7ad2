// What a log can do. Drivers are dumb: they keep bytes in order, and know nothing of records, heads or owners.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layerline::journal {

// Bytes on their way into a partition; the caller keeps them alive during the call.
struct Append {
  std::uint32_t partition = 0;
  std::string_view bytes = {};
};

struct AppendResult {
  enum class Kind {
    stored,      // durable at `offset`
    not_sent,    // not in the log, and never will be
    unknown,     // may be in the log, or may still come
  };
  Kind kind = Kind::unknown;
  std::uint64_t offset = 0;
};

struct StoredRecord {
  std::uint64_t offset = 0;
  std::string bytes = {};
};

// The log could not be read. Trying again may help if `damaged` is false.
struct LogError {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;      // first that could not be read
  bool damaged = false;          // the stored bytes themselves are bad
  std::string reason = {};
};

struct LogDescription {
  std::string driver = {};            // "embedded", "kafka", "sim"
  std::string journal_id = {};        // given to a new partition's genesis; a random UUID made with the log
  std::uint32_t partitions = 0;
  bool exclusive = false;        // nobody else can append while this log is open: decisions need no arbitration, foreign bytes are damage
};

class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  // Appends all in this order per partition; results in the order of the records. Offsets of a partition are contiguous, from 0.
  // One thread at a time.
  [[nodiscard]] virtual std::vector<AppendResult> append(std::span<const Append> records) = 0;

  // After an append that was not stored: opens the log again where that is needed, and says whether it can be used.
  [[nodiscard]] virtual bool reopen() = 0;

  // Up to `limit` records from `from` on, in order; none only at the end. Any thread.
  [[nodiscard]] virtual std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from,
                                                                                 std::size_t limit) const = 0;
  // The offset that the next record will have. Any thread.
  [[nodiscard]] virtual std::expected<std::uint64_t, LogError> end(std::uint32_t partition) const = 0;

  // Tail: waits until more than `seen` records were appended to any partition since the log was opened, or the timeout, or wake();
  // returns that count. Any thread.
  [[nodiscard]] virtual std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const = 0;
  // Ends all waits that run now.
  virtual void wake() = 0;

  [[nodiscard]] virtual LogDescription describe() const = 0;

  // Why it can't be used now and since when, for people; empty: nothing known. Any thread.
  [[nodiscard]] virtual std::string trouble() const { return {}; }
};

}  // namespace layerline::journal
