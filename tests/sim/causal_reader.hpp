// Folds all partitions of a log as the readers of production do: the events of a workshop in their order, whatever partitions it was in.
#pragma once

#include <array>
#include <cstdint>

#include "infra/journal/log/log.hpp"
#include "infra/journal/reader.hpp"
#include "infra/journal/rule.hpp"
#include "tests/sim/toy_app.hpp"

namespace layerline::journal::sim {

template <class Rule>
class CausalReader {
 public:
  CausalReader(const Log& log, bool waits) : log_(log), waits_(waits) {
    for (std::uint32_t partition = 0; partition < partitions; ++partition) positions_[partition] = start_of(partition);
  }

  // Visits the next records of a partition, at most `limit`; false: there was nothing to pass.
  template <class Visit>
  bool poll(std::uint32_t partition, std::size_t limit, Visit visit) {
    Position& position = positions_[partition];
    bool any = false;
    const auto records = log_.read(partition, position.offset, limit);
    for (const StoredRecord& record : *records) {
      Position next = position;
      const Verdict verdict = fold<Rule>(next, record.offset, record.bytes, decoded_);
      damaged_ = damaged_ || verdict.kind == Verdict::Kind::damaged;
      if (damaged_) return any;
      const bool commit = verdict.kind == Verdict::Kind::accepted && verdict.record == Kind::commit;
      if (waits_ && commit && must_wait(decoded_.commit, [this](std::uint32_t other) { return positions_.at(other).offset; })) return any;
      position = next;
      any = true;
      visit(position, record.offset, commit ? &decoded_.commit : nullptr);
    }
    return any;
  }

  // A record can't be passed: it is damaged, or waits for what never comes.
  [[nodiscard]] bool stands() const {
    bool stands = damaged_;
    for (const Position& position : positions_) stands = stands || log_.end(position.partition).value() > position.offset;
    return stands;
  }

 private:
  const Log& log_;
  const bool waits_;
  std::array<Position, partitions> positions_;
  Decoded decoded_;
  bool damaged_ = false;
};

// A gateway's directory and a projection: where the workshops are, as far as it has read.
template <class Rule>
class ToyFollower {
 public:
  explicit ToyFollower(const Log& log) : reader_(log, Rule::readers_wait_for_the_seal) {
    for (std::size_t workshop = 0; workshop < workshops; ++workshop) homes_[std::to_string(workshop)] = first_home_of(workshop);
  }
  void poll(std::uint32_t partition, std::size_t limit) {
    reader_.poll(partition, limit, [this](const Position& position, std::uint64_t, const Commit* commit) {
      if (commit == nullptr) return;
      if (commit->has_adopted()) homes_[commit->workshop()] = position.partition;
      for (const Entry& entry : commit->entries()) in_order_ = in_order_ && entry.version() == ++versions_[ToyApp::target_of(entry)];
    });
  }
  [[nodiscard]] std::uint32_t home_of(const std::string& workshop) const { return homes_.at(workshop); }
  [[nodiscard]] bool in_order() const { return in_order_; }

 private:
  CausalReader<Rule> reader_;
  std::map<std::string, std::uint32_t> homes_;
  std::array<std::uint64_t, registers> versions_{};
  bool in_order_ = true;
};

}  // namespace layerline::journal::sim
