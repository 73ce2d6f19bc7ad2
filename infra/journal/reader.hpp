// Folds the rule over one partition from a stored position and hands out the accepted commits in order. For projections and workers.
// Not thread-safe; the log may be written meanwhile.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <variant>

#include "infra/journal/limits.hpp"
#include "infra/journal/log/log.hpp"
#include "infra/journal/rule.hpp"

namespace layerline::journal {

// Why a reader can't go on. Trying again helps only for a log error that is not damage.
struct ReadStop {
  enum class Kind {
    damaged,          // a bad, altered or missing record
    ahead_of_log,     // the position knows records that the log has not: the log lost its end, or is another one
    other_head,       // the log holds another record where the position's last accepted one was
    log_error,        // the log can't be read now
  };
  Kind kind = Kind::damaged;
  Damage where;
};
[[nodiscard]] std::string describe(const ReadStop& stop);

// How far the readers of the other partitions are: the next offset of each.
using Passed = std::function<std::uint64_t(std::uint32_t partition)>;
// Whether a consumer has to stop before this commit for now: it adopts a workshop whose past in another partition was not all passed. Who
// folds several partitions asks it of every commit, so that the events of a workshop come in their order.
[[nodiscard]] bool must_wait(const Commit& commit, const Passed& passed);

class Reader {
 public:
  // `from` is start_of(partition), or the position that was stored with what was made of the commits before it.
  Reader(const Log& log, Position from);

  // To be called once, before the first poll: the log must still hold what the position stands on.
  [[nodiscard]] std::expected<void, ReadStop> check();

  // Hands out the accepted commits among the next records, at most `limit` records; returns how many records were passed, 0 at the end.
  // The consumer returns false to stop: the position then stays before that commit.
  using Consumer = std::function<bool(const Commit& commit, std::uint64_t offset)>;
  [[nodiscard]] std::expected<std::size_t, ReadStop> poll(const Consumer& consumer, std::size_t limit = read_batch_records);

  // Behind the last record passed; store it in the same write as what the consumer made.
  [[nodiscard]] const Position& position() const { return position_; }

 private:
  const Log& log_;
  const bool exclusive_;
  Position position_;
  Decoded decoded_;
};

}  // namespace layerline::journal
