// A log in memory with the faults of a remote one, drawn from a seed, in virtual time: appends that are lost, late, duplicated or
// reordered, and answers that do not come. What is in it stays: it plays the broker, not the process.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "infra/journal/log/log.hpp"
#include "infra/journal/log/sim/virtual_time.hpp"

namespace layerline::journal {

// Chances in per mille of one record.
struct SimFaults {
  int lost = 0;              // never stored, no answer
  int not_sent = 0;          // never stored, and the answer says so
  int answer_lost = 0;       // stored, no answer
  int late = 0;              // stored up to late_ms later, perhaps long after its answer was given up
  int duplicated = 0;        // stored twice, the second time up to late_ms later
  int reordered = 0;         // overtakes, or is overtaken by, its neighbours
  std::int64_t delay_ms = 4;     // at most, one way
  std::int64_t timeout_ms = 40;  // then the outcome is unknown
  std::int64_t late_ms = 400;
};

class SimLog final : public Log {
 public:
  SimLog(VirtualTime& time, std::uint64_t seed, SimFaults faults, std::uint32_t partitions = 1, std::string journal_id = "sim");

  // Like append(), but goes on its way in virtual time; records of one sender keep their order unless a fault reorders them.
  using Done = std::function<void(std::vector<AppendResult>)>;
  void send(std::uint32_t sender, std::uint32_t partition, std::vector<std::string> records, Done done);
  void set_faults(SimFaults faults) { faults_ = faults; }

  // Moves virtual time until the outcome of all is there.
  [[nodiscard]] std::vector<AppendResult> append(std::span<const Append> records) override;
  [[nodiscard]] bool reopen() override { return true; }
  [[nodiscard]] std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from,
                                                                        std::size_t limit) const override;
  [[nodiscard]] std::expected<std::uint64_t, LogError> end(std::uint32_t partition) const override;
  // Moves virtual time.
  [[nodiscard]] std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const override;
  void wake() override { ++wakes_; }
  [[nodiscard]] LogDescription describe() const override;

 private:
  struct Flight;
  void send_one(std::uint32_t sender, std::uint32_t partition, std::string bytes, std::function<void(AppendResult)> done);
  std::uint64_t store(std::uint32_t partition, const std::string& bytes);
  [[nodiscard]] bool happens(int per_mille);
  [[nodiscard]] std::int64_t random_ms(std::int64_t most);

  VirtualTime& time_;
  std::mt19937_64 random_;
  SimFaults faults_;
  std::string journal_id_;
  std::vector<std::vector<std::string>> partitions_;
  std::vector<std::int64_t> last_landing_ms_;      // of each sender, so that its records stay in order
  std::uint64_t appended_ = 0;
  std::uint64_t wakes_ = 0;
};

}  // namespace layerline::journal
