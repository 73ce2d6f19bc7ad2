#include "infra/journal/log/kafka/tail.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "infra/journal/limits.hpp"
#include "infra/journal/log/kafka/limits.hpp"

namespace layerline::journal::kafka {
namespace {

// What a record costs in memory: its bytes, and about so much around them.
std::size_t cost_of(const std::string& record) { return record.size() + 2 * sizeof(std::string); }

}  // namespace

std::expected<std::unique_ptr<Tail>, std::string> Tail::open(const KafkaAddress& address, const KafkaOptions& options, Health& health,
                                                             std::uint32_t partitions) {
  std::unique_ptr<Tail> tail(new Tail(address, options, health));
  if (auto connected = tail->connect(); !connected) return std::unexpected(std::move(connected.error()));
  tail->rings_.resize(partitions);
  const auto ends = query_offsets(tail->handle_, address.topic, Edge::end, 0, partitions, query_timeout_ms);
  if (!ends) return std::unexpected(ends.error());
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    Ring& ring = tail->rings_[partition];
    ring.begin = ring.known_end = (*ends)[partition];
    if (!tail->start(partition, ring.begin)) return std::unexpected(fmt::format("partition {} can't be followed", partition));
  }
  health.good();
  tail->thread_ = std::thread([self = tail.get()] { self->run(); });
  return tail;
}

std::expected<void, std::string> Tail::connect() {
  const bool at_once = options_.follow == Follow::at_once;
  auto handle = open_consumer(address_, options_, health_,
                              {{"fetch.wait.max.ms", std::to_string(at_once ? fetch_wait_ms : gather_wait_ms)},
                               {"fetch.min.bytes", std::to_string(at_once ? 1 : gather_bytes)}});
  if (!handle) return std::unexpected(std::move(handle.error()));
  handle_ = std::move(*handle);
  topic_ = open_topic(handle_, address_.topic);
  if (topic_ == nullptr) return std::unexpected(std::string("the topic can't be opened"));
  queue_ = Queue(rd_kafka_queue_new(handle_.get()));
  return {};
}

void Tail::disconnect() {
  for (std::size_t i = 0; topic_ != nullptr && i < rings_.size(); ++i) rd_kafka_consume_stop(topic_.get(), static_cast<std::int32_t>(i));
  queue_.reset();
  topic_.reset();
  handle_.reset();
}

Tail::~Tail() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  disconnect();
}

bool Tail::start(std::uint32_t partition, std::uint64_t offset) {
  return rd_kafka_consume_start_queue(topic_.get(), static_cast<std::int32_t>(partition), static_cast<std::int64_t>(offset),
                                      queue_.get()) == 0;
}

// ---------------------------------------------------------------- readers

TailRead Tail::read(std::uint32_t partition, std::uint64_t from, std::size_t limit) const {
  std::unique_lock lock(mutex_);
  if (partition >= rings_.size()) return {};
  const Ring& ring = rings_[partition];
  if (from < ring.begin) return {.kind = TailRead::Kind::older, .kept_from = ring.begin};
  if (from >= ring.known_end && !ring.broken) return {};
  const auto here = [&] { return from < ring.end() || ring.broken; };
  if (!changed_.wait_for(lock, std::chrono::milliseconds(read_wait_ms), here)) {
    const std::string reason = fmt::format("the record is known to be there, but the brokers did not send it in {} ms", read_wait_ms);
    return {.kind = TailRead::Kind::failed, .error = {partition, from, false, reason}};
  }
  if (from < ring.begin) return {.kind = TailRead::Kind::older, .kept_from = ring.begin};   // it came and went meanwhile
  if (from >= ring.end()) return {.kind = TailRead::Kind::failed, .error = *ring.broken};
  TailRead found{.kind = TailRead::Kind::found};
  std::size_t bytes = 0;
  const std::uint64_t until = std::min<std::uint64_t>(ring.end(), from + limit);
  found.records.reserve(until - from);
  for (std::uint64_t offset = from; offset < until && bytes < read_batch_bytes; ++offset) {
    const std::string& record = ring.records[offset - ring.begin];
    found.records.push_back({offset, record});
    bytes += record.size();
  }
  return found;
}

std::uint64_t Tail::known_end(std::uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return partition < rings_.size() ? rings_[partition].known_end : 0;
}

void Tail::appended(std::span<const Append> records, std::span<const AppendResult> results) {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (results[i].kind == AppendResult::Kind::stored) keep_own(records[i].partition, results[i].offset, records[i].bytes);
    }
    drop_oldest();
  }
  changed_.notify_all();
}

void Tail::keep_own(std::uint32_t partition, std::uint64_t offset, std::string_view bytes) {
  Ring& ring = rings_[partition];
  raise_end(ring, offset + 1);
  if (ring.broken || offset < ring.end()) return;
  if (offset == ring.end()) return push(partition, std::string(bytes));
  if (offset != ring.ahead_begin + ring.ahead.size() || ring.ahead.size() == ahead_records_max) {
    ring.ahead.clear();
    ring.ahead_begin = offset;
  }
  ring.ahead.emplace_back(bytes);
}

void Tail::reaches(std::uint32_t partition, std::uint64_t end) {
  {
    const std::lock_guard lock(mutex_);
    raise_end(rings_[partition], end);
  }
  changed_.notify_all();
}

void Tail::raise_end(Ring& ring, std::uint64_t end) {
  if (end <= ring.known_end) return;
  appended_ += end - ring.known_end;
  ring.known_end = end;
}

std::uint64_t Tail::wait(std::uint64_t seen, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  const std::uint64_t wakes = wakes_;
  changed_.wait_for(lock, timeout, [&] { return appended_ > seen || wakes_ != wakes; });
  return appended_;
}

void Tail::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

std::expected<std::uint64_t, std::string> Tail::offset(std::uint32_t partition, Edge edge) const {
  const auto found = query_offsets(handle_, address_.topic, edge, partition, 1, query_timeout_ms);
  if (!found) return std::unexpected(found.error());
  return found->front();
}

// ---------------------------------------------------------------- the tail thread

void Tail::run() {
  std::vector<Arrival> arrivals;
  while (!stopping_) {
    for (const Message& message : receive(queue_, tail_batch_records, tail_wait_ms)) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        keep(arrivals);                          // what came before it
        on_error(*message);
      } else {
        const auto partition = static_cast<std::uint32_t>(message->partition);
        const auto offset = static_cast<std::uint64_t>(message->offset);
        arrivals.push_back({partition, offset, {static_cast<const char*>(message->payload), message->len}});
      }
    }
    keep(arrivals);
    serve_events(handle_);
    if (stalled_.exchange(false)) begin_anew();
  }
}

void Tail::keep(std::vector<Arrival>& arrivals) {
  if (arrivals.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (Arrival& arrival : arrivals) keep(arrival);
    drop_oldest();
  }
  arrivals.clear();
  changed_.notify_all();
  health_.good();
}

void Tail::keep(Arrival& arrival) {
  Ring& ring = rings_[arrival.partition];
  if (ring.broken || arrival.offset < ring.end()) return;
  if (arrival.offset > ring.end()) {
    ring.broken = LogError{arrival.partition, ring.end(), true, "the record is missing"};
    return;
  }
  ring.range_checks = 0;
  push(arrival.partition, std::move(arrival.bytes));
  raise_end(ring, ring.end());
  while (!ring.ahead.empty() && ring.ahead_begin <= ring.end()) {
    if (ring.ahead_begin++ == ring.end()) push(arrival.partition, std::move(ring.ahead.front()));
    ring.ahead.pop_front();
  }
}

void Tail::push(std::uint32_t partition, std::string bytes) {
  bytes_ += cost_of(bytes);
  rings_[partition].records.push_back(std::move(bytes));
  order_.push_back(partition);
}

void Tail::drop_oldest() {
  while (bytes_ > tail_ring_bytes) {
    Ring& ring = rings_[order_.front()];
    bytes_ -= cost_of(ring.records.front());
    ring.records.pop_front();
    ++ring.begin;
    order_.pop_front();
  }
}

void Tail::on_error(const rd_kafka_message_s& message) {
  const auto partition = static_cast<std::uint32_t>(message.partition);
  const std::string why = fmt::format("partition {}: {}: {}", partition, rd_kafka_err2name(message.err), rd_kafka_message_errstr(&message));
  health_.report(why);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION: return give_up(partition, "the broker's bytes are damaged: " + why);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return check_range(partition);
    default: return health_.failed(why);
  }
}

// The leader has no such offset. One that took over a moment ago may say so until it knows what it has; if it stays so, history is lost.
void Tail::check_range(std::uint32_t partition) {
  Ring& ring = rings_[partition];
  const std::uint64_t next = end_of(partition);
  const auto begin = offset(partition, Edge::begin);
  const auto end = offset(partition, Edge::end);
  if (begin && *begin > next) return give_up(partition, fmt::format("the topic begins at {} now: history was deleted", *begin));
  if (end && *end < next && ++ring.range_checks == range_checks) {
    return give_up(partition, fmt::format("the topic ends at {} now, but it had records up to here", *end));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(range_check_pause_ms));
  rd_kafka_consume_stop(topic_.get(), static_cast<std::int32_t>(partition));
  if (!start(partition, next)) health_.failed(fmt::format("partition {} can't be followed", partition));
}

// Brokers that all went away and came back may leave a client that is connected and asks for nothing any more.
void Tail::look_after(std::span<const std::uint64_t> ends) {
  const std::lock_guard lock(mutex_);
  for (std::size_t partition = 0; partition < rings_.size(); ++partition) {
    Ring& ring = rings_[partition];
    const bool moved = std::exchange(ring.looked_end, ring.end()) != ring.end();
    ring.stalls = moved || ring.broken || ends[partition] <= ring.end() ? 0 : ring.stalls + 1;
    if (ring.stalls < stall_checks) continue;
    ring.stalls = 0;
    stalled_ = true;
  }
}

void Tail::begin_anew() {
  health_.report("the brokers have more than they send: the topic is followed anew");
  disconnect();
  if (const auto connected = connect(); !connected) return health_.failed(connected.error());
  for (std::uint32_t partition = 0; partition < rings_.size(); ++partition) {
    if (!start(partition, end_of(partition))) health_.failed(fmt::format("partition {} can't be followed", partition));
  }
}

std::uint64_t Tail::end_of(std::uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return rings_[partition].end();
}

void Tail::give_up(std::uint32_t partition, std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    Ring& ring = rings_[partition];
    if (!ring.broken) ring.broken = LogError{partition, ring.end(), true, std::move(reason)};
  }
  changed_.notify_all();
}

}  // namespace layerline::journal::kafka
