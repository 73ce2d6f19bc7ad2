#include "infra/journal/log/kafka/kafka_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "infra/journal/limits.hpp"
#include "infra/journal/log/kafka/catch_up.hpp"
#include "infra/journal/log/kafka/client.hpp"
#include "infra/journal/log/kafka/kafka_topic.hpp"
#include "infra/journal/log/kafka/limits.hpp"
#include "infra/journal/log/kafka/producer.hpp"
#include "infra/journal/log/kafka/tail.hpp"
#include "infra/journal/tools.hpp"

namespace layerline::journal {
namespace {

using namespace kafka;

std::unexpected<KafkaRefusal> refused(std::string why, bool may_pass) {
  return std::unexpected(KafkaRefusal{{std::move(why)}, may_pass});
}

class KafkaLog final : public Log {
 public:
  KafkaLog(KafkaAddress address, KafkaOptions options)
      : address_(std::move(address)), options_(std::move(options)), health_(options_.report), catch_up_(address_, options_, health_) {}
  ~KafkaLog() override;

  // Connects; then it can be read, and appended to.
  [[nodiscard]] std::expected<void, KafkaRefusal> open();

  [[nodiscard]] std::vector<AppendResult> append(std::span<const Append> records) override;
  [[nodiscard]] bool reopen() override;
  [[nodiscard]] std::expected<std::vector<StoredRecord>, LogError> read(std::uint32_t partition, std::uint64_t from,
                                                                        std::size_t limit) const override;
  [[nodiscard]] std::expected<std::uint64_t, LogError> end(std::uint32_t partition) const override;
  [[nodiscard]] std::uint64_t wait(std::uint64_t seen, std::chrono::milliseconds timeout) const override {
    return tail_->wait(seen, timeout);
  }
  void wake() override { tail_->wake(); }
  [[nodiscard]] LogDescription describe() const override { return {"kafka", journal_id_, partitions_, false}; }
  [[nodiscard]] std::string trouble() const override { return health_.trouble(); }

 private:
  [[nodiscard]] bool make_producer();
  [[nodiscard]] std::expected<std::uint32_t, std::string> count_partitions();
  void watch();

  const KafkaAddress address_;
  const KafkaOptions options_;
  mutable Health health_;
  mutable CatchUp catch_up_;
  // A broker answers one connection in order, and the tail's waits for news most of the time: questions have one of their own.
  Handle asking_;
  Topic asked_topic_;
  std::unique_ptr<Tail> tail_;
  std::unique_ptr<Producer> producer_;           // made by the first append; used by the thread that appends only
  std::uint32_t partitions_ = 0;
  std::string journal_id_;
  std::mutex stop_mutex_;                        // guards stopping_
  std::condition_variable stop_signal_;
  bool stopping_ = false;
  std::thread watcher_;                          // asks brokers that say nothing whether they are there, and closes idle cursors
};

std::expected<std::uint32_t, std::string> KafkaLog::count_partitions() {
  auto handle = open_consumer(address_, options_, health_, {});
  if (!handle) return std::unexpected(std::move(handle.error()));
  asking_ = std::move(*handle);
  asked_topic_ = open_topic(asking_, address_.topic);
  const auto found = find_topic(asking_, asked_topic_, address_);
  if (!found) return std::unexpected(found.error());
  return found->partitions;
}

std::expected<void, KafkaRefusal> KafkaLog::open() {
  const auto partitions = count_partitions();
  if (!partitions) return refused(partitions.error(), true);
  if (*partitions > partitions_max) return refused(fmt::format("the topic has more than {} partitions", partitions_max), false);
  partitions_ = *partitions;
  auto tail = Tail::open(address_, options_, health_, partitions_);
  if (!tail) return refused(std::move(tail.error()), true);
  tail_ = std::move(*tail);
  watcher_ = std::thread([this] { watch(); });
  auto id = journal_id_of(*this, 0);
  if (!id) return refused(std::move(id.error().reason), !id.error().damaged);
  journal_id_ = std::move(*id);
  return {};
}

KafkaLog::~KafkaLog() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_signal_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

void KafkaLog::watch() {
  int looks = 0;
  std::unique_lock lock(stop_mutex_);
  while (!stop_signal_.wait_for(lock, std::chrono::milliseconds(health_check_ms), [this] { return stopping_; })) {
    lock.unlock();
    serve_events(asking_);
    catch_up_.close_idle();
    if (++looks % looks_per_stall_check == 0) {
      const auto ends = query_offsets(asking_, address_.topic, kafka::Edge::end, 0, partitions_, health_timeout_ms);
      if (ends) tail_->look_after(*ends);
    }
    if (health_.quiet_ms() >= health_check_ms) {
      const auto found = query_metadata(asking_, asked_topic_, health_timeout_ms);
      if (!found) health_.failed(found.error());
      else if (!found->trouble.empty()) health_.failed(found->trouble);
      else health_.good();
    }
    lock.lock();
  }
}

// ---------------------------------------------------------------- appending

bool KafkaLog::make_producer() {
  producer_.reset();
  auto opened = Producer::open(address_, options_, health_);
  if (opened) producer_ = std::move(*opened);
  else health_.report(opened.error());
  return opened.has_value();
}

std::vector<AppendResult> KafkaLog::append(std::span<const Append> records) {
  const bool possible = std::ranges::all_of(records, [this](const Append& record) { return record.partition < partitions_; });
  if (!possible || (producer_ == nullptr && !make_producer())) {
    return std::vector<AppendResult>(records.size(), {AppendResult::Kind::not_sent, 0});
  }
  std::vector<AppendResult> results = producer_->append(records);
  tail_->appended(records, results);
  return results;
}

bool KafkaLog::reopen() {
  if ((producer_ == nullptr || producer_->is_broken()) && !make_producer()) return false;
  const auto found = query_metadata(asking_, asked_topic_, reopen_timeout_ms);
  return found && found->partitions >= partitions_;
}

// ---------------------------------------------------------------- reading

std::expected<std::vector<StoredRecord>, LogError> KafkaLog::read(std::uint32_t partition, std::uint64_t from, std::size_t limit) const {
  const std::size_t records_max = std::min(limit, read_batch_records);
  if (partition >= partitions_ || records_max == 0) return {};
  TailRead found = tail_->read(partition, from, records_max);
  switch (found.kind) {
    case TailRead::Kind::found: return std::move(found.records);
    case TailRead::Kind::at_end: return {};
    case TailRead::Kind::failed: return std::unexpected(std::move(found.error));
    case TailRead::Kind::older: break;
  }
  return catch_up_.read(partition, from, records_max);
}

std::expected<std::uint64_t, LogError> KafkaLog::end(std::uint32_t partition) const {
  if (partition >= partitions_) return 0;
  const auto found = query_offsets(asking_, address_.topic, Edge::end, partition, 1, query_timeout_ms);
  if (!found) return std::unexpected(LogError{partition, 0, false, found.error()});
  tail_->reaches(partition, found->front());
  return tail_->known_end(partition);
}

std::expected<std::unique_ptr<Log>, KafkaRefusal> connect(const KafkaAddress& address, const KafkaOptions& options) {
  auto log = std::make_unique<KafkaLog>(address, options);
  if (auto opened = log->open(); !opened) return std::unexpected(std::move(opened.error()));
  return log;
}

}  // namespace

std::expected<std::unique_ptr<Log>, KafkaRefusal> open_kafka_unchecked(const KafkaAddress& address, const KafkaOptions& options) {
  return connect(address, options);
}

std::expected<std::unique_ptr<Log>, KafkaRefusal> open_kafka(const KafkaAddress& address, const KafkaOptions& options) {
  const auto cluster = look_at_cluster(address, options);
  if (!cluster) return refused(cluster.error(), true);
  const auto topic = describe_topic(address, options);
  if (!topic) return refused(topic.error(), cluster->topic_exists);
  std::vector<std::string> reasons = topic->dangers;
  if (topic->partitions < options.recorded_partitions) {
    reasons.push_back(fmt::format("the topic has {} partitions, but {} were recorded: it is not the journal's topic, or it was made again; "
                                  "name the right one", topic->partitions, options.recorded_partitions));
  }
  if (!reasons.empty()) return std::unexpected(KafkaRefusal{std::move(reasons)});
  auto log = connect(address, options);
  if (!log) return log;
  const std::string found = (*log)->describe().journal_id;
  const std::string& recorded = options.recorded_journal_id;
  if (found.empty()) {
    return refused(fmt::format("partition 0 has no genesis: layerline journal create --journal {}", describe(address)), false);
  }
  if (!recorded.empty() && found != recorded) {
    return refused(fmt::format("this is journal {}, but {} was recorded: name the topic that this installation began with, or begin "
                               "with an empty data folder", found, recorded), false);
  }
  return log;
}

}  // namespace layerline::journal
