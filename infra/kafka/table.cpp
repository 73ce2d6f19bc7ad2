#include "infra/kafka/table.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "infra/journal/log/kafka/client.hpp"
#include "infra/kafka/limits.hpp"

namespace layerline::kafka {
namespace {

using journal::kafka::Edge;
using journal::kafka::Handle;
using journal::kafka::Health;
using journal::kafka::Message;
using journal::kafka::Queue;
using journal::kafka::Topic;
using Clock = std::chrono::steady_clock;

constexpr std::int32_t partition = 0;

std::string text(std::chrono::milliseconds time) { return std::to_string(time.count()); }

journal::KafkaOptions kafka_options(const TableOptions& options) { return {.settings = options.settings, .report = options.report}; }

}  // namespace

// ---------------------------------------------------------------- reading

// Follows the topic with one thread, and holds what it folded.
class Table::Reading {
 public:
  Reading(TableAddress address, TableOptions options)
      : address_(std::move(address)), options_(std::move(options)), health_(options_.report) {}
  ~Reading();

  [[nodiscard]] std::expected<void, std::string> open();
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const;
  [[nodiscard]] std::map<std::string, std::string> with_prefix(std::string_view prefix) const;
  [[nodiscard]] std::expected<void, std::string> catch_up(std::chrono::milliseconds timeout);
  [[nodiscard]] bool wait_until_reached(std::uint64_t end, Clock::time_point deadline);

  [[nodiscard]] const TableAddress& address() const { return address_; }
  [[nodiscard]] const TableOptions& options() const { return options_; }
  [[nodiscard]] Health& health() { return health_; }

 private:
  using Values = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] bool start();
  void restart(std::uint64_t from);
  void run();
  void take(const rd_kafka_message_t& message);
  void fold(const rd_kafka_message_t& message);
  void forget(Values::iterator place);
  void reached(std::uint64_t end);
  void look_after();
  [[nodiscard]] std::expected<std::uint64_t, std::string> end(std::chrono::milliseconds timeout) const;

  const TableAddress address_;
  const TableOptions options_;
  Health health_;
  Handle handle_;
  Topic topic_;
  Queue queue_;
  std::atomic<bool> stopping_ = false;
  std::uint64_t next_ = 0;                       // to be folded; the reading thread's, like the next two
  Clock::time_point progress_ = Clock::now();    // something was folded, or there was nothing to fold
  Clock::time_point looked_ = Clock::now();
  std::atomic<bool> saw_end_ = false;            // what comes now was put after somebody saw the end
  mutable std::mutex mutex_;                     // guards the rest
  std::condition_variable moved_;
  Values values_;
  std::uint64_t reached_ = 0;                    // everything before it is folded
  std::thread thread_;
};

std::expected<void, std::string> Table::Reading::open() {
  auto handle = journal::kafka::open_consumer(address_, kafka_options(options_), health_,
                                              {{"fetch.wait.max.ms", text(limits::fetch_wait)},
                                               {"queued.max.messages.kbytes", std::to_string(limits::read_ahead_kbytes)},
                                               {"enable.partition.eof", "true"}});
  if (!handle) return std::unexpected(std::move(handle.error()));
  handle_ = std::move(*handle);
  topic_ = journal::kafka::open_topic(handle_, address_.topic);
  if (topic_ == nullptr) return std::unexpected(fmt::format("the topic {} can't be opened", address_.topic));
  queue_ = Queue(rd_kafka_queue_new(handle_.get()));
  if (!start()) return std::unexpected(fmt::format("the topic {} can't be followed", address_.topic));
  thread_ = std::thread([this] { run(); });
  return {};
}

Table::Reading::~Reading() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  if (topic_ != nullptr) rd_kafka_consume_stop(topic_.get(), partition);
  while (!values_.empty()) forget(values_.begin());
}

bool Table::Reading::start() {
  const std::int64_t from = next_ == 0 ? RD_KAFKA_OFFSET_BEGINNING : static_cast<std::int64_t>(next_);
  return rd_kafka_consume_start_queue(topic_.get(), partition, from, queue_.get()) == 0;
}

void Table::Reading::restart(std::uint64_t from) {
  std::this_thread::sleep_for(limits::restart_pause);
  rd_kafka_consume_stop(topic_.get(), partition);
  if (from == 0) {
    const std::lock_guard lock(mutex_);
    reached_ = 0;
    saw_end_ = false;
  }
  next_ = from;
  progress_ = Clock::now();
  if (!start()) health_.failed(fmt::format("the topic {} can't be followed", address_.topic));
}

void Table::Reading::run() {
  while (!stopping_) {
    const auto wait_ms = static_cast<int>(limits::wait_time.count());
    const Message message(rd_kafka_consume_queue(queue_.get(), wait_ms));
    rd_kafka_poll(handle_.get(), 0);
    if (message != nullptr) take(*message);
    else if (Clock::now() - std::max(progress_, looked_) >= limits::quiet_time) look_after();
  }
}

void Table::Reading::take(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return fold(message);
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      saw_end_ = true;
      next_ = static_cast<std::uint64_t>(message.offset);   // behind records that were compacted away
      return reached(next_);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:             // deleted while nobody listened; folding all again does no harm
      health_.report(fmt::format("{} is read again from its beginning: {}", address_.topic, rd_kafka_message_errstr(&message)));
      return restart(0);
    default:
      health_.failed(fmt::format("{}: {}", address_.topic, rd_kafka_message_errstr(&message)));
      return restart(next_);
  }
}

void Table::Reading::fold(const rd_kafka_message_t& message) {
  const auto offset = static_cast<std::uint64_t>(message.offset);
  if (offset < next_) return;
  next_ = offset + 1;
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  std::optional<std::string_view> value;
  if (message.payload != nullptr) value.emplace(static_cast<const char*>(message.payload), message.len);
  if (options_.remembers) {
    const std::lock_guard lock(mutex_);
    if (const auto old = values_.find(key); old != values_.end()) forget(old);
    if (value) values_.emplace(key, *value);
  }
  if (options_.changed) options_.changed({key, value, !saw_end_});
  reached(next_);
}

// A value may be a secret: it is overwritten.
void Table::Reading::forget(Values::iterator place) {
  OPENSSL_cleanse(place->second.data(), place->second.size());
  values_.erase(place);
}

void Table::Reading::reached(std::uint64_t end) {
  health_.good();
  progress_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    reached_ = end;
  }
  moved_.notify_all();
}

// Nothing has come for a while: is there nothing, or does nobody answer?
void Table::Reading::look_after() {
  const auto there = end(limits::check_time);
  looked_ = Clock::now();
  if (!there) return health_.failed(fmt::format("{}: {}", address_.topic, there.error()));
  health_.good();
  if (*there <= next_) progress_ = looked_;
  else if (looked_ - progress_ > limits::stall_time) restart(next_);
}

std::expected<std::uint64_t, std::string> Table::Reading::end(std::chrono::milliseconds timeout) const {
  const auto found =
      journal::kafka::query_offsets(handle_, address_.topic, Edge::end, partition, 1, static_cast<int>(timeout.count()));
  if (!found) return std::unexpected(found.error());
  return found->front();
}

std::optional<std::string> Table::Reading::get(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, std::string> Table::Reading::with_prefix(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> found;
  for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix); ++at) found.insert(*at);
  return found;
}

std::expected<void, std::string> Table::Reading::catch_up(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto there = end(timeout);
  if (!there) return std::unexpected(fmt::format("{} does not answer for {}: {}", address_.bootstrap, address_.topic, there.error()));
  if (!wait_until_reached(*there, deadline))
    return std::unexpected(fmt::format("{} could not be read to its end in {} ms", address_.topic, timeout.count()));
  // The broker's own word of the end may come later, behind what our caller has put meanwhile.
  const std::lock_guard lock(mutex_);
  if (reached_ >= *there) saw_end_ = true;
  return {};
}

bool Table::Reading::wait_until_reached(std::uint64_t end, Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_until(lock, deadline, [&] { return reached_ >= end; });
}

// ---------------------------------------------------------------- writing

namespace {

// Where the outcome of one record goes; it lives as long as its put waits.
struct Slot {
  enum class Kind { stored, not_sent, unknown };
  Kind kind = Kind::not_sent;
  std::int64_t offset = -1;          // stored: negative where the broker did not say it
  const char* why = "";
  std::size_t* open = nullptr;       // outcomes that this put still waits for
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  Slot& slot = *static_cast<Slot*>(message->_private);
  --*slot.open;
  slot.why = rd_kafka_err2str(message->err);
  slot.offset = message->offset;
  const bool never = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) slot.kind = Slot::Kind::stored;
  else slot.kind = never ? Slot::Kind::not_sent : Slot::Kind::unknown;
}

}  // namespace

// One put at a time. The producer is made by the first one, and again after librdkafka gave up on it.
class Table::Writing {
 public:
  explicit Writing(Reading& reading)
      : reading_(reading), put_time_(reading.options().put_time.count() == 0 ? limits::put_time : reading.options().put_time) {}

  // The offset behind the last record, if the broker said it.
  [[nodiscard]] std::expected<std::optional<std::uint64_t>, TableError> put_all(std::span<const TableRecord> records);

 private:
  [[nodiscard]] std::expected<void, std::string> make_producer();
  [[nodiscard]] bool is_broken() const;
  void produce(const TableRecord& record, Slot& slot);
  void wait_for(const std::size_t& open) const;

  Reading& reading_;
  const std::chrono::milliseconds put_time_;
  std::timed_mutex mutex_;           // guards the rest
  Handle handle_;
  Topic topic_;
};

std::expected<std::optional<std::uint64_t>, TableError> Table::Writing::put_all(std::span<const TableRecord> records) {
  const std::unique_lock lock(mutex_, put_time_);
  if (!lock) return std::unexpected(TableError{TableError::Outcome::not_done, "others are still waiting for the brokers"});
  if (handle_ == nullptr || is_broken()) {
    if (auto made = make_producer(); !made) return std::unexpected(TableError{TableError::Outcome::not_done, std::move(made.error())});
  }
  std::size_t open = 0;
  std::vector<Slot> slots(records.size(), Slot{.why = "an earlier record was refused", .open = &open});
  for (std::size_t i = 0; i < records.size() && open == i; ++i) produce(records[i], slots[i]);
  wait_for(open);
  const auto failed = std::ranges::find_if(slots, [](const Slot& slot) { return slot.kind != Slot::Kind::stored; });
  if (failed != slots.end()) {
    const bool never = std::ranges::all_of(slots, [](const Slot& slot) { return slot.kind == Slot::Kind::not_sent; });
    const std::string why = fmt::format("{} did not take a record: {}", reading_.address().topic, failed->why);
    return std::unexpected(TableError{never ? TableError::Outcome::not_done : TableError::Outcome::unknown, why});
  }
  reading_.health().good();
  if (slots.empty() || slots.back().offset < 0) return std::nullopt;
  return static_cast<std::uint64_t>(slots.back().offset) + 1;
}

std::expected<void, std::string> Table::Writing::make_producer() {
  topic_.reset();
  handle_.reset();
  auto handle = journal::kafka::open_producer(reading_.address(), kafka_options(reading_.options()), reading_.health(),
                                              {{"enable.idempotence", "true"},
                                               {"acks", "all"},
                                               {"max.in.flight.requests.per.connection", "5"},
                                               {"linger.ms", "0"},
                                               {"message.timeout.ms", text(put_time_)},
                                               {"request.timeout.ms", text(std::min(limits::acknowledge_time, put_time_))}},
                                              on_delivery);
  if (!handle) return std::unexpected(std::move(handle.error()));
  handle_ = std::move(*handle);
  topic_ = journal::kafka::open_topic(handle_, reading_.address().topic);
  // Else librdkafka learns of the topic by the first record, and holds it back for a second.
  if (topic_ != nullptr) static_cast<void>(journal::kafka::query_metadata(handle_, topic_, static_cast<int>(put_time_.count())));
  else return std::unexpected(fmt::format("the topic {} can't be opened", reading_.address().topic));
  return {};
}

bool Table::Writing::is_broken() const {
  std::array<char, 1> unused{};
  return rd_kafka_fatal_error(handle_.get(), unused.data(), unused.size()) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Table::Writing::produce(const TableRecord& record, Slot& slot) {
  // With RD_KAFKA_MSG_F_COPY librdkafka does not change the bytes, whatever its signature says; without a payload it is a removal.
  void* payload = record.value ? const_cast<char*>(record.value->data()) : nullptr;
  const std::size_t size = record.value ? record.value->size() : 0;
  ++*slot.open;
  const int status =
      rd_kafka_produce(topic_.get(), partition, RD_KAFKA_MSG_F_COPY, payload, size, record.key.data(), record.key.size(), &slot);
  if (status == 0) return;
  --*slot.open;
  slot.why = rd_kafka_err2str(rd_kafka_last_error());
}

// Until librdkafka has said of each record what became of it: it writes into the slots.
void Table::Writing::wait_for(const std::size_t& open) const {
  const auto deadline = Clock::now() + put_time_ + limits::put_grace;
  while (open > 0) {
    rd_kafka_poll(handle_.get(), static_cast<int>(limits::put_poll.count()));
    if (Clock::now() > deadline) rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

// ---------------------------------------------------------------- the table

Table::Table(std::unique_ptr<Reading> reading, std::unique_ptr<Writing> writing)
    : reading_(std::move(reading)), writing_(std::move(writing)) {}
Table::~Table() = default;

std::expected<std::unique_ptr<Table>, std::string> Table::open(TableAddress address, TableOptions options) {
  auto reading = std::make_unique<Reading>(std::move(address), std::move(options));
  if (auto opened = reading->open(); !opened) return std::unexpected(std::move(opened.error()));
  auto writing = std::make_unique<Writing>(*reading);
  return std::unique_ptr<Table>(new Table(std::move(reading), std::move(writing)));
}

std::expected<void, TableError> Table::put(std::string key, std::string value) {
  const std::array record{TableRecord{std::move(key), std::move(value)}};
  return put_all(record);
}

std::expected<void, TableError> Table::remove(std::string key) {
  const std::array record{TableRecord{std::move(key), std::nullopt}};
  return put_all(record);
}

std::expected<void, TableError> Table::put_all(std::span<const TableRecord> records) {
  const auto end = writing_->put_all(records);
  if (!end) return std::unexpected(end.error());
  if (*end) static_cast<void>(reading_->wait_until_reached(**end, Clock::now() + limits::fold_time));
  else static_cast<void>(reading_->catch_up(limits::fold_time));
  return {};
}

std::optional<std::string> Table::get(std::string_view key) const { return reading_->get(key); }
std::map<std::string, std::string> Table::with_prefix(std::string_view prefix) const { return reading_->with_prefix(prefix); }
std::expected<void, std::string> Table::catch_up(std::chrono::milliseconds timeout) { return reading_->catch_up(timeout); }
std::string Table::trouble() const { return reading_->health().trouble(); }

}  // namespace layerline::kafka
