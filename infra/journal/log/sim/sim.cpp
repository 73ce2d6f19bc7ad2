#include "infra/journal/log/sim/sim.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace layerline::journal {
namespace {

constexpr std::uint32_t synchronous_sender = 0;

}  // namespace

// The outcome of one record: the first of its answer and its timeout counts.
struct SimLog::Flight {
  std::function<void(AppendResult)> done;
  void answer(AppendResult result) {
    if (done) std::exchange(done, nullptr)(result);
  }
};

SimLog::SimLog(VirtualTime& time, std::uint64_t seed, SimFaults faults, std::uint32_t partitions, std::string journal_id)
    : time_(time), random_(seed), faults_(faults), journal_id_(std::move(journal_id)), partitions_(partitions) {}

void SimLog::send(std::uint32_t sender, std::uint32_t partition, std::vector<std::string> records, Done done) {
  struct Gathered {
    std::vector<AppendResult> results;
    std::size_t missing;
    Done done;
  };
  auto gathered = std::make_shared<Gathered>(Gathered{std::vector<AppendResult>(records.size()), records.size(), std::move(done)});
  for (std::size_t i = 0; i < records.size(); ++i) {
    send_one(sender, partition, std::move(records[i]), [gathered, i](AppendResult result) {
      gathered->results[i] = result;
      if (--gathered->missing == 0) gathered->done(std::move(gathered->results));
    });
  }
}

void SimLog::send_one(std::uint32_t sender, std::uint32_t partition, std::string bytes, std::function<void(AppendResult)> done) {
  auto flight = std::make_shared<Flight>(Flight{std::move(done)});
  if (sender >= last_landing_ms_.size()) last_landing_ms_.resize(sender + 1, 0);
  const std::int64_t now = time_.now_ms();
  time_.at(now + faults_.timeout_ms, [flight] { flight->answer({AppendResult::Kind::unknown, 0}); });
  if (happens(faults_.lost)) return;
  if (happens(faults_.not_sent)) {
    time_.at(now + 1 + random_ms(faults_.delay_ms), [flight] { flight->answer({AppendResult::Kind::not_sent, 0}); });
    return;
  }
  std::int64_t landing = now + random_ms(faults_.delay_ms);
  if (happens(faults_.late)) {
    landing += random_ms(faults_.late_ms);
  } else if (!happens(faults_.reordered)) {
    landing = last_landing_ms_[sender] = std::max(landing, last_landing_ms_[sender]);
  } else {
    landing += random_ms(faults_.delay_ms);
  }
  const bool answered = !happens(faults_.answer_lost);
  const std::int64_t answer_delay = random_ms(faults_.delay_ms);
  if (happens(faults_.duplicated)) {
    time_.at(landing + 1 + random_ms(faults_.late_ms), [this, partition, bytes] { store(partition, bytes); });
  }
  time_.at(landing, [this, flight, partition, answered, answer_delay, bytes = std::move(bytes)] {
    const AppendResult result{AppendResult::Kind::stored, store(partition, bytes)};
    if (answered) time_.at(time_.now_ms() + answer_delay, [flight, result] { flight->answer(result); });
  });
}

std::uint64_t SimLog::store(std::uint32_t partition, const std::string& bytes) {
  ++appended_;
  partitions_[partition].push_back(bytes);
  return partitions_[partition].size() - 1;
}

std::vector<AppendResult> SimLog::append(std::span<const Append> records) {
  std::vector<AppendResult> results(records.size());
  std::size_t missing = records.size();
  for (std::size_t i = 0; i < records.size(); ++i) {
    send_one(synchronous_sender, records[i].partition, std::string(records[i].bytes), [&, i](AppendResult result) {
      results[i] = result;
      --missing;
    });
  }
  while (missing > 0 && time_.run_next(time_.now_ms() + faults_.timeout_ms)) {
  }
  return results;
}

std::expected<std::vector<StoredRecord>, LogError> SimLog::read(std::uint32_t partition, std::uint64_t from, std::size_t limit) const {
  std::vector<StoredRecord> records;
  const std::vector<std::string>& stored = partitions_[partition];
  for (std::uint64_t offset = from; offset < stored.size() && records.size() < limit; ++offset) records.push_back({offset, stored[offset]});
  return records;
}

std::expected<std::uint64_t, LogError> SimLog::end(std::uint32_t partition) const { return partitions_[partition].size(); }

std::uint64_t SimLog::wait(std::uint64_t seen, std::chrono::milliseconds timeout) const {
  const std::int64_t until = time_.now_ms() + timeout.count();
  const std::uint64_t wakes = wakes_;
  while (appended_ <= seen && wakes_ == wakes && time_.run_next(until)) {
  }
  return appended_;
}

LogDescription SimLog::describe() const {
  return {"sim", journal_id_, static_cast<std::uint32_t>(partitions_.size()), false};
}

bool SimLog::happens(int per_mille) { return static_cast<int>(random_() % 1000) < per_mille; }

std::int64_t SimLog::random_ms(std::int64_t most) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1)); }

}  // namespace layerline::journal
